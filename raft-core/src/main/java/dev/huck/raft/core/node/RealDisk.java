package dev.huck.raft.core.node;

import dev.huck.raft.api.HuckException.StartFailed;
import dev.huck.raft.core.env.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A directory of the file system, locked against other processes and other nodes of this one as long as it is open. What
 * it makes is for the owner alone, where the file system has such permissions.
 */
public final class RealDisk implements Disk, AutoCloseable {
    private static final String LOCK = "LOCK";
    private static final String PART = "[A-Za-z0-9_-][A-Za-z0-9._-]*";
    private static final Pattern FOLDER = Pattern.compile("|" + PART);
    private static final Pattern FILE = Pattern.compile("(" + PART + "/)?" + PART);
    /** What a node puts into its directory, so that we don't move in with somebody else. */
    private static final List<String> OURS = List.of(LOCK, "node", "node.tmp", "log", "log.bad", "snapshots");
    /** What a file system puts into its uppermost directory. */
    private static final String THE_SYSTEMS = "lost+found";

    /**
     * The directories open in this process. The system's lock does not keep nodes of one process apart: worse, when the
     * second closes the file, the first loses its lock.
     */
    private static final Set<Path> OPEN = new HashSet<>();

    private final Path directory;
    private final FileChannel lock;
    private boolean closed;

    /**
     * Opens a directory, or makes it, and locks it.
     *
     * @param directory the node's own
     * @throws StartFailed when it can't be used or is in use; the message says why and nothing was changed
     */
    public RealDisk(Path directory) {
        this.directory = prepare(directory);
        synchronized (OPEN) {
            if (!OPEN.add(this.directory)) {
                throw new StartFailed(
                        "ERR the directory " + directory + " is in use by another node of this process", null);
            }
        }
        boolean locked = false;
        try {
            lock = lock();
            locked = true;
        } finally {
            if (!locked) {
                release();
            }
        }
    }

    private static Path prepare(Path directory) {
        try {
            if (!Files.isDirectory(directory)) { // a link to one is one, which the next line would refuse
                Files.createDirectories(directory, ownerOnly(directory, "rwx------"));
            }
            checkUsable(directory.toAbsolutePath());
            Path real = directory.toRealPath();
            checkOurs(real);
            for (String name : OURS) {
                checkUsable(real.resolve(name));
            }
            return real;
        } catch (FileAlreadyExistsException e) {
            throw new StartFailed("ERR " + directory + " is not a directory; name one that is, or a new one", e);
        } catch (AccessDeniedException e) {
            throw new StartFailed("ERR " + FileTrouble.describe(e), e);
        } catch (IOException e) {
            throw new StartFailed("ERR the directory " + directory + " can't be used: " + FileTrouble.describe(e), e);
        }
    }

    /** Looks before anything is opened or made, so that a start in vain leaves everything as it is. */
    private static void checkUsable(Path path) throws AccessDeniedException {
        boolean usable = Files.isReadable(path)
                && Files.isWritable(path)
                && (!Files.isDirectory(path) || Files.isExecutable(path));
        if (Files.exists(path) && !usable) {
            throw new AccessDeniedException(path.toString());
        }
    }

    private static void checkOurs(Path directory) throws IOException {
        if (Files.exists(directory.resolve("node"))) {
            return;
        }
        try (Stream<Path> list = Files.list(directory)) {
            for (String name :
                    list.map(path -> path.getFileName().toString()).sorted().toList()) {
                if (!OURS.contains(name) && !name.equals(THE_SYSTEMS) && !name.startsWith(".")) {
                    throw new StartFailed(
                            "ERR the directory " + directory + " holds something else already (" + name
                                    + "); a node needs one of its own",
                            null);
                }
            }
        }
    }

    private FileChannel lock() {
        FileChannel channel = null;
        try {
            channel = openFile(directory.resolve(LOCK));
            if (channel.tryLock() == null) {
                throw new StartFailed(inUse(readPid(channel)), null);
            }
            byte[] pid = Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII);
            channel.truncate(0).write(ByteBuffer.wrap(pid), 0);
            return channel;
        } catch (OverlappingFileLockException e) {
            // Another loader has loaded this class too. Closing the channel would unlock the other's, see OPEN.
            throw new StartFailed(inUse(""), e);
        } catch (IOException e) {
            closeQuietly(channel, e);
            throw new StartFailed("ERR the directory " + directory + " can't be locked: " + FileTrouble.describe(e), e);
        } catch (StartFailed e) {
            closeQuietly(channel, e);
            throw e;
        }
    }

    private String inUse(String pid) {
        return "ERR the directory " + directory + " is in use by another process"
                + (pid.isEmpty() ? "" : " (pid " + pid + ")") + "; every node needs one of its own";
    }

    private static String readPid(FileChannel channel) throws IOException {
        ByteBuffer pid = ByteBuffer.allocate(20);
        int length = channel.read(pid, 0);
        return length < 0 ? "" : new String(pid.array(), 0, length, StandardCharsets.US_ASCII);
    }

    private static void closeQuietly(@Nullable FileChannel channel, Exception cause) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                cause.addSuppressed(e);
            }
        }
    }

    private void release() {
        synchronized (OPEN) {
            OPEN.remove(directory);
        }
    }

    @Override
    public List<String> list(String folder) throws IOException {
        Path path = folder(folder);
        if (!Files.isDirectory(path)) {
            return List.of();
        }
        String prefix = folder.isEmpty() ? "" : folder + "/";
        try (Stream<Path> list = Files.list(path)) {
            return list.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .map(file -> prefix + file.getFileName())
                    .sorted()
                    .toList();
        }
    }

    @Override
    public Disk.File open(String name) throws IOException {
        Path path = file(name);
        Path folder = path.resolveSibling("");
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder, ownerOnly(directory, "rwx------"));
        }
        return new RealFile(path, openFile(path));
    }

    private static FileChannel openFile(Path path) throws IOException {
        Set<StandardOpenOption> options =
                Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        return FileChannel.open(path, options, ownerOnly(path.resolveSibling(""), "rw-------"));
    }

    private static FileAttribute<?>[] ownerOnly(Path near, String permissions) {
        boolean posix = near.getFileSystem().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Files.move(file(from), file(to), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void delete(String name) throws IOException {
        Files.deleteIfExists(file(name));
    }

    @Override
    public void forceFolder(String folder) throws IOException {
        // Windows opens no directories, and keeps names safe by its journal.
        if (!System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows")) {
            Path path = folder(folder);
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                force(path, channel, true);
            }
        }
    }

    /** Syncs; what fails names the file, which the channel does not know. */
    private static void force(Path path, FileChannel channel, boolean isFolder) throws IOException {
        try {
            channel.force(isFolder);
        } catch (IOException e) {
            throw new IOException("syncing " + path + " failed: " + e.getMessage(), e);
        }
    }

    /**
     * Renames a folder with all that is in it, in place of any of the new name. Durable on return.
     *
     * @param from its name
     * @param to its new name
     * @throws IOException when it failed; the next try goes on
     */
    void setFolderAside(String from, String to) throws IOException {
        deleteAll(folder(to));
        Files.move(folder(from), folder(to), StandardCopyOption.ATOMIC_MOVE);
        forceFolder("");
    }

    private static void deleteAll(Path folder) throws IOException {
        if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            try (Stream<Path> list = Files.list(folder)) {
                for (Path path : list.toList()) {
                    deleteAll(path);
                }
            }
        }
        Files.deleteIfExists(folder);
    }

    private Path folder(String name) {
        return resolve(FOLDER, name);
    }

    private Path file(String name) {
        return resolve(FILE, name);
    }

    private Path resolve(Pattern allowed, String name) {
        if (!allowed.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is no name within the node's directory");
        }
        return directory.resolve(name);
    }

    /** Unlocks the directory. Idempotent. Open files stay open. */
    @Override
    public void close() {
        synchronized (OPEN) {
            if (!closed) {
                closed = true;
                closeQuietly(lock, new IOException());
                release();
            }
        }
    }

    /** A file by its channel. */
    private record RealFile(Path path, FileChannel channel) implements Disk.File {
        @Override
        public long length() throws IOException {
            return channel.size();
        }

        @Override
        public int read(long position, byte[] bytes, int offset, int length) throws IOException {
            return channel.read(ByteBuffer.wrap(bytes, offset, length), position);
        }

        @Override
        public void write(long position, byte[] bytes, int offset, int length) throws IOException {
            long end = channel.size();
            if (position > end) {
                // The channel leaves the content of a gap open.
                writeAll(end, ByteBuffer.allocate(Math.toIntExact(position - end)));
            }
            writeAll(position, ByteBuffer.wrap(bytes, offset, length));
        }

        private void writeAll(long position, ByteBuffer bytes) throws IOException {
            long at = position;
            while (bytes.hasRemaining()) {
                at += channel.write(bytes, at);
            }
        }

        @Override
        public void truncate(long length) throws IOException {
            channel.truncate(length);
        }

        @Override
        public void force() throws IOException {
            // Without times and permissions, but with the length.
            RealDisk.force(path, channel, false);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
