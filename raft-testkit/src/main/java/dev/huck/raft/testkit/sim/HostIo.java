package dev.huck.raft.testkit.sim;

import java.io.IOException;
import java.util.function.BooleanSupplier;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/** The time that a process's I/O takes, and whether it fails: what its machine's disk is like. */
final class HostIo implements IoCost {
    private static final long MICRO = 1_000L;
    /** Beyond the end of every run. */
    private static final long FOR_EVER = 86_400_000_000L * MICRO;

    private final SimWorld world;
    private final SimProcess process;
    private final Profile profile;
    private final SimRandom random;
    private final BooleanSupplier calm;
    private final LongUnaryOperator untilCalm;

    /**
     * The I/O of one process.
     *
     * @param random all disks'
     * @param calm whether faults are over
     * @param untilCalm shortens a time so that it does not outlast the faults
     */
    HostIo(
            SimWorld world,
            SimProcess process,
            Profile profile,
            SimRandom random,
            BooleanSupplier calm,
            LongUnaryOperator untilCalm) {
        this.world = world;
        this.process = process;
        this.profile = profile;
        this.random = random;
        this.calm = calm;
        this.untilCalm = untilCalm;
    }

    @Override
    public void spend(boolean force) {
        long time = 2 * MICRO;
        if (force) {
            time = 20 * MICRO + random.exponential(profile.syncNanos);
        }
        world.spend(time);
    }

    @Override
    public long stall(String stage) {
        DiskTrouble trouble = process.host().trouble();
        boolean isDisk = stage.equals("log") || stage.equals("files");
        if (isDisk && trouble.isStuck()) {
            return FOR_EVER;
        }
        if (calm.getAsBoolean()) {
            return 0;
        }
        if (isDisk) {
            long slow = profile.happens(random, FaultKind.SLOW_DISK) ? random.exponential(1_000_000 * MICRO) : 0;
            return untilCalm.applyAsLong(slow + trouble.takeHang());
        }
        boolean isSlow = stage.equals("machine") && profile.happens(random, FaultKind.SLOW_MACHINE);
        return isSlow ? untilCalm.applyAsLong(random.exponential(500_000 * MICRO)) : 0;
    }

    @Override
    public @Nullable IOException changeFails() {
        return noted(process.host().trouble().change(world.now()));
    }

    @Override
    public @Nullable IOException syncFails(IoGate.Device device) {
        if (device == IoGate.Device.LOG && process.node() == null) {
            return null; // Not in a start, after which the log is written anew.
        }
        return noted(process.host().trouble().sync(device));
    }

    private @Nullable IOException noted(@Nullable IOException failure) {
        if (failure != null) {
            process.troubled();
            world.trace(process.host().number(), "has a disk that fails: " + failure.getMessage());
        }
        return failure;
    }
}
