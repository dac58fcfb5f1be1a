package dev.huck.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.core.env.Disk;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SimDiskTest {
    private final SimDisk disk = new SimDisk();
    private final Disk mounted = disk.mount(new IoGate(() -> {}), IoCost.NONE);

    @Test
    void forcedBytesUnderAForcedNameSurviveAnyPowerCut() throws IOException {
        write(mounted, "a", bytes(1, 3000));
        mounted.open("a").force();
        mounted.forceFolder("");
        for (int seed = 0; seed < 50; seed++) {
            disk.powerCut(new SimRandom(seed));
        }
        assertArrayEquals(bytes(1, 3000), read("a"));
    }

    @Test
    void blocksThatWereNotForcedAreKeptLostOrTornEachByItself() throws IOException {
        Set<String> fates = new TreeSet<>();
        for (int seed = 0; seed < 200; seed++) {
            SimDisk fresh = new SimDisk();
            Disk files = fresh.mount(new IoGate(() -> {}), IoCost.NONE);
            write(files, "a", bytes(1, 1024));
            files.open("a").force();
            files.forceFolder("");
            write(files, "a", bytes(2, 1024));
            fresh.powerCut(new SimRandom(seed));
            byte[] left = read(files, "a");
            fates.add(fate(left, 0) + fate(left, 512));
        }
        assertTrue(fates.containsAll(List.of("oldold", "oldnew", "newold", "newnew")), fates.toString());
        assertTrue(fates.stream().anyMatch(fate -> fate.contains("torn")), fates.toString());
    }

    private static String fate(byte[] bytes, int at) throws IOException {
        byte first = bytes[at];
        for (int i = at; i < at + 512; i++) {
            if (bytes[i] != first) {
                return "torn";
            }
        }
        return first == 1 ? "old" : "new";
    }

    @Test
    void nameThatWasNotForcedMayBeLostThoughItsBytesWereForced() throws IOException {
        boolean kept = false;
        boolean lost = false;
        for (int seed = 0; seed < 50; seed++) {
            SimDisk fresh = new SimDisk();
            Disk files = fresh.mount(new IoGate(() -> {}), IoCost.NONE);
            write(files, "a", bytes(1, 10));
            files.open("a").force();
            fresh.powerCut(new SimRandom(seed));
            boolean there = files.list("").contains("a");
            kept |= there;
            lost |= !there;
        }
        assertTrue(kept && lost);
    }

    @Test
    void renameIsAtomicAndReplacesOnlyWhenItSurvives() throws IOException {
        for (int seed = 0; seed < 50; seed++) {
            SimDisk fresh = new SimDisk();
            Disk files = fresh.mount(new IoGate(() -> {}), IoCost.NONE);
            write(files, "a", bytes(1, 10));
            files.open("a").force();
            write(files, "a.tmp", bytes(2, 10));
            files.open("a.tmp").force();
            files.forceFolder("");
            files.rename("a.tmp", "a");
            fresh.powerCut(new SimRandom(seed));
            byte[] left = read(files, "a");
            assertTrue(Arrays.equals(left, bytes(1, 10)) || Arrays.equals(left, bytes(2, 10)));
            assertEquals(left[0] == 1, files.list("").contains("a.tmp"));
        }
    }

    @Test
    void killedProcessLosesNothingThatItWrote() throws IOException {
        IoGate gate = new IoGate(() -> {});
        Disk files = disk.mount(gate, IoCost.NONE);
        write(files, "a", bytes(1, 700));
        gate.shut();
        assertThrows(SimulatedCrash.class, () -> files.open("a"));
        assertArrayEquals(bytes(1, 700), read("a"));
    }

    @Test
    void crashInsideAWriteLeavesAPartOfIt() throws IOException {
        IoGate gate = new IoGate(() -> {});
        Disk files = disk.mount(gate, IoCost.NONE);
        Disk.File file = files.open("a");
        gate.arm(1, IoGate.Where.INSIDE);
        assertThrows(SimulatedCrash.class, () -> file.write(0, bytes(1, 700), 0, 700));
        assertEquals(350, read("a").length);
    }

    @Test
    void crashBeforeAnOperationLeavesNothingOfItAndAfterAllOfIt() throws IOException {
        for (IoGate.Where where : List.of(IoGate.Where.BEFORE, IoGate.Where.AFTER)) {
            IoGate gate = new IoGate(() -> {});
            Disk files = disk.mount(gate, IoCost.NONE);
            gate.arm(1, where);
            assertThrows(SimulatedCrash.class, () -> files.open("new-" + where));
            assertEquals(where == IoGate.Where.AFTER, mounted.list("").contains("new-" + where));
        }
    }

    @Test
    void forceOfOneFolderDoesNotVouchForAnother() throws IOException {
        write(mounted, "folder/a", bytes(1, 10));
        mounted.forceFolder("");
        assertFalse(disk.afterPowerCut().names().contains("folder/a"));
        mounted.forceFolder("folder");
        assertTrue(disk.afterPowerCut().names().contains("folder/a"));
    }

    @Test
    void whatAPowerCutWouldLeaveIsSeenWithoutCuttingIt() throws IOException {
        write(mounted, "a", bytes(1, 10));
        mounted.open("a").force();
        mounted.forceFolder("");
        write(mounted, "a", bytes(2, 10));
        Disk left = disk.afterPowerCut().mount(new IoGate(() -> {}), IoCost.NONE);
        assertArrayEquals(bytes(1, 10), read(left, "a"));
        assertArrayEquals(bytes(2, 10), read("a"));
    }

    private static void write(Disk disk, String name, byte[] bytes) throws IOException {
        disk.open(name).write(0, bytes, 0, bytes.length);
    }

    private byte[] read(String name) throws IOException {
        return read(mounted, name);
    }

    private static byte[] read(Disk disk, String name) throws IOException {
        Disk.File file = disk.open(name);
        byte[] bytes = new byte[(int) file.length()];
        int count = bytes.length == 0 ? 0 : file.read(0, bytes, 0, bytes.length);
        return Arrays.copyOf(bytes, count);
    }

    private static byte[] bytes(int value, int count) throws IOException {
        byte[] bytes = new byte[count];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
