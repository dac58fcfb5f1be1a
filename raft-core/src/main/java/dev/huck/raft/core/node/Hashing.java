package dev.huck.raft.core.node;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Mixes values into 64 bits, the same in every process: nothing here depends on identities, the order of hash tables or
 * the names of classes made at run time. Not against malice.
 */
final class Hashing {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int DEEPEST = 16;

    private Hashing() {}

    /** Mixes a number in. */
    static long mix(long hash, long value) {
        long mixed = (hash ^ value) * 0x9e3779b97f4a7c15L;
        mixed = (mixed ^ (mixed >>> 32)) * 0xd6e8feb86659fd93L;
        return mixed ^ (mixed >>> 29);
    }

    /** Mixes bytes in, and how many there are. */
    static long mix(long hash, byte[] bytes, int offset, int length) {
        long mixed = mix(hash, length);
        int at = offset;
        int end = offset + length;
        for (; at + 8 <= end; at += 8) {
            mixed = mix(mixed, (long) LONGS.get(bytes, at));
        }
        for (; at < end; at++) {
            mixed = mix(mixed, bytes[at]);
        }
        return mixed;
    }

    /** Mixes text in. */
    static long mix(long hash, CharSequence text) {
        long mixed = mix(hash, text.length());
        for (int i = 0; i < text.length(); i++) {
            mixed = mix(mixed, text.charAt(i));
        }
        return mixed;
    }

    /**
     * Mixes a result in, as far as it is a value: numbers, text, bytes, enum constants, and lists, arrays, sets and maps of
     * these. Of anything else only that it is there.
     */
    static long value(long hash, @Nullable Object value) {
        return value(hash, value, 0);
    }

    private static long value(long hash, @Nullable Object value, int depth) {
        if (value == null) {
            return mix(hash, 1);
        }
        if (value instanceof byte[] bytes) {
            return mix(mix(hash, 2), bytes, 0, bytes.length);
        }
        if (value instanceof String text) {
            return mix(mix(hash, 3), text);
        }
        if (value instanceof Double || value instanceof Float) {
            return mix(mix(hash, 4), Double.doubleToLongBits(((Number) value).doubleValue()));
        }
        if (value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return mix(mix(hash, 5), ((Number) value).longValue());
        }
        if (value instanceof Boolean bool) {
            return mix(mix(hash, 6), bool ? 1 : 0);
        }
        if (value instanceof Enum<?> constant) {
            return mix(mix(hash, 7), constant.name());
        }
        return depth < DEEPEST ? composed(hash, value, depth + 1) : mix(hash, 8);
    }

    private static long composed(long hash, Object value, int depth) {
        if (value instanceof List<?> list) {
            long mixed = mix(mix(hash, 9), list.size());
            for (Object element : list) {
                mixed = value(mixed, element, depth);
            }
            return mixed;
        }
        if (value instanceof Object[] array) {
            long mixed = mix(mix(hash, 10), array.length);
            for (Object element : array) {
                mixed = value(mixed, element, depth);
            }
            return mixed;
        }
        if (value instanceof Set<?> set) {
            // In no order: that of a hash table depends on how it grew.
            long sum = 0;
            for (Object element : set) {
                sum += value(0, element, depth);
            }
            return mix(mix(mix(hash, 11), set.size()), sum);
        }
        if (value instanceof Map<?, ?> map) {
            long sum = 0;
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                sum += value(value(0, entry.getKey(), depth), entry.getValue(), depth);
            }
            return mix(mix(mix(hash, 12), map.size()), sum);
        }
        return mix(hash, 8);
    }
}
