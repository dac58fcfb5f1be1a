package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.NodeListener;
import dev.huck.raft.api.Options;
import dev.huck.raft.api.Role;
import dev.huck.raft.core.check.CoreView;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.storage.Incarnation;
import dev.huck.raft.core.storage.NodeFile;
import dev.huck.raft.core.storage.NodeRecord;
import dev.huck.raft.testkit.sim.SimEvent.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Machines, the network between them, and the nodes that run on them: starts, kills, pauses and stops nodes. */
final class SimCluster {
    private static final long MICRO = 1_000L;
    /** Clocks that run so many millionths too fast, and others as much too slow, run apart by not quite a tenth. */
    private static final long AT_THE_BOUND = 45_000;

    private final SimWorld world;
    private final Profile profile;
    private final NodeFactory factory;
    private final Invariants invariants;
    private final List<SimHost> hosts = new ArrayList<>();
    private final SimNetwork network;
    private final MemoryWatch memory;
    private final SimRandom disks;
    private final SimRandom random;
    private final SimRandom versions;
    /** Whether nodes of several builds run side by side, and are upgraded and, as far as that may be, downgraded. */
    private final boolean mixed;

    private final SimRandom machines;
    private final Corruption corruption;
    private final FaultBudget budget;
    private @Nullable SimHost slowest;
    private @Nullable Application application;
    private boolean calm;
    private long calmAt = Long.MAX_VALUE;
    private int processes;
    private int losses;

    SimCluster(SimWorld world, Profile profile, NodeFactory factory, Invariants invariants) {
        this.world = world;
        this.profile = profile;
        this.factory = factory;
        this.invariants = invariants;
        this.disks = world.random("disks");
        this.random = world.random("processes");
        this.versions = world.random("versions");
        this.mixed = versions.chance(0.4);
        this.machines = world.random("machines");
        this.corruption = new Corruption(world);
        this.budget = new FaultBudget(hosts, invariants, corruption);
        SimRandom clocks = world.random("clocks");
        boolean atTheBound =
                profile.rate(FaultKind.LEASE) > 0 && profile.rate(FaultKind.DRIFT) > 0 && profile.clocksAreGood();
        // The worst for a lease: the leader's clock is slow, and all others are fast.
        int slow = clocks.nextInt(profile.voters);
        for (int i = 0; i < profile.voters + profile.spares; i++) {
            SimHost host = new SimHost(i, "10.0.0." + (i + 1) + ":7481", world.random("host " + i));
            long ppm = (long) (Math.max(profile.rate(FaultKind.DRIFT), profile.rate(FaultKind.WILD_CLOCK)) * 1_000_000);
            long off = ppm == 0 ? 0 : random.nextLong(-ppm, ppm);
            // From half as fast to twice as fast.
            host.drift(profile.clocksAreGood() ? off : Math.max(off, 2 * off));
            if (atTheBound) {
                host.drift(i == slow ? -AT_THE_BOUND : AT_THE_BOUND);
                slowest = i == slow ? host : slowest;
            }
            for (FaultKind kind : List.of(FaultKind.DRIFT, FaultKind.WILD_CLOCK)) {
                if (profile.rate(kind) > 0) {
                    profile.happened(kind);
                }
            }
            host.log().observer(invariants);
            if (mixed) {
                host.protocolMax(versions.chance(0.7) ? 1 : 0);
                host.machineMax(1);
            }
            hosts.add(host);
        }
        this.network = new SimNetwork(world, hosts, profile, corruption);
        network.tap(new Promises(world, invariants.votes(), profile.durability == Durability.HIGH)::sent);
        network.ear(invariants::heard);
        this.memory = new MemoryWatch(world, profile);
        world.observer(event -> {
            if (event.process != null) {
                invariants.after(event.process);
                memory.after(event.process);
            }
        });
    }

    /** What runs on it; said before the first node starts. */
    void application(Application what) {
        application = what;
    }

    private Application application() {
        return Objects.requireNonNull(application);
    }

    List<SimHost> hosts() {
        return hosts;
    }

    SimNetwork network() {
        return network;
    }

    /** What the nodes held for clients is given back. */
    void allIsAnswered() {
        memory.allIsAnswered(hosts);
    }

    /** The machine that may have a wrong state. */
    Corruption corruption() {
        return corruption;
    }

    /** How many power cuts lost something that had been written. */
    int losses() {
        return losses;
    }

    /** Says when everything will be healed: nothing that is broken before takes longer. */
    void calmAt(long time) {
        calmAt = time;
    }

    /** So long, but not beyond the time at which everything is healed. */
    long untilCalm(long nanos) {
        return Math.max(0, Math.min(nanos, calmAt - world.now()));
    }

    /** Mends all there is to mend: links and disks, and every node runs that is not gone for ever. */
    void heal() {
        calm = true;
        network.heal();
        for (SimHost host : hosts) {
            host.mend();
            SimProcess process = host.process();
            if (process == null || host.isGone()) {
                continue;
            }
            if (process.isAlive()) {
                process.gate().disarm();
                resume(process);
                if (host.isDamaged()) { // To be found now, while nothing else goes wrong.
                    crash(host, false);
                    startIn(0, host);
                }
            } else {
                startIn(0, host);
            }
        }
    }

    /** Whether it belongs to the newest configuration that a running node has. */
    private boolean isMember(SimHost host) {
        Configuration newest = Configuration.EMPTY;
        for (SimHost other : hosts) {
            CoreView core = core(other);
            if (core != null && core.configuration().index() > newest.index()) {
                newest = core.configuration();
            }
        }
        return newest.members().stream().anyMatch(member -> host.equals(invariants.host(member.storeId())));
    }

    /** Starts a node after a while, unless its machine has one by then. */
    void startIn(long delay, SimHost host) {
        world.plan(world.now() + delay, Kind.START, host.number(), 0, null, () -> {
            SimProcess before = host.process();
            boolean dying = before != null && before.isDying(); // Whoever buries it starts the next.
            if (!host.isUp() && !dying && !host.isGone() && !host.isLost()) {
                start(host);
            }
        });
    }

    private void start(SimHost host) {
        SimProcess process = new SimProcess(world, host, processes++, this::diedInside, dead -> {
            bury(dead, false);
            if (host.isReverted()) {
                lose(host); // Not started as it was: the founder of the cluster would found another one.
                return;
            }
            // Whoever looks after the machine starts it again.
            startIn(1_000_000 * MICRO, host);
        });
        process.onOutdated(() -> {
            // Who is no member any more is not waited for; whoever starts it gets the build that the others run.
            boolean allowed = host.machineMax() == 1 && !isMember(host);
            host.machineMax(2);
            return allowed;
        });
        process.onBroken(() -> {
            bury(process, false);
            if (host.isRotten()) {
                lose(host);
            } else {
                startIn(1_000_000 * MICRO, host);
            }
        });
        host.process(process);
        if (profile.rate(FaultKind.OLD_COPY) > 0) {
            host.backUp();
        }
        if (!calm && host.isSuspect() && profile.rate(FaultKind.REPLAY) > 0) {
            // What was meant for the node before it forgot arrives now.
            network.replay(host, 300_000 * MICRO);
        }
        if (!calm && profile.happens(random, FaultKind.CRASH_AGAIN)) {
            // A node that dies while it recovers must recover from that too.
            process.gate().arm(1 + random.nextInt(40), IoGate.Where.draw(random));
        }
        upgrade(host);
        if (world.isTraced()) {
            world.trace(host.number(), "starts");
        }
        HostIo io = new HostIo(world, process, profile, disks, () -> calm, this::untilCalm);
        double late = profile.rate(FaultKind.LATE_TIMERS);
        if (late > 0) {
            profile.happened(FaultKind.LATE_TIMERS); // Of some dozens of timers a second.
        }
        SimEnvironment environment =
                new SimEnvironment(world, process, network, profile, io, () -> calm ? 0 : late, () -> forgetLog(host));
        process.run("open", () -> {
            NodeHandle node = factory.open(
                    environment,
                    options(host, event -> corruption.heard(process, event)),
                    () -> process.machine(application().machine(process, trouble(process))));
            process.opened(node);
        });
    }

    private MachineTrouble trouble(SimProcess process) {
        return new MachineTrouble() {
            @Override
            public void halfDone() {
                machineTrouble();
            }

            @Override
            public Flip flip(long position) {
                Flip flip = corruption.flip(process, position);
                if (flip != Flip.NONE) {
                    profile.happened(FaultKind.BIT_FLIP);
                }
                return flip;
            }

            @Override
            public void wrong(SimMachine machine, long position, boolean isWrite) {
                corruption.wrong(process, machine, position, isWrite);
            }
        };
    }

    private void machineTrouble() {
        if (calm) {
            return;
        }
        if (profile.happens(machines, FaultKind.MACHINE_ERROR)) {
            throw new StackOverflowError("simulated");
        }
    }

    /** The protocol's newest version may be taken back; the machine's commands, once in use, may not. */
    private void upgrade(SimHost host) {
        if (mixed && host.isFormed()) {
            if (versions.chance(0.4)) {
                host.protocolMax(1 - host.protocolMax());
            }
            if (versions.chance(0.4)) {
                host.machineMax(2);
            }
        }
        host.formed();
    }

    private Options options(SimHost host, NodeListener listener) {
        Options.Builder options = Options.builder()
                .address(host.address())
                .id(host.nodeId())
                .protocolMax(host.protocolMax())
                .insecure(true)
                .listener(listener)
                .consistency(profile.consistency)
                .durability(durability(host))
                .followerReads(profile.followerReads)
                .forward(profile.forward)
                .snapshotsFromMembers(profile.snapshotsFromMembers)
                .checkInvariants(host.number() % 2 == 0)
                .requestTimeout(Duration.ofSeconds(2))
                .joinTimeout(Duration.ofHours(1))
                .snapshotEveryBytes(profile.snapshotBytes)
                .logTailBytes(profile.snapshotBytes / 4)
                .memoryBudgetBytes(1 << 20);
        profile.sessions.set(options);
        String join = host.join();
        if (join != null) {
            options.join(join).learner(host.isLearner()).readmit(host.isReadmitted());
        }
        return options.build();
    }

    /** Chooses who stays for ever and gets everybody else out of the way; false if that can't be asked of the cluster now. */
    boolean keepCore(SimRandom choice) {
        SimHost leader = leader();
        CoreView core = leader == null ? null : core(leader);
        if (core == null
                || core.configuration().isJoint()
                || core.commitIndex() < core.configuration().index()
                || invariants.newestConfiguration() > core.configuration().index()) {
            return false;
        }
        List<SimHost> voters = new ArrayList<>();
        for (Member member : core.configuration().members()) {
            if (member.voting() != Member.Voting.VOTER || !hasWholeStore(member.storeId())) {
                return false;
            }
            voters.add(invariants.host(member.storeId()));
        }
        int kept = voters.size() / 2 + 1;
        while (voters.size() > kept) {
            voters.remove(choice.nextInt(voters.size()));
        }
        for (SimHost host : hosts) {
            if (!voters.contains(host)) {
                sendAway(host, choice);
            }
        }
        return true;
    }

    /** Whose clock is slow while all others are fast; null if it is not like that. */
    @Nullable
    SimHost slowest() {
        return slowest;
    }

    /** The founder decides; the others are told something else, and must follow. */
    private Durability durability(SimHost host) {
        Durability other = profile.durability == Durability.LOW ? Durability.HIGH : Durability.LOW;
        return host.join() == null || host.number() % 2 == 0 ? profile.durability : other;
    }

    private boolean isCountedWhenWritten() {
        return profile.durability != Durability.HIGH;
    }

    FaultBudget budget() {
        return budget;
    }

    /**
     * Whether a write of a machine may fail. Below {@code HIGH} its node then forgets what was not synced, though it has
     * acknowledged that.
     */
    boolean letFail(SimHost host) {
        if (!isCountedWhenWritten()) {
            return true; // Also in a start.
        }
        boolean may = host.isUp() && budget.mayForget(host);
        if (may) {
            host.willFail();
        }
        return may;
    }

    /** Kills a node and loses its log, unless too much is lost already. */
    boolean loseLog(SimHost host) {
        SimProcess process = host.process();
        if (process == null || !process.isAlive() || !budget.mayForget(host)) {
            return false;
        }
        process.kill();
        bury(process, false);
        forgetLog(host);
        return true;
    }

    private void forgetLog(SimHost host) {
        host.loseLog(invariants);
        world.trace(host.number(), "has lost its log");
        losses++;
    }

    /**
     * Kills a node and starts it from an old copy of its disks, if everybody has heard of a later life of the directory
     * than the copy's next: who has not can't refuse it.
     */
    boolean revert(SimHost host) {
        SimProcess process = host.process();
        CoreView core = core(host);
        if (process == null || core == null || !host.hasBackup() || host.isSuspect() || !budget.mayForget(host)) {
            return false;
        }
        NodeRecord copy = record(host, host.backup());
        for (SimHost other : hosts) {
            NodeRecord record = record(other, other.disk());
            if (copy == null || (other != host && (record == null || !refuses(record, copy)))) {
                return false;
            }
        }
        process.kill();
        bury(process, false);
        boolean reverted = host.revert(invariants);
        if (reverted) {
            world.trace(host.number(), "is an old copy of itself");
        }
        startIn(1_000 * MICRO, host);
        return reverted;
    }

    private static boolean refuses(NodeRecord record, NodeRecord copy) {
        Incarnation seen = record.seen().get(copy.storeId());
        return seen != null && seen.number() > copy.incarnation().number();
    }

    private @Nullable NodeRecord record(SimHost host, SimDisk disk) {
        if (host.isRotten()) {
            return null; // One copy is bad, and a crash may have torn the other.
        }
        try (NodeFile file = NodeFile.open(disk.afterPowerCut().mount(new IoGate(() -> {}), IoCost.NONE))) {
            return file.record();
        } catch (IOException e) {
            world.violated("node files", "n" + (host.number() + 1) + ": " + e.getMessage());
            return null;
        }
    }

    /** Whether all are members and vote, and none is recovering already. */
    boolean isWhole() {
        for (SimHost host : hosts) {
            CoreView core = core(host);
            if (core == null
                    || core.isRecovering()
                    || host.isReverted()
                    || host.isDamaged()
                    || !core.configuration().members().stream().allMatch(m -> m.voting() == Member.Voting.VOTER)
                    || core.configuration().member(core.storeId()) == null) {
                return false;
            }
        }
        return true;
    }

    private void sendAway(SimHost host, SimRandom choice) {
        world.trace(host.number(), "goes away for ever");
        host.goAway();
        if (profile.rate(FaultKind.HANG) > 0 && choice.nextBoolean()) {
            host.trouble().stick(); // It is still in touch with all others.
            return;
        }
        if (choice.nextBoolean()) {
            crash(host, true);
            return;
        }
        for (SimHost other : hosts) {
            network.isolate(host.number(), other.number());
        }
    }

    /** Cuts the power of all machines at once. */
    void cutRack() {
        for (SimHost host : hosts) {
            crash(host, false);
            host.powerCut(isCountedWhenWritten());
        }
        world.trace(-1, "all lose power; what is left of what was committed ends at " + invariants.rackLost(hosts));
    }

    /** Kills a node now; a power cut also loses what was not synced. */
    boolean crash(SimHost host, boolean powerCut) {
        SimProcess process = host.process();
        if (process == null || !process.isAlive() || host.isReverted()) {
            return false;
        }
        process.kill();
        bury(process, powerCut);
        return true;
    }

    /** Has a node die at one of its next I/O operations; then the same as a crash. */
    void crashInside(SimHost host, int operations, IoGate.Where where) {
        SimProcess process = host.process();
        if (process != null && !host.isReverted()) {
            process.gate().arm(operations, where);
        }
    }

    /** Has a node die before one of its next syncs takes effect. */
    void crashUnsynced(SimHost host, int syncs) {
        SimProcess process = host.process();
        if (process != null && !host.isReverted()) {
            process.gate().armForce(syncs);
        }
    }

    /** Has the node lose power that is the first to come between two syncs of one write: such writes are rare. */
    void crashBetween(IoGate.Device first) {
        for (SimHost host : hosts) {
            SimProcess process = host.process();
            if (process != null && !host.isReverted()) {
                process.gate().armBetween(first, world::events);
            }
        }
    }

    /** A process has died inside of an operation. */
    private void diedInside(SimProcess process) {
        boolean powerCut = process.gate().diedBetween() || profile.happens(random, FaultKind.POWER_CUT);
        if (process.gate().diedBetween()) {
            world.trace(process.host().number(), "dies between two syncs");
            profile.happened(FaultKind.CUT_BETWEEN);
            for (SimHost host : hosts) {
                SimProcess other = host.process();
                if (other != null) {
                    other.gate().disarmBetween();
                }
            }
        }
        // Not now: the node's code is still on the stack, and must not see its disk change under it.
        world.plan(world.now(), Kind.FAULT, process.host().number(), 1, null, () -> {
            bury(process, powerCut);
            startIn(random.nextLong(3_000_000 * MICRO), process.host());
        });
    }

    private void bury(SimProcess process, boolean wanted) {
        if (!process.bury()) {
            return; // One that died in an operation that hangs, and was found dead before that came to its end.
        }
        SimHost host = process.host();
        invariants.died(process);
        // What a failed sync left behind looks whole until the machine starts anew; whoever starts the process may not
        // know.
        boolean troubled = process.isTroubled() && (host.disk().hasLostOwnNames() || random.nextBoolean());
        boolean powerCut = troubled || (wanted && (!isCountedWhenWritten() || budget.mayForget(host)));
        boolean founding = host.log().last().index() > 0;
        boolean lost = powerCut && host.powerCut(isCountedWhenWritten());
        if (founding && host.log().last().index() == 0) {
            invariants.unfounded();
        }
        if (lost) {
            losses++;
        }
        if (world.isTraced()) {
            world.trace(host.number(), powerCut ? "loses power" + (lost ? " and data" : "") : "is killed");
        }
        List<SimConnection> open = List.copyOf(process.connections());
        process.connections().clear();
        open.forEach(connection -> connection.cut(!powerCut || random.nextBoolean()));
    }

    /** Takes a node's processor away for a while; its clock goes on. */
    boolean pause(SimHost host, long nanos) {
        SimProcess process = host.process();
        if (process == null || !process.isAlive() || process.isPaused()) {
            return false;
        }
        if (world.isTraced()) {
            world.trace(host.number(), "is paused for " + nanos / 1_000_000 + " ms");
        }
        process.pause();
        world.plan(world.now() + nanos, Kind.FAULT, host.number(), 3, null, () -> {
            if (process.isAlive() && process.isPaused()) {
                world.trace(host.number(), "goes on");
                resume(process);
            }
        });
        return true;
    }

    private void resume(SimProcess process) {
        invariants.stoodStill(process);
        process.resume();
    }

    /** How many machines run nothing. */
    int down() {
        int count = 0;
        for (SimHost host : hosts) {
            count += host.isUp() ? 0 : 1;
        }
        return count;
    }

    /** The node that leads the highest term, by its own word. */
    @Nullable
    SimHost leader() {
        SimHost best = null;
        long term = 0;
        for (SimHost host : hosts) {
            CoreView core = host.isGone() ? null : core(host);
            if (core != null && core.role() == Role.LEADER && core.term() > term) {
                best = host;
                term = core.term();
            }
        }
        return best;
    }

    @Nullable
    CoreView core(SimHost host) {
        SimProcess process = host.process();
        return process != null && process.isAlive() ? process.core() : null;
    }

    /** The machine whose disks have this store; null if it runs no node now. */
    @Nullable
    SimHost host(long storeId) {
        for (SimHost host : hosts) {
            CoreView core = core(host);
            if (core != null && core.storeId() == storeId) {
                return host;
            }
        }
        return null;
    }

    /** Whether one node leads, and a quorum of its voters follows it in its term. */
    boolean isLed() {
        SimHost leader = leader();
        CoreView core = leader == null ? null : core(leader);
        if (core == null) {
            return false;
        }
        int voters = 0;
        int following = 0;
        for (Member member : core.configuration().members()) {
            SimHost host = host(member.storeId());
            CoreView other = host == null || host.isGone() ? null : core(host);
            if (member.voting() == Member.Voting.VOTER) {
                voters++;
                following += other != null && other.term() == core.term() ? 1 : 0;
            }
        }
        return 2 * following > voters;
    }

    /** Whether one node leads, its configuration has settled, and every member has all that it has. */
    boolean isConverged() {
        SimHost leader = leader();
        CoreView core = leader == null ? null : core(leader);
        if (core == null || core.commitIndex() != core.last().index()) {
            return false;
        }
        for (Member member : core.configuration().members()) {
            SimHost host = host(member.storeId());
            if (invariants.isGone(member.storeId())) {
                continue;
            }
            CoreView other = host == null ? null : core(host);
            if (host == null
                    || other == null
                    || (member.voting() != Member.Voting.VOTER && member.voting() != Member.Voting.LEARNER)
                    || other.isRecovering()
                    || host.isReverted()
                    || !other.last().equals(core.last())
                    || other.commitIndex() != core.commitIndex()
                    || !hasAppliedAll(host, core.configuration())) {
                return false;
            }
        }
        return true;
    }

    private boolean hasAppliedAll(SimHost host, Configuration configuration) {
        SimProcess process = host.process();
        return process != null
                && application().isUpToDate(process)
                && !corruption.mustBeFound(host, isTold(host, configuration));
    }

    /** Whether a machine that differs from all others is one that a majority of voters says is wrong. */
    private boolean isTold(SimHost host, Configuration configuration) {
        long voters = 0;
        long others = 0;
        for (Member member : configuration.members()) {
            if (configuration.isVoter(member.storeId())) {
                voters++;
                others += host.equals(invariants.host(member.storeId())) ? 0 : 1;
            }
        }
        return 2 * others > voters;
    }

    /** Whether faults may still happen. */
    boolean isTroubled() {
        return !calm;
    }

    /** A node is stopped, and starts at another address. */
    void move(SimHost host, SimRandom choice) {
        CoreView core = core(host);
        SimHost leader = leader();
        if (core != null && core.configuration().members().isEmpty() && leader != null) {
            host.join(leader.address()); // Nobody finds it at its new address to let it in: it has to ask.
        }
        crash(host, false);
        String from = host.address();
        host.move();
        network.moved(host, from);
        world.trace(host.number(), "moves to " + host.address());
        startIn(choice.nextLong(1_000_000 * MICRO), host);
    }

    /** Puts empty disks into a machine that runs nothing. */
    void wipe(SimHost host) {
        host.machineMax(2); // A newcomer must understand what may be in use by now.
        invariants.wiped(host);
        host.wipe(invariants);
    }

    /** Puts an empty disk into a machine that runs nothing; it has to be let in anew. */
    void lose(SimHost host) {
        world.trace(host.number(), "gets an empty disk");
        wipe(host);
        host.lost(true);
    }

    /** Whether some machine has the disks with this store, and nothing on them is damaged. */
    boolean hasWholeStore(long storeId) {
        SimHost host = invariants.host(storeId);
        return invariants.hasWholeStore(storeId) && (host == null || !corruption.isOn(host));
    }

    /** Whether some machine has the disks with this store. */
    boolean hasStore(long storeId) {
        return invariants.hasStore(storeId);
    }

    /** What each node looks like, for people. */
    String picture() {
        StringBuilder text = new StringBuilder();
        for (SimHost host : hosts) {
            CoreView core = core(host);
            text.append(" n").append(host.number() + 1).append(": ");
            if (core == null) {
                text.append("down;");
            } else {
                text.append(core.isRecovering() ? "recovering " : "")
                        .append(core.role())
                        .append(" term ")
                        .append(core.term())
                        .append(" last ")
                        .append(core.last())
                        .append(" commit ")
                        .append(core.commitIndex())
                        .append(';');
            }
        }
        return text.toString();
    }

    /** Something that the simulated world itself expects to be able to do. */
    static String message(Throwable failure) {
        return failure instanceof HuckException known ? String.valueOf(known.getMessage()) : failure.toString();
    }
}
