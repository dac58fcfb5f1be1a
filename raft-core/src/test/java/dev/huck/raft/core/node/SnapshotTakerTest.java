package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Applier;
import dev.huck.raft.api.Command;
import dev.huck.raft.api.Consistency;
import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.Machine;
import dev.huck.raft.api.Reply;
import dev.huck.raft.api.Snapshot;
import dev.huck.raft.api.spi.LogPosition;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Capturing, saving and restoring the machine. */
final class SnapshotTakerTest {
    private final MemoryDisk disk = new MemoryDisk();

    /** A counter whose snapshots the test chooses. */
    private static final class Chosen implements Machine {
        private final Function<Chosen, Snapshot> snapshots;
        private long count;

        Chosen(Function<Chosen, Snapshot> snapshots) {
            this.snapshots = snapshots;
        }

        @Override
        public void command(Applier applier, Command command) {
            if (command.name().equals("get")) {
                applier.read(context -> count, Reply::integer);
            } else {
                applier.write(context -> ++count, Reply::integer);
            }
        }

        @Override
        public Snapshot snapshot() {
            return snapshots.apply(this);
        }

        @Override
        public void restore(DataInput in) throws IOException {
            count = in.readLong();
        }
    }

    private Shell shell(Function<Chosen, Snapshot> snapshots) throws IOException {
        return new Shell(disk, () -> new Chosen(snapshots));
    }

    private static void capture(Shell shell) {
        shell.machines.capture();
        shell.stage.run();
        shell.files.run();
    }

    @Test
    void capturedStateIsThatOfItsIndexThoughCommandsGoOn() throws IOException {
        Shell shell = new Shell(disk);
        shell.commit("inc", "inc");
        shell.machines.capture();
        shell.commit("inc");
        shell.stage.run();
        shell.files.run();
        assertTrue(shell.loop.told.contains("saved 1"));
        Shell next = new Shell(disk);
        assertEquals(new LogPosition(1, 3), next.machines.boot().position());
        assertEquals(":2", next.connect().read(Consistency.LOW, "get").received());
    }

    @Test
    void blockingSnapshotIsWrittenBeforeTheNextCommand() throws IOException {
        Shell shell = shell(m -> Snapshot.blocking(out -> out.writeLong(m.count)));
        shell.commit("inc");
        shell.machines.capture();
        shell.commit("inc");
        shell.stage.run();
        shell.files.run();
        Shell next = shell(m -> Snapshot.disabled());
        next.machines.boot();
        assertEquals(":1", next.connect().read(Consistency.LOW, "get").received());
    }

    @Test
    void disabledSnapshotsLeaveTheLogAlone() throws IOException {
        Shell shell = shell(m -> Snapshot.disabled());
        shell.commit("inc");
        capture(shell);
        assertTrue(shell.loop.told.contains("abandoned: disabled"));
        assertNull(shell.snapshots.newest());
    }

    @Test
    void captureThatFailsIsAbandonedAndTheMachineGoesOn() throws IOException {
        Shell shell = shell(m -> {
            throw new IllegalStateException("can't");
        });
        shell.commit("inc");
        capture(shell);
        shell.commit("inc");
        shell.stage.run();
        assertEquals(
                List.of(
                        "applied 1",
                        "abandoned: the machine could not be captured (see the log of the node)",
                        "applied 2"),
                // The first turn tells what it applied after it has captured.
                List.of(shell.loop.told.get(1), shell.loop.told.get(0), shell.loop.told.get(2)));
    }

    @Test
    void captureIsDiscardedOnceWhetherItWasWrittenOrNot() throws IOException {
        AtomicInteger discarded = new AtomicInteger();
        boolean[] fails = {true};
        Shell shell = shell(m -> new Snapshot() {
            @Override
            public void writeTo(DataOutput out) throws IOException {
                if (fails[0]) {
                    throw new IOException("disk full");
                }
                out.writeLong(1);
            }

            @Override
            public void discard() {
                discarded.incrementAndGet();
            }
        });
        shell.commit("inc");
        capture(shell);
        assertTrue(shell.loop.told.contains("abandoned: the snapshot could not be written: disk full"));
        assertEquals(1, discarded.get());
        fails[0] = false;
        capture(shell);
        assertTrue(shell.loop.told.contains("saved 1"));
        assertEquals(2, discarded.get());
    }

    @Test
    void snapshotThatTheMachineCannotReadStopsTheStartAndStaysOnDisk() throws IOException {
        Shell shell = new Shell(disk);
        shell.commit("inc");
        capture(shell);
        Shell other = new Shell(disk, Unreadable::new);
        assertThrows(HuckException.StartFailed.class, other.machines::boot);
        assertEquals(1, other.snapshots.all().size());
    }

    /** A machine that understands no snapshot. */
    private static final class Unreadable implements Machine {
        @Override
        public void command(Applier applier, Command command) {}

        @Override
        public Snapshot snapshot() {
            return Snapshot.disabled();
        }

        @Override
        public void restore(DataInput in) throws IOException {
            throw new IOException("format 7 is not known");
        }
    }

    @Test
    void installedSnapshotReplacesTheState() throws IOException {
        Shell source = new Shell(disk);
        for (int i = 0; i < 5; i++) {
            source.commit("inc");
        }
        capture(source);
        Shell follower = new Shell(disk);
        follower.commit("inc");
        follower.stage.run();
        follower.machines.restore(new LogPosition(5, 3));
        assertEquals(":5", follower.connect().read(Consistency.LOW, "get").received());
        assertEquals(5, follower.machines.appliedIndex());
        assertEquals(List.of("applied 1", "restarted 5", "applied 5"), follower.loop.told);
    }

    @Test
    void readThatWaitedWhileASnapshotBroughtALaterWriteAlongIsRefused() throws IOException {
        Shell source = new Shell(disk);
        source.commit("inc", "inc");
        capture(source);
        Shell follower = new Shell(disk);
        Shell.Guest client = follower.connect().send("get", "inc");
        Operation read = follower.loop.take();
        follower.machines.readReady(List.of(read), 1, 0);
        follower.stage.run();
        follower.machines.restore(new LogPosition(1, 3));
        assertEquals(
                "-CLUSTERDOWN a later write may be part of the state already; nothing was read, try again",
                client.received());
    }

    @Test
    void damagedSnapshotMakesWayForTheOneBefore() throws IOException {
        Shell shell = new Shell(disk);
        shell.commit("inc");
        capture(shell);
        shell.commit("inc");
        capture(shell);
        disk.damageLast("snapshots");
        Shell next = new Shell(disk);
        assertEquals(new LogPosition(1, 3), next.machines.boot().position());
        assertEquals(":1", next.connect().read(Consistency.LOW, "get").received());
    }

    @Test
    void supplierThatGivesTheSameMachineTwiceIsRefusedAtTheStart() throws IOException {
        Machine only = new Unreadable();
        Shell shell = new Shell(disk, () -> only);
        HuckException.StartFailed refused = assertThrows(HuckException.StartFailed.class, shell.machines::boot);
        assertTrue(refused.getMessage().contains("fresh"));
    }
}
