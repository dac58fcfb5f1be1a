package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.huck.raft.api.HuckException.StartFailed;
import dev.huck.raft.core.env.Disk;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("try") // open is enough for some
class RealDiskTest {
    @TempDir
    private Path folder;

    private Path directory;

    @BeforeEach
    void name() {
        directory = folder.resolve("a/node");
    }

    @Test
    void missingDirectoryIsMade() {
        try (RealDisk disk = new RealDisk(directory)) {
            assertTrue(Files.isDirectory(directory));
        }
    }

    @Test
    void whatIsMadeIsForTheOwnerAlone() throws IOException {
        assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"));
        try (RealDisk disk = new RealDisk(directory)) {
            disk.open("snapshots/one").close();
        }
        assertEquals("rwx------", permissions(""));
        assertEquals("rw-------", permissions("LOCK"));
        assertEquals("rwx------", permissions("snapshots"));
        assertEquals("rw-------", permissions("snapshots/one"));
    }

    @Test
    void aFolderIsSetAsideWithAllThatIsInItAndTheOneBeforeItGoes() throws IOException {
        try (RealDisk disk = new RealDisk(directory)) {
            for (String name : List.of("first", "second")) {
                Files.createDirectories(directory.resolve("log/deep"));
                Files.writeString(directory.resolve("log/deep/" + name), name);
                disk.setFolderAside("log", "log.bad");
            }
        }
        assertTrue(Files.notExists(directory.resolve("log")));
        assertTrue(Files.notExists(directory.resolve("log.bad/deep/first")));
        assertEquals("second", Files.readString(directory.resolve("log.bad/deep/second")));
    }

    private String permissions(String name) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(name)));
    }

    @Test
    void writtenBytesAreReadBack() throws IOException {
        try (RealDisk disk = new RealDisk(directory)) {
            write(disk, "one", 0, "hello");
            assertEquals("hello", read(disk, "one"));
        }
    }

    @Test
    void fileIsReadByAnotherDiskAfterwards() throws IOException {
        try (RealDisk disk = new RealDisk(directory)) {
            write(disk, "node", 0, "hello");
        }
        try (RealDisk disk = new RealDisk(directory)) {
            assertEquals("hello", read(disk, "node"));
        }
    }

    @Test
    void gapIsFilledWithZeros() throws IOException {
        try (RealDisk disk = new RealDisk(directory)) {
            write(disk, "one", 3, "x");
            assertEquals("\0\0\0x", read(disk, "one"));
        }
    }

    @Test
    void readBehindTheEndTellsSo() throws IOException {
        try (RealDisk disk = new RealDisk(directory);
                Disk.File file = disk.open("one")) {
            assertEquals(-1, file.read(0, new byte[1], 0, 1));
        }
    }

    @Test
    void truncatedFileIsShorter() throws IOException {
        try (RealDisk disk = new RealDisk(directory);
                Disk.File file = disk.open("one")) {
            file.write(0, new byte[10], 0, 10);
            file.truncate(4);
            assertEquals(4, file.length());
        }
    }

    @Test
    void renameReplacesWhatHadTheName() throws IOException {
        try (RealDisk disk = new RealDisk(directory)) {
            write(disk, "one", 0, "first");
            write(disk, "two", 0, "second");
            disk.rename("two", "one");
            assertEquals("second", read(disk, "one"));
            assertEquals(List.of("LOCK", "one"), disk.list(""));
        }
    }

    @Test
    void filesOfAFolderAreListedWithItInOrder() throws IOException {
        try (RealDisk disk = new RealDisk(directory)) {
            for (String name : List.of("b", "a", "c.tmp")) {
                disk.open("snapshots/" + name).close();
            }
            assertEquals(List.of("snapshots/a", "snapshots/b", "snapshots/c.tmp"), disk.list("snapshots"));
        }
    }

    @Test
    void missingFolderHasNoFiles() throws IOException {
        try (RealDisk disk = new RealDisk(directory)) {
            assertEquals(List.of(), disk.list("snapshots"));
        }
    }

    @Test
    void missingFileIsDeletedWithoutComplaint() throws IOException {
        try (RealDisk disk = new RealDisk(directory)) {
            disk.delete("one");
            assertEquals(List.of("LOCK"), disk.list(""));
        }
    }

    @Test
    void folderAndFileAreForced() throws IOException {
        try (RealDisk disk = new RealDisk(directory);
                Disk.File file = disk.open("snapshots/one")) {
            file.write(0, new byte[10], 0, 10);
            file.force();
            disk.forceFolder("snapshots");
            disk.forceFolder("");
            assertEquals(10, file.length());
        }
    }

    @Test
    void missingFolderCanNotBeForced() {
        try (RealDisk disk = new RealDisk(directory)) {
            assertThrows(IOException.class, () -> disk.forceFolder("snapshots"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "../node", "a/../b", "a/b/c", "/etc/passwd", "a/", ".", "a/.b", "a b", "a\0"})
    void nameOutsideTheDirectoryIsRefused(String name) {
        try (RealDisk disk = new RealDisk(directory)) {
            assertThrows(IllegalArgumentException.class, () -> disk.open(name));
        }
    }

    @Test
    void directoryInUseByAnotherNodeOfThisProcessIsRefused() {
        try (RealDisk disk = new RealDisk(directory)) {
            Path sameByAnotherName = directory.resolve("../node");
            assertEquals(
                    "ERR the directory " + sameByAnotherName + " is in use by another node of this process",
                    refusal(sameByAnotherName));
        }
    }

    @Test
    void closedDirectoryCanBeUsedAgain() {
        new RealDisk(directory).close();
        new RealDisk(directory).close();
        assertTrue(Files.exists(directory.resolve("LOCK")));
    }

    @Test
    void refusedDiskDoesNotUnlockTheOneInUse() {
        try (RealDisk disk = new RealDisk(directory)) {
            refusal(directory);
            assertEquals(
                    "ERR the directory " + directory + " is in use by another node of this process",
                    refusal(directory));
        }
    }

    @Test
    void diskClosedTwiceDoesNotUnlockItsSuccessor() {
        RealDisk first = new RealDisk(directory);
        first.close();
        try (RealDisk second = new RealDisk(directory)) {
            first.close();
            assertTrue(refusal(directory).contains("in use"));
        }
    }

    @Test
    void directoryInUseByAnotherProcessIsRefusedByItsPid() throws IOException {
        Process holder = holder();
        try (BufferedReader out = holder.inputReader(StandardCharsets.UTF_8)) {
            assertEquals("locked", out.readLine());
            assertEquals(
                    "ERR the directory " + directory.toRealPath() + " is in use by another process (pid " + holder.pid()
                            + "); every node needs one of its own",
                    refusal(directory));
        } finally {
            holder.destroyForcibly();
        }
    }

    /** Another process that locks the directory as a node does, and waits. */
    private Process holder() throws IOException {
        Files.createDirectories(directory);
        Path source = folder.resolve("Holder.java");
        Files.writeString(
                source,
                """
                import java.nio.ByteBuffer;
                import java.nio.channels.FileChannel;
                import java.nio.file.Path;
                import java.nio.file.StandardOpenOption;

                class Holder {
                    public static void main(String[] args) throws Exception {
                        FileChannel channel = FileChannel.open(
                                Path.of(args[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                        channel.lock();
                        channel.write(ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes()));
                        System.out.println("locked");
                        Thread.sleep(Long.MAX_VALUE);
                    }
                }
                """);
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(
                        java, source.toString(), directory.resolve("LOCK").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    @Test
    void fileInPlaceOfTheDirectoryIsRefused() throws IOException {
        Files.createDirectories(directory.getParent());
        Files.createFile(directory);
        assertEquals("ERR " + directory + " is not a directory; name one that is, or a new one", refusal(directory));
    }

    @Test
    void directoryOfSomethingElseIsRefusedAndLeftAlone() throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("thesis.txt"), "all my work");
        assertEquals(
                "ERR the directory " + directory.toRealPath()
                        + " holds something else already (thesis.txt); a node needs one of its own",
                refusal(directory));
        try (var left = Files.list(directory)) {
            assertEquals(List.of(directory.resolve("thesis.txt")), left.toList());
        }
    }

    @Test
    void directoryOfANodeMayHoldOtherThingsToo() throws IOException {
        Files.createDirectories(directory);
        Files.createFile(directory.resolve("node"));
        Files.createFile(directory.resolve("notes.txt"));
        new RealDisk(directory).close();
        assertTrue(Files.exists(directory.resolve("LOCK")));
    }

    @Test
    void freshFileSystemIsTaken() throws IOException {
        Files.createDirectories(directory.resolve("lost+found"));
        Files.createFile(directory.resolve(".hidden"));
        new RealDisk(directory).close();
        assertTrue(Files.exists(directory.resolve("LOCK")));
    }

    @Test
    void directoryThatCanNotBeWrittenIsRefused() throws IOException {
        assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"));
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-x------"));
        assumeFalse(Files.isWritable(directory), "root may write everywhere");
        assertTrue(refusal(directory).startsWith("ERR " + directory + " can't be read and written by the user '"));
    }

    @Test
    void directoryThatCanNotBeMadeIsRefused() throws IOException {
        Files.createDirectories(directory.getParent());
        Files.createFile(directory);
        Path below = directory.resolve("below");
        String refusal = refusal(below);
        assertTrue(refusal.startsWith("ERR the directory " + below + " can't be used: "), refusal);
        assertTrue(refusal.contains("Not a directory"), refusal);
    }

    @Test
    void linkToADirectoryIsTaken() throws IOException {
        Files.createDirectories(folder.resolve("large/disk"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("large/disk"));
        new RealDisk(link).close();
        assertTrue(Files.exists(folder.resolve("large/disk/LOCK")));
    }

    private static String refusal(Path directory) {
        return assertThrows(StartFailed.class, () -> new RealDisk(directory)).getMessage();
    }

    private static void write(Disk disk, String name, long position, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        try (Disk.File file = disk.open(name)) {
            file.write(position, bytes, 0, bytes.length);
        }
    }

    private static String read(Disk disk, String name) throws IOException {
        try (Disk.File file = disk.open(name)) {
            byte[] bytes = new byte[(int) file.length() + 10];
            int length = file.read(0, bytes, 0, bytes.length);
            return new String(bytes, 0, length, StandardCharsets.US_ASCII);
        }
    }
}
