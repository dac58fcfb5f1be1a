package dev.huck.raft.core.storage;

import dev.huck.raft.api.Durability;
import dev.huck.raft.core.consensus.HardState;
import dev.huck.raft.core.consensus.Loss;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One copy of the record in {@link NodeFile}: magic (8 bytes), format (4), sequence number (8), the record's fields,
 * zeros, and in the last four bytes the CRC32C of all before it. Magic, format and checksum stay where they are in every
 * format, so that a newer one is told from damage.
 *
 * @param sequence grows by one with every write
 * @param record the record
 */
record NodeSlot(long sequence, NodeRecord record) {
    /** Size and alignment on disk: what the usual device writes in one piece. */
    static final int SIZE = 4096;

    /** By their codes in the file: never reordered. */
    private static final List<Durability> DURABILITIES = List.of(Durability.LOW, Durability.MEDIUM, Durability.HIGH);

    private static final List<Loss> LOSSES = List.of(Loss.NONE, Loss.POWER, Loss.CORRUPTION);

    private static final long MAGIC = 0x4855434b4e4f4445L; // "HUCKNODE"
    private static final int FORMAT = 3;
    private static final int CHECKSUM_AT = SIZE - 4;
    private static final int FOUNDED = 1;
    private static final int CLEAN = 2;
    private static final int HEARD = 4;

    byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(SIZE);
        out.putLong(MAGIC).putInt(FORMAT).putLong(sequence);
        out.putLong(record.clusterId()).putLong(record.storeId());
        out.putLong(record.hardState().term()).putLong(record.hardState().vote());
        out.putLong(record.incarnation().number()).putLong(record.incarnation().run());
        out.putLong(record.trusted());
        int marks = (record.founded() ? FOUNDED : 0) | (record.clean() ? CLEAN : 0) | (record.heard() ? HEARD : 0);
        out.put((byte) marks).put((byte) LOSSES.indexOf(record.loss()));
        out.put((byte) DURABILITIES.indexOf(record.lastDurability()));
        putText(out, record.nodeId());
        putText(out, record.address());
        putText(out, record.bootId());
        out.put((byte) record.seen().size());
        new TreeMap<>(record.seen())
                .forEach((store, seen) ->
                        out.putLong(store).putLong(seen.number()).putLong(seen.run()));
        return out.putInt(CHECKSUM_AT, checksum(out.array())).array();
    }

    /**
     * Reads a slot.
     *
     * @param slot {@link #SIZE} bytes
     * @return null when it is damaged
     * @throws IOException when it is whole, but of another format
     */
    static @Nullable NodeSlot decode(byte[] slot) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(slot);
        if (in.getInt(CHECKSUM_AT) != checksum(slot) || in.getLong() != MAGIC) {
            return null;
        }
        int format = in.getInt();
        if (format != FORMAT) {
            throw new IOException("the file node has format " + format + "; this version of Huck reads " + FORMAT);
        }
        long sequence = in.getLong();
        long clusterId = in.getLong();
        long storeId = in.getLong();
        HardState hardState = new HardState(in.getLong(), in.getLong());
        Incarnation incarnation = new Incarnation(in.getLong(), in.getLong());
        long trusted = in.getLong();
        int marks = in.get();
        Loss loss = LOSSES.get(in.get());
        Durability durability = DURABILITIES.get(in.get());
        String nodeId = text(in);
        String address = text(in);
        String bootId = text(in);
        Map<Long, Incarnation> seen = new TreeMap<>();
        for (int left = in.get(); left > 0; left--) {
            seen.put(in.getLong(), new Incarnation(in.getLong(), in.getLong()));
        }
        return new NodeSlot(
                sequence,
                new NodeRecord(
                        clusterId,
                        nodeId,
                        storeId,
                        address,
                        hardState,
                        incarnation,
                        (marks & HEARD) != 0,
                        (marks & FOUNDED) != 0,
                        (marks & CLEAN) != 0,
                        loss,
                        trusted,
                        bootId,
                        durability,
                        seen));
    }

    private static int checksum(byte[] slot) {
        CRC32C checksum = new CRC32C();
        checksum.update(slot, 0, CHECKSUM_AT);
        return (int) checksum.getValue();
    }

    private static void putText(ByteBuffer out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.putShort((short) bytes.length).put(bytes);
    }

    private static String text(ByteBuffer in) {
        byte[] bytes = new byte[in.getShort()];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
