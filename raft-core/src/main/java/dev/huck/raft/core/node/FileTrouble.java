package dev.huck.raft.core.node;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** What went wrong with a file, in words for a person: of the JDK's own, the file's name is often all. */
final class FileTrouble {
    private FileTrouble() {}

    /** Says what happened to which file, and what can be done where that is known. */
    static String describe(Throwable cause) {
        if (cause instanceof FileSystemException e && e.getReason() == null) {
            if (e instanceof AccessDeniedException) {
                return e.getFile() + " can't be read and written by the user '" + System.getProperty("user.name")
                        + "': change its owner or its mode";
            }
            if (e instanceof NoSuchFileException) {
                return e.getFile() + " is missing";
            }
            return e.getFile() + ": " + e.getClass().getSimpleName();
        }
        return String.valueOf(cause.getMessage());
    }
}
