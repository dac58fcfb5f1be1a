package dev.huck.raft.core.session;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A table of sessions at one moment, as it stands in a snapshot before the machine's state: a format version (1 byte),
 * the number of sessions (4), then each, from the one idle the longest on: id (8), when it was last used (8), the number
 * of its last command (8), the number of kept replies (4), and each reply's length (4) and bytes. The snapshot's blocks
 * carry checksums.
 */
public record SessionImage(List<Row> rows) {
    private static final byte FORMAT = 1;

    /**
     * One session.
     *
     * @param id the session
     * @param usedAt stamp of its last command
     * @param last number of its last command
     * @param replies to that and those before it, in order
     */
    public record Row(long id, long usedAt, long last, List<byte[]> replies) {}

    /**
     * Writes the picture.
     *
     * @param out where to
     * @throws IOException when that fails
     */
    public void writeTo(DataOutput out) throws IOException {
        out.writeByte(FORMAT);
        out.writeInt(rows.size());
        for (Row row : rows) {
            out.writeLong(row.id);
            out.writeLong(row.usedAt);
            out.writeLong(row.last);
            out.writeInt(row.replies.size());
            for (byte[] reply : row.replies) {
                out.writeInt(reply.length);
                out.write(reply);
            }
        }
    }

    static SessionImage read(DataInput in) throws IOException {
        byte format = in.readByte();
        if (format != FORMAT) {
            throw new IOException("client sessions of format " + format + ", which a newer version of Huck wrote");
        }
        List<Row> rows = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            long id = in.readLong();
            long usedAt = in.readLong();
            long last = in.readLong();
            List<byte[]> replies = new ArrayList<>();
            for (int more = in.readInt(); more > 0; more--) {
                byte[] reply = new byte[in.readInt()];
                in.readFully(reply);
                replies.add(reply);
            }
            rows.add(new Row(id, usedAt, last, replies));
        }
        return new SessionImage(rows);
    }
}
