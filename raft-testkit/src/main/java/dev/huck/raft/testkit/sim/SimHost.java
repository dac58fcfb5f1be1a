package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.check.CoreView;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Entries;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A machine: disks and a clock, and at most one living process. */
final class SimHost {
    private final int number;
    private String address;
    private int moves;
    private boolean formed;
    private boolean learner;
    private boolean readmitted;
    private int protocolMax;
    private int machineMax = 2;
    private final SimDisk disk = new SimDisk();
    private final SimRandom random;
    private SimLog log = new SimLog();
    private long clockOrigin;
    private long clockPpm;
    private long wallOffset;
    private int boot;
    private final DiskTrouble trouble = new DiskTrouble();
    /** A copy of the node file is damaged: a torn write of the other one, and the node can't go on. */
    private boolean rotten;
    /** Its disk was lost: it has to wait until it is told to join. */
    private boolean lost;

    private int rottenCopy = -1;
    /** Its node never runs again. */
    private boolean gone;

    private @Nullable SimProcess process;
    private @Nullable String join;
    private boolean suspect;
    private boolean failing;
    private boolean reverted;
    private @Nullable SimDisk backupDisk;
    private @Nullable SimLog backupLog;
    private List<LogPosition> forgotten = List.of();

    /**
     * A machine.
     *
     * @param number from 0
     * @param address where its node is reached
     * @param random this machine's own
     */
    SimHost(int number, String address, SimRandom random) {
        this.number = number;
        this.address = address;
        this.random = random;
        this.clockOrigin = random.nextLong(1L << 50);
        this.wallOffset = 1_700_000_000_000_000_000L + random.nextLong(2_000_000_000L);
    }

    int number() {
        return number;
    }

    /** Its node's id; the same at every address and with every disk. */
    String nodeId() {
        return "n" + (number + 1);
    }

    /** Whether this is, or was, its address. */
    boolean wasAt(String at) {
        return at.substring(at.lastIndexOf('.')).equals(address.substring(address.lastIndexOf('.')));
    }

    /** Gets another address; nothing may run. */
    void move() {
        moves++;
        address = "10.0." + moves + "." + (number + 1) + ":7481";
    }

    boolean isLearner() {
        return learner;
    }

    /** Whether its node, when it joins, is to stay a learner. */
    void learner(boolean stays) {
        learner = stays;
    }

    boolean isReadmitted() {
        return readmitted;
    }

    /** Whether its node, when it joins, takes the place of the member that it was before its disks were lost. */
    void readmitted(boolean takes) {
        readmitted = takes;
    }

    /** Newest version of the protocol that its node is told to use; 0 for all it knows. */
    int protocolMax() {
        return protocolMax;
    }

    void protocolMax(int version) {
        protocolMax = version;
    }

    /** Newest version of its machine's commands. */
    int machineMax() {
        return machineMax;
    }

    void machineMax(int version) {
        machineMax = version;
    }

    /** Whether its node has been started before. */
    boolean isFormed() {
        return formed;
    }

    void formed() {
        formed = true;
    }

    String address() {
        return address;
    }

    SimDisk disk() {
        return disk;
    }

    SimLog log() {
        return log;
    }

    /** Which copy of the node file may rot; the same one until the next start of the node. */
    int rottenCopy(SimRandom choice) {
        if (rottenCopy < 0) {
            rottenCopy = choice.nextInt(2);
        }
        return rottenCopy;
    }

    DiskTrouble trouble() {
        return trouble;
    }

    boolean isRotten() {
        return rotten;
    }

    void rot() {
        rotten = true;
    }

    /** The whole snapshots that a power cut would leave, by name. */
    List<String> wholeSnapshots() {
        return disk.durableNames("snapshots").stream()
                .filter(name -> isSnapshot(name) && !disk.isRotten(name))
                .toList();
    }

    /** Whether entries are gone from the log that no whole snapshot covers. */
    boolean lacksSnapshot() {
        return log.base().index() > 0
                && wholeSnapshots().stream()
                        .noneMatch(name -> snapshotIndex(name) >= log.base().index());
    }

    /** Whether something on its disks is damaged, known or not, so that its next start forgets what it promised. */
    boolean isDamaged() {
        return rotten || log.isDamaged() || lacksSnapshot();
    }

    /** Whether its node has met damage on its disks, at which it has to stop. */
    boolean hasMetDamage() {
        return log.isFoundDamaged() || lacksSnapshot();
    }

    /** Its node has started: the node file is whole again, and what could not be trusted is gone. */
    void started() {
        suspect |= failing && !trouble.isArmed();
        failing &= trouble.isArmed();
        rottenCopy = -1;
        rotten = false;
    }

    boolean isLost() {
        return lost;
    }

    void lost(boolean gone) {
        lost = gone;
    }

    /** Whether a file of the folder of snapshots is a whole one: its name ends in its index then. */
    static boolean isSnapshot(String name) {
        int dash = name.lastIndexOf('-');
        return dash >= 0 && name.substring(dash + 1).chars().allMatch(Character::isDigit);
    }

    /** The last entry that it covers. */
    static long snapshotIndex(String name) {
        return Long.parseLong(name.substring(name.lastIndexOf('-') + 1));
    }

    boolean isGone() {
        return gone;
    }

    void goAway() {
        gone = true;
    }

    /** Whether a power cut now would leave this entry here: in the log, or covered by a snapshot. */
    boolean holdsDurably(long index, long term) {
        return log.holdsDurably(index, term) || index <= durableSnapshot();
    }

    /** The last entry that a power cut now would leave here. */
    long durableLast() {
        return Math.max(log.durableLast(), durableSnapshot());
    }

    /** A snapshot gets its name, which ends in its index, once it is whole. */
    long durableSnapshot() {
        long newest = 0;
        for (String name : disk.durableNames("snapshots")) {
            if (isSnapshot(name)) {
                newest = Math.max(newest, snapshotIndex(name));
            }
        }
        return newest;
    }

    SimRandom random() {
        return random;
    }

    String bootId() {
        return "boot-" + number + "-" + boot;
    }

    @Nullable
    SimProcess process() {
        return process;
    }

    void process(@Nullable SimProcess running) {
        this.process = running;
    }

    /** The address through which its node was told to join; null for the founder. */
    @Nullable
    String join() {
        return join;
    }

    void join(String address) {
        this.join = address;
    }

    boolean isUp() {
        return process != null && process.isAlive();
    }

    /** The machine's monotonic clock runs this many millionths too fast. */
    void drift(long ppm) {
        this.clockPpm = ppm;
    }

    long monotonic(long worldNanos) {
        // Not rounded to whole milliseconds: a slow clock would step back at each.
        return clockOrigin + worldNanos * (1_000_000 + clockPpm) / 1_000_000;
    }

    /** How long the world sees what this machine's clock sees as so long. */
    long worldNanos(long ownNanos) {
        return ownNanos - ownNanos / (1_000_000 + clockPpm) * clockPpm;
    }

    long wall(long worldNanos) {
        return wallOffset + worldNanos;
    }

    /** Moves the wall clock, and nothing else. */
    void jump(long nanos) {
        wallOffset += nanos;
    }

    /**
     * Cuts the power: the process dies and what was not on disk may be lost; says whether anything was.
     *
     * @param counted whether what was only written counted as acknowledged
     */
    boolean powerCut(boolean counted) {
        List<LogPosition> before = log.acknowledged();
        boolean lost = log.powerCut(random);
        suspect |= counted;
        forget(before);
        lost |= disk.powerCut(random);
        boot++;
        // Another run of the operating system: its clock begins anew.
        clockOrigin = random.nextLong(1L << 50);
        return lost;
    }

    /** Loses its log, and no other file. */
    void loseLog(SimLog.Observer observer) {
        List<LogPosition> before = log.acknowledged();
        log = new SimLog();
        log.observer(observer);
        suspect = true;
        forget(before);
    }

    /** Notes what it had acknowledged, if some of that is here no more. */
    void forget(List<LogPosition> before) {
        if (forgotten.isEmpty()
                && before.stream()
                        .anyMatch(at -> at.index() > durableSnapshot() && !log.holds(at.index(), at.term()))) {
            suspect = true;
            forgotten = before;
        }
    }

    /** Whether it may have forgotten what its node acknowledged, and has not got it back. */
    boolean isSuspect() {
        return suspect || failing;
    }

    /** Whether its node has to get back what it may have forgotten. */
    boolean hasForgotten() {
        return suspect;
    }

    /** A write or a sync will fail, and what is acknowledged by then may be forgotten in the next start. */
    void willFail() {
        failing = true;
    }

    /** Whether it is to forget something soon. */
    boolean isToFail() {
        return failing;
    }

    /** Nothing is wrong with its disk any more. */
    void mend() {
        trouble.mend();
        failing &= log.mayLose();
    }

    /** What its node had acknowledged when it began to be a suspect, if it lost any of it. */
    List<LogPosition> forgotten() {
        return forgotten;
    }

    /** Its node has got back what it had acknowledged, or says so. */
    void remembers() {
        suspect = false;
        forgotten = List.of();
    }

    /**
     * Whether its word for an entry counts: it is here, as durable as it has to be; or it was here before the disk lost it,
     * for then the node keeps its promise by electing nobody.
     *
     * @param synced whether only what is synced counts; a configuration always has to be
     */
    boolean vouchesFor(long index, long term, boolean synced) {
        if (!forgotten.isEmpty()) {
            return forgotten.contains(new LogPosition(index, term))
                    || index < forgotten.get(0).index();
        }
        boolean mustBeSynced = synced || log.configurationAtMost(index) == index;
        return mustBeSynced ? holdsDurably(index, term) : log.holds(index, term) || index <= durableSnapshot();
    }

    /**
     * Copies its disks, if there is no copy yet. None in which it alone votes: it would ask nobody and lead itself, and
     * only its clients could know that something is wrong.
     */
    void backUp() {
        long configuration = log.configurationAtMost(log.last().index());
        boolean alone = configuration > 0
                && isOfOneVoter(Entries.configuration(
                        configuration, log.get(configuration).payload()));
        if (backupDisk == null && log.size() > 0 && !alone) {
            backupDisk = disk.copy();
            backupLog = log.copy();
        }
    }

    private static boolean isOfOneVoter(Configuration configuration) {
        return configuration.members().stream()
                        .filter(member -> configuration.isVoter(member.storeId()))
                        .count()
                == 1;
    }

    /** Goes back to what its disks held long ago; says whether it could. */
    boolean revert(SimLog.Observer observer) {
        SimDisk oldDisk = backupDisk;
        SimLog oldLog = backupLog;
        if (oldDisk == null || oldLog == null) {
            return false;
        }
        List<LogPosition> before = log.acknowledged();
        disk.restore(oldDisk);
        log = oldLog.copy();
        log.observer(observer);
        reverted = true;
        suspect = true;
        forgotten = forgotten.isEmpty() ? before : forgotten;
        return true;
    }

    boolean hasBackup() {
        return backupDisk != null;
    }

    /** The copy of its node file and its snapshots. */
    SimDisk backup() {
        return Objects.requireNonNull(backupDisk, "no backup");
    }

    /** Whether its node belongs to the cluster: one that waits to be called listens to whoever knows its random id. */
    boolean isTakenIn() {
        CoreView core = process == null ? null : process.core();
        return core != null && core.term() > 0;
    }

    /** Whether its disks are an old copy of themselves. */
    boolean isReverted() {
        return reverted;
    }

    /** Puts in empty disks. */
    void wipe(SimLog.Observer observer) {
        disk.wipe();
        rotten = false;
        remembers();
        trouble.mend(); // It was the other disk's.
        failing = false;
        reverted = false;
        backupDisk = null;
        backupLog = null;
        log = new SimLog();
        log.observer(observer);
        boot++;
    }
}
