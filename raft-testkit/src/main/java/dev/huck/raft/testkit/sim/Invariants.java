package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.Role;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.check.CommitSafety;
import dev.huck.raft.core.check.CommittedKept;
import dev.huck.raft.core.check.CommittedLog;
import dev.huck.raft.core.check.CoreView;
import dev.huck.raft.core.check.ElectionSafety;
import dev.huck.raft.core.check.LeaderAppendOnly;
import dev.huck.raft.core.check.LeaderCompleteness;
import dev.huck.raft.core.check.MembershipRules;
import dev.huck.raft.core.check.MonotonicProgress;
import dev.huck.raft.core.check.Report;
import dev.huck.raft.core.check.VoteOncePerTerm;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.testkit.check.AppliedHistory;
import dev.huck.raft.testkit.check.CaughtUpVoters;
import dev.huck.raft.testkit.check.ConfigurationSafety;
import dev.huck.raft.testkit.check.LeaseSafety;
import dev.huck.raft.testkit.check.LogMatching;
import dev.huck.raft.testkit.check.QuorumContact;
import dev.huck.raft.testkit.check.SyncWindow;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Shows every event to the checks that it concerns: what a node wrote, and what its core became. */
final class Invariants implements SimLog.Observer {
    /** Three of the shortest election timeouts: a round of catching up, the one that is open, and the way. */
    private static final long CATCH_UP_NANOS = 3 * 600_000_000L;

    /** A leader goes on for the shortest election timeout after news; its clock may be fast, and its timers late. */
    private static final long CONTACT_NANOS = 2_400_000_000L;
    /** And not when they were asked for before the shortest and the longest one. */
    private static final long NEWS_NANOS = 3_000_000_000L;

    private final SimWorld world;
    private final Durability durability;
    private final long syncWindow;
    private final boolean leasesHold;
    private final CommittedLog committed = new CommittedLog();
    private final ElectionSafety elections;
    private final LeaderCompleteness completeness;
    private final CommitSafety commits;
    private final CommittedKept kept;
    private final LogMatching matching;
    private final ConfigurationSafety configurations;
    private final MembershipRules rules;
    private final CaughtUpVoters caughtUp;
    private final VoteOncePerTerm votes;
    private final LeaseSafety leases;
    private final AppliedHistory applied;
    private final Map<Long, SimHost> stores = new HashMap<>();
    /** What it acknowledged before may be counted: those that are left are enough to keep it. */
    private final Map<Long, Lost> lost = new HashMap<>();

    private final Map<Integer, Watched> watched = new HashMap<>();

    /** What was on a disk when it was lost, and what was said to be on it although it was lost before. */
    private record Lost(SimLog log, long snapshot, List<LogPosition> forgotten) {
        boolean vouchedFor(long index, long term) {
            return log.holdsDurably(index, term)
                    || index <= snapshot
                    || forgotten.contains(new LogPosition(index, term))
                    || (!forgotten.isEmpty() && index < forgotten.get(0).index());
        }
    }

    /** What was seen last of one process. */
    private static final class Watched {
        final MonotonicProgress progress;
        final LeaderAppendOnly appendOnly;
        final SyncWindow window;
        final QuorumContact contact;
        final QuorumContact news;
        /** Until when its newest event took time: what its core shows is of then. */
        long busyUntil;

        long commit;
        long base = -1;
        Configuration configuration = Configuration.EMPTY;

        Watched(Report report, String name, long syncWindow) {
            this.window = new SyncWindow(report, name, syncWindow);
            this.contact = new QuorumContact(report, CONTACT_NANOS);
            this.news = new QuorumContact(report, NEWS_NANOS);
            this.progress = new MonotonicProgress(report);
            this.appendOnly = new LeaderAppendOnly(report);
        }
    }

    /**
     * Checks of a run.
     *
     * @param syncWindow how long an entry may stay unsynced, in nanoseconds; {@link Long#MAX_VALUE} for ever
     * @param leasesHold whether clocks run as leases need it
     */
    Invariants(SimWorld world, Durability durability, long syncWindow, boolean leasesHold) {
        this.world = world;
        this.leasesHold = leasesHold;
        this.syncWindow = syncWindow;
        this.durability = durability;
        this.elections = new ElectionSafety(world::violated);
        this.completeness = new LeaderCompleteness(world::violated, committed);
        this.commits = new CommitSafety(world::violated, this::holds, committed);
        this.kept = new CommittedKept(world::violated, committed);
        this.matching = new LogMatching(world::violated);
        this.configurations = new ConfigurationSafety(world::violated, committed);
        this.rules = new MembershipRules(world::violated);
        this.caughtUp = new CaughtUpVoters(world::violated, committed, this::last, CATCH_UP_NANOS);
        this.votes = new VoteOncePerTerm(world::violated);
        this.leases = new LeaseSafety(world::violated);
        this.applied = new AppliedHistory(world::violated, committed);
    }

    /** The founder lost its first entries, which it had not synced and told nobody of. */
    void unfounded() {
        matching.unfounded();
        configurations.unfounded();
    }

    VoteOncePerTerm votes() {
        return votes;
    }

    AppliedHistory applied() {
        return applied;
    }

    CommittedLog committed() {
        return committed;
    }

    int leaders() {
        return elections.leaders();
    }

    /** The last entry that a store has written: whether that is enough is the durability's. */
    private long last(long storeId) {
        SimHost host = stores.get(storeId);
        return host == null ? 0 : Math.max(host.log().last().index(), host.durableLast());
    }

    private boolean holds(long storeId, long index, long term) {
        SimHost host = stores.get(storeId);
        if (host != null) {
            return host.vouchesFor(index, term, durability == Durability.HIGH);
        }
        Lost gone = lost.get(storeId);
        return gone != null && gone.vouchedFor(index, term);
    }

    /** The machine whose disks have this store. */
    @Nullable
    SimHost host(long storeId) {
        return stores.get(storeId);
    }

    boolean hasStore(long storeId) {
        return stores.containsKey(storeId);
    }

    /** Whether the machine with this store never runs again. */
    boolean isGone(long storeId) {
        SimHost host = stores.get(storeId);
        return host != null && host.isGone();
    }

    /** The index of the newest configuration that any log ever held. */
    long newestConfiguration() {
        return configurations.newest();
    }

    boolean hasWholeStore(long storeId) {
        SimHost host = stores.get(storeId);
        return host != null && !host.isDamaged() && !host.isSuspect();
    }

    /** A machine's disks are gone. */
    void wiped(SimHost host) {
        stores.forEach((storeId, of) -> {
            if (of.equals(host)) {
                lost.put(storeId, new Lost(host.log(), host.durableSnapshot(), host.forgotten()));
            }
        });
        stores.values().removeIf(host::equals);
    }

    /** A frame has arrived at a process. */
    void heard(SimProcess process, SimProcess from, long left) {
        Watched known = watched.get(process.number());
        CoreView sender = from.core();
        if (known != null && sender != null) {
            known.contact.heard(sender.storeId(), process.host().monotonic(world.now()));
            known.news.heard(sender.storeId(), process.host().monotonic(left));
        }
    }

    /** A process has got its processor back. */
    void stoodStill(SimProcess process) {
        Watched known = watched.get(process.number());
        if (known != null) {
            known.contact.stoodStill(process.host().monotonic(world.now()));
            known.news.stoodStill(process.host().monotonic(world.now()));
        }
    }

    /** An event has happened in a process. */
    @SuppressWarnings("ReferenceEquality") // asked after every event; a core changes its configuration by a new one
    void after(SimProcess process) {
        CoreView core = process.core();
        if (core == null) {
            return;
        }
        Watched before = watched.get(process.number());
        if (before == null) {
            before = new Watched(world::violated, "n" + (process.host().number() + 1), syncWindow);
            watched.put(process.number(), before);
            if (!process.host().isReverted()) { // An old copy has forgotten its votes, and nobody listens to it.
                votes.started(core);
            }
            stores.put(core.storeId(), process.host());
        }
        if (syncWindow < Long.MAX_VALUE && !process.isTroubled()) { // Else it stops, and syncs no more.
            SimLog log = process.host().log();
            before.window.observe(world.begun(), log.last().index(), log.durableLast());
        }
        before.busyUntil = world.now();
        if (process.gateway() != null) { // Else it has stopped, and leads only by what is left of its core.
            before.contact.observe(core, process.host().monotonic(world.begun()));
            before.news.observe(core, process.host().monotonic(world.begun()));
        }
        before.progress.observe(core);
        before.appendOnly.observe(core);
        if (core.term() >= Strangers.FIRST_TERM) {
            world.violated("strangers are not heard", "store " + core.storeId() + " is in term " + core.term());
        }
        if (process.isAlive() && core.role() == Role.LEADER) { // Of a dead one the log may have changed by now.
            SimLog log = process.host().log();
            // It counts itself.
            log.acknowledge(
                    durability == Durability.HIGH
                            ? log.durableLast()
                            : log.last().index());
        }
        if (process.isAlive()) {
            recovered(process, core);
        }
        // Before the commit index: a node elected in this event has committed nothing in its term.
        if (elections.observe(core)) {
            if (world.isTraced()) {
                world.trace(process.host().number(), "LEADS term " + core.term());
            }
            completeness.elected(core);
            configurations.observe(core);
            observeLease(process.host());
            stores.values().forEach(this::observeLease); // Whoever led before must not have a lease any more.
        }
        observeLease(process.host());
        if (core.commitIndex() > before.commit || core.base().index() > before.commit) {
            configurations.observeHeld(core);
            commits.observe(core, before.commit, before.configuration);
            before.commit = core.commitIndex();
        }
        rules.observe(core, before.configuration);
        caughtUp.observe(world.now(), core, before.configuration);
        if (before.configuration != core.configuration()
                || before.base != core.base().index()) {
            configurations.observe(core);
            before.configuration = core.configuration();
            before.base = core.base().index();
        }
    }

    private void observeLease(SimHost host) {
        SimProcess process = host.process();
        Watched known = process == null ? null : watched.get(process.number());
        CoreView core = process == null || !process.isAlive() ? null : process.core();
        if (leasesHold && core != null && known != null) {
            leases.observe(core, host.monotonic(Math.max(world.now(), known.busyUntil)));
        }
    }

    /** A process has died, and nothing of its disks is lost yet. */
    void died(SimProcess process) {
        CoreView core = process.core();
        if (core != null) {
            recovered(process, core); // It may have come to that in its last event.
        }
    }

    private void recovered(SimProcess process, CoreView core) {
        SimHost host = process.host();
        if (host.hasForgotten() && !host.isReverted() && !core.isRecovering()) {
            remembers(host);
        }
    }

    /** A node that had lost something says that it has all again. What was committed by then, it must have. */
    private void remembers(SimHost host) {
        for (LogPosition at : host.forgotten()) {
            boolean isCommitted = at.index() <= committed.last() && committed.term(at.index()) == at.term();
            if (isCommitted && !host.holdsDurably(at.index(), at.term())) {
                world.violated(
                        "recovering",
                        "n" + (host.number() + 1) + " votes again, and committed entry " + at
                                + " that it had acknowledged is not on its disk");
            }
        }
        host.remembers();
    }

    /**
     * All machines have lost power at once. What no disk has any more is given up; everything else must stay.
     *
     * @return the last committed entry that stays
     */
    long rackLost(List<SimHost> hosts) {
        long last = committed.last();
        while (last > 0 && !isHeld(hosts, last, committed.term(last))) {
            last--;
        }
        committed.truncate(last);
        applied.truncate(last);
        return last;
    }

    private static boolean isHeld(List<SimHost> hosts, long index, long term) {
        return hosts.stream().anyMatch(host -> host.holdsDurably(index, term));
    }

    @Override
    public void appended(LogPosition previous, LogEntry entry) {
        matching.appended(previous, entry);
        configurations.appended(entry);
    }

    @Override
    public void dropped(LogEntry entry) {
        kept.dropped(entry);
    }
}
