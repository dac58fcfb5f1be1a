package dev.huck.log.lmdb;

import dev.huck.raft.api.spi.CorruptLogException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.lmdbjava.Env;
import org.lmdbjava.LmdbException;
import org.lmdbjava.LmdbNativeException;

/** Turns what LMDB throws into what a {@link dev.huck.raft.api.spi.LogStore} promises to throw. */
final class LmdbFailure {
    // The same on every system for which there is a native library.
    private static final int EIO = 5;
    private static final int ENOSPC = 28;
    /** Bytes: less than any transaction of many pages needs. */
    private static final long LITTLE = 1 << 20;

    private LmdbFailure() {}

    /**
     * The exception for one of LMDB's.
     *
     * @param file the environment's
     * @param doing what was tried, such as "writing"
     */
    static IOException of(Path file, String doing, LmdbException e) {
        if (e instanceof Env.FileInvalidException
                || e instanceof LmdbNativeException.PageCorruptedException
                || e instanceof LmdbNativeException.PageNotFoundException) {
            CorruptLogException corrupt =
                    new CorruptLogException(file + " is damaged, or is no LMDB file: " + e.getMessage(), 0);
            corrupt.initCause(e);
            return corrupt;
        }
        if (e instanceof LmdbNativeException known && (isFull(known) || isCutShort(file, known))) {
            return new IOException("disk full: " + doing + " " + file + " failed: " + e.getMessage(), e);
        }
        return new IOException(doing + " " + file + " failed: " + e.getMessage(), e);
    }

    /** LMDB calls a write that a full disk cut short an input/output error: the space that is left tells. */
    private static boolean isCutShort(Path file, LmdbNativeException e) {
        try {
            return e.getResultCode() == EIO && Files.getFileStore(file).getUsableSpace() < LITTLE;
        } catch (IOException unknown) {
            return false;
        }
    }

    private static boolean isFull(LmdbNativeException e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        return e.getResultCode() == ENOSPC || message.contains("edquot");
    }
}
