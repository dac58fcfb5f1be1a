package dev.huck.raft.core.env;

import java.io.IOException;
import java.util.List;

/**
 * The few files that a node keeps beside its log. Names are relative to the node's directory and may have one folder, as
 * in {@code snapshots/7-42}. Nothing survives a power cut before it was forced: a file's bytes by {@link File#force}, its
 * name by {@link #forceFolder}.
 */
public interface Disk {

    /**
     * The plain files in a folder.
     *
     * @param folder empty for the node's directory itself; one that does not exist has none
     * @return their names with the folder, in alphabetical order
     * @throws IOException when it can't be read
     */
    List<String> list(String folder) throws IOException;

    /**
     * Opens a file for reading and writing; makes it and its folder, readable by the owner alone, if missing.
     *
     * @param name the file
     * @return the open file
     * @throws IOException when it can't be opened
     */
    File open(String name) throws IOException;

    /**
     * Renames a file, replacing any of the new name, atomically. Durable after {@link #forceFolder}.
     *
     * @param from old name
     * @param to new name, in the same folder
     * @throws IOException when it failed
     */
    void rename(String from, String to) throws IOException;

    /**
     * Deletes a file if it exists.
     *
     * @param name the file
     * @throws IOException when it failed
     */
    void delete(String name) throws IOException;

    /**
     * Makes creations, renames and deletions in a folder durable.
     *
     * @param folder empty for the node's directory itself
     * @throws IOException when it can't be vouched for; final
     */
    void forceFolder(String folder) throws IOException;

    /** An open file. One thread at a time. */
    interface File extends AutoCloseable {

        /**
         * @return its length in bytes
         * @throws IOException when it can't be told
         */
        long length() throws IOException;

        /**
         * Reads.
         *
         * @param position where
         * @param bytes takes what is read
         * @param offset first byte to fill
         * @param length how many at most
         * @return how many; -1 at the end
         * @throws IOException when it failed
         */
        int read(long position, byte[] bytes, int offset, int length) throws IOException;

        /**
         * Writes all of it.
         *
         * @param position where; a gap is filled with zeros
         * @param bytes holds what is written
         * @param offset first byte
         * @param length how many
         * @throws IOException when it failed; final for what the file is for
         */
        void write(long position, byte[] bytes, int offset, int length) throws IOException;

        /**
         * Shortens the file.
         *
         * @param length new length
         * @throws IOException when it failed
         */
        void truncate(long length) throws IOException;

        /**
         * Makes what was written durable.
         *
         * @throws IOException when it can't be vouched for; final, never retried
         */
        void force() throws IOException;

        @Override
        void close() throws IOException;
    }
}
