package dev.huck.example.clone;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The form of a snapshot: the format's version (32 bits), the number of entries (64 bits), then each key and value behind
 * its length (32 bits), in ascending order of the keys; numbers are big-endian. The engine adds the checksum.
 */
final class Dump {
    /** What {@link #write} writes; {@link #read} reads it and every earlier one. */
    static final int VERSION = 1;

    private Dump() {}

    /** Writes every entry; touches nothing that the tree's thread may change. */
    static void write(KeyTree.View view, DataOutput out) throws IOException {
        out.writeInt(VERSION);
        out.writeLong(view.size());
        Writer writer = new Writer(out);
        view.visit(new byte[0], writer);
        writer.finish(view.size());
    }

    /** Reads what {@link #write} wrote into an empty tree. */
    static void read(DataInput in, KeyTree tree) throws IOException {
        int version = in.readInt();
        if (version != VERSION) {
            throw new IOException("a snapshot of format " + version + "; this version of the clone reads " + VERSION);
        }
        long count = in.readLong();
        byte[] last = null;
        for (long i = 0; i < count; i++) {
            byte[] key = readBytes(in);
            byte[] value = readBytes(in);
            if (last != null && Arrays.compareUnsigned(last, key) >= 0) {
                throw new IOException("entry " + i + " of the snapshot is out of order");
            }
            tree.put(key, value);
            last = key;
        }
        if (tree.size() != count) {
            throw new IOException("a snapshot of " + count + " entries");
        }
    }

    private static byte[] readBytes(DataInput in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > Strings.MAX_LENGTH) {
            throw new IOException("a string of " + length + " bytes in the snapshot");
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }

    /** Carries an exception past the visitor, which can't throw it. */
    private static final class Writer implements KeyTree.Visitor {
        private final DataOutput out;
        private @Nullable IOException failure;
        private long written;

        Writer(DataOutput out) {
            this.out = out;
        }

        @Override
        public boolean entry(byte[] key, byte[] value) {
            try {
                out.writeInt(key.length);
                out.write(key);
                out.writeInt(value.length);
                out.write(value);
                written++;
                return true;
            } catch (IOException e) {
                failure = e;
                return false;
            }
        }

        void finish(long expected) throws IOException {
            if (failure != null) {
                throw failure;
            }
            if (written != expected) {
                throw new IOException("wrote " + written + " of " + expected + " entries");
            }
        }
    }
}
