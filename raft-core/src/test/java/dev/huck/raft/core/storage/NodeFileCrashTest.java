package dev.huck.raft.core.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The power goes, or the process dies, at every change that a write makes, each time with other luck for the rest. */
class NodeFileCrashTest {
    private static final int LUCKS = 200;

    @Test
    void powerCutInTheFirstWriteLeavesAnEmptyDirectoryOrTheRecord() throws IOException {
        int changes = 0;
        for (boolean through = false; !through; changes++) {
            for (int luck = 0; luck < LUCKS; luck++) {
                CrashDisk disk = new CrashDisk(luck);
                disk.losePowerAt(changes);
                boolean written = tryToWrite(disk, NodeFileTest.FIRST);
                NodeRecord found = NodeFileTest.read(disk.afterPowerCut());
                assertTrue(found == null ? !written : found.equals(NodeFileTest.FIRST), "change " + changes);
                through = !disk.hasFailed();
            }
        }
        assertTrue(changes > 5, "the power went at " + changes + " places only");
    }

    @Test
    void powerCutInALaterWriteLeavesTheRecordBeforeOrAfter() throws IOException {
        int changes = 0;
        for (boolean through = false; !through; changes++) {
            for (int luck = 0; luck < LUCKS; luck++) {
                CrashDisk disk = new CrashDisk(luck);
                NodeFileTest.write(disk, NodeFileTest.FIRST);
                disk.losePowerAt(changes);
                boolean written = tryToWrite(disk, NodeFileTest.SECOND);
                NodeRecord found = NodeFileTest.read(disk.afterPowerCut());
                assertTrue(allowed(written).contains(found), "change " + changes + " left " + found);
                through = !disk.hasFailed();
            }
        }
        assertTrue(changes > 4, "the power went at " + changes + " places only");
    }

    @Test
    void powerCutThenRotOfEitherCopyLosesNoWrittenRecord() throws IOException {
        for (int luck = 0; luck < LUCKS; luck++) {
            CrashDisk disk = new CrashDisk(luck);
            NodeFileTest.write(disk, NodeFileTest.FIRST);
            NodeFileTest.write(disk, NodeFileTest.SECOND);
            CrashDisk after = disk.afterPowerCut();
            after.flipBit("node", luck % 2 * NodeSlot.SIZE * 8 + 1000);
            assertEquals(NodeFileTest.SECOND, NodeFileTest.read(after));
        }
    }

    @Test
    void recordOnceReportedSurvivesAPowerCutThoughItsWriteWasKilled() throws IOException {
        boolean through = false;
        for (int change = 0; !through; change++) {
            for (int luck = 0; luck < LUCKS; luck++) {
                CrashDisk disk = new CrashDisk(luck);
                NodeFileTest.write(disk, NodeFileTest.FIRST);
                disk.losePowerAt(change);
                tryToWrite(disk, NodeFileTest.SECOND);
                through = !disk.hasFailed();
                NodeRecord reported = NodeFileTest.read(disk.afterKill());
                assertEquals(reported, NodeFileTest.read(disk.afterPowerCut()), "change " + change);
            }
        }
    }

    @Test
    void identityOnceReportedSurvivesAPowerCutThoughItsFirstWriteWasKilled() throws IOException {
        boolean through = false;
        for (int change = 0; !through; change++) {
            for (int luck = 0; luck < LUCKS; luck++) {
                CrashDisk disk = new CrashDisk(luck);
                disk.losePowerAt(change);
                tryToWrite(disk, NodeFileTest.FIRST);
                through = !disk.hasFailed();
                NodeRecord reported = NodeFileTest.read(disk.afterKill());
                assertEquals(reported, NodeFileTest.read(disk.afterPowerCut()), "change " + change);
            }
        }
    }

    private static List<NodeRecord> allowed(boolean written) {
        return written ? List.of(NodeFileTest.SECOND) : Arrays.asList(NodeFileTest.FIRST, NodeFileTest.SECOND);
    }

    private static boolean tryToWrite(CrashDisk disk, NodeRecord record) {
        try {
            NodeFileTest.write(disk, record);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
