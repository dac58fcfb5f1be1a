package dev.huck.raft.core.storage;

import dev.huck.raft.core.env.Disk;
import java.io.IOException;

/** What every reader of a {@link Disk.File} needs. */
final class Files {
    private Files() {}

    /**
     * Fills a part of an array.
     *
     * @return false if the file ends before
     */
    static boolean readFully(Disk.File file, long position, byte[] bytes, int offset, int length) throws IOException {
        int done = 0;
        while (done < length) {
            int read = file.read(position + done, bytes, offset + done, length - done);
            if (read < 0) {
                return false;
            }
            done += read;
        }
        return true;
    }
}
