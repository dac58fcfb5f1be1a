package dev.huck.raft.testkit.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A file of lines, each synced before the next thing is begun, so that long work can be cut short at any time and be gone
 * on with. One program at a time has it open. For one thread.
 */
public final class LedgerFile implements AutoCloseable {
    private final FileChannel channel;
    private final FileLock lock;
    private final List<String> lines;

    private LedgerFile(FileChannel channel, FileLock lock, List<String> lines) {
        this.channel = channel;
        this.lock = lock;
        this.lines = lines;
    }

    /**
     * Opens a ledger, or makes one. A line that was cut short is dropped: nothing was built on it.
     *
     * @param file where it is
     * @return the ledger
     * @throws IOException when that fails, or another program has it open
     */
    public static LedgerFile open(Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            channel.close();
            throw new IOException(file + " is in use by another program");
        }
        String text = Files.readString(file);
        String whole = text.substring(0, text.lastIndexOf('\n') + 1);
        channel.truncate(whole.getBytes(StandardCharsets.UTF_8).length);
        channel.position(channel.size());
        return new LedgerFile(channel, lock, whole.lines().toList());
    }

    /** @return the lines that were there when it was opened */
    public List<String> lines() {
        return lines;
    }

    /**
     * Adds a line; durable on return.
     *
     * @param line without an end
     * @throws IOException when that fails
     */
    public void add(String line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        channel.force(true);
    }

    @Override
    public void close() throws IOException {
        lock.release();
        channel.close();
    }
}
