package dev.huck.raft.core.consensus;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.core.consensus.Message.AppendReply;
import dev.huck.raft.core.consensus.Message.SnapshotReply;
import dev.huck.raft.core.consensus.Message.TimeoutNow;
import java.util.ArrayDeque;
import java.util.TreeSet;

/** Leads its term: appends, replicates, commits, confirms reads, and goes when it has lost its quorum. */
final class Leader implements RoleState {
    final Raft raft;
    final Replication replication;
    final ReadIndex reads;
    final Membership membership;
    /** The entry that opened the term: until it is committed, nothing is linearizable (Raft §8). */
    final long opening;

    private final ArrayDeque<long[]> proposed = new ArrayDeque<>();
    private long proposedBytes;
    private long heartbeatAt;
    private final long openedAt;
    private long transferTo;
    private long transferUntil;
    private boolean offered;
    /** To whom this node offered in vain what it can't do itself. */
    private final TreeSet<Long> declined = new TreeSet<>();

    private boolean leaseVoided;
    /** The first round on which a lease may rest. */
    private long leaseRound = 1;

    Leader(Raft raft) {
        this.raft = raft;
        this.opening = raft.log.lastIndex() + 1;
        this.openedAt = raft.now;
        this.replication = new Replication(raft);
        this.reads = new ReadIndex(this);
        this.membership = new Membership(this);
    }

    void open() {
        replication.open();
        raft.appendToLog(new LogEntry(opening, raft.term, Entries.noop(raft.stampEnd)));
        raft.recovering.elected();
        beat();
        if (raft.applying.isDistrusted()) {
            transfer(0);
        }
    }

    boolean hasOpened() {
        return raft.commit >= opening;
    }

    boolean isHandingOver() {
        return transferTo != 0;
    }

    /** To whom; 0 for nobody. */
    long heir() {
        return transferTo;
    }

    @Override
    public void tick() {
        if (!replication.hasQuorum()) {
            raft.becomeFollower(raft.term); // Goes silent: who can reach its quorum may take over.
            return;
        }
        if (transferTo != 0 && raft.now >= transferUntil) {
            declined.add(transferTo);
            transferTo = 0;
        }
        if (isStalled(2) || isOfNoUse()) {
            raft.becomeFollower(raft.term);
            return;
        }
        if (isStalled(1)) {
            transfer(0);
        }
        if (raft.now >= heartbeatAt) {
            beat();
        }
        replication.resend();
        membership.heard();
    }

    @Override
    public long deadline() {
        return heartbeatAt;
    }

    /**
     * A disk or a machine that hangs is worse than one that fails: who can't write or answer must not lead, if there is
     * somebody else. A machine counts from the beginning of the leadership: a command that is slow on every node must not
     * chase leadership around faster than that.
     */
    private boolean isStalled(int timeouts) {
        long limit = timeouts * raft.settings().electionMaxNanos();
        long machineSince = Math.max(openedAt, raft.applying.waitingSince(raft.now));
        return !raft.configuration().isSoleVoter(raft.self)
                && (raft.now - raft.log.writingSince(raft.now) > limit || raft.now - machineSince > limit);
    }

    /**
     * Whether this node's machine is suspect and nobody takes over: those of the others may be, too, and one that gets on
     * is elected sooner if nobody leads.
     */
    private boolean isOfNoUse() {
        if (!raft.applying.isDistrusted() || raft.configuration().isSoleVoter(raft.self)) {
            return false;
        }
        transfer(0);
        return transferTo == 0;
    }

    private void beat() {
        heartbeatAt = raft.now + raft.settings().heartbeatNanos();
        replication.heartbeat();
        if (transferTo != 0 && offered) {
            raft.send(new TimeoutNow(raft.self, transferTo, raft.term)); // The first may have been lost.
        }
    }

    /** The end of a turn: everything of the turn leaves in as few messages as possible. */
    void flush() {
        advanceCommit();
        if (!(raft.leader == raft.self)) {
            return;
        }
        reads.flush();
        replication.flush();
        if (transferTo != 0 && !offered && replication.matchOf(transferTo) == raft.log.lastIndex()) {
            offered = true;
            leaseVoided = true;
            raft.send(new TimeoutNow(raft.self, transferTo, raft.term));
        }
    }

    void propose(Event.Propose propose) {
        // What a quorum of others has committed still waits in memory for this node's own disk.
        long done = Math.min(raft.applying.applied(), raft.log.counted());
        while (!proposed.isEmpty() && proposed.getFirst()[0] <= done) {
            proposedBytes -= proposed.removeFirst()[1];
        }
        if (transferTo != 0) {
            raft.outbox.add(new Effect.Rejected(propose.batch(), Rejection.TRANSFERRING));
        } else if (proposedBytes > raft.limits.budgetBytes()) {
            raft.outbox.add(new Effect.Rejected(propose.batch(), Rejection.BUSY));
        } else {
            long stamp = Math.max(propose.wallNanos(), raft.stampEnd);
            byte[] payload = Entries.commands(stamp, propose.seed(), propose.commands());
            LogEntry entry = new LogEntry(raft.log.lastIndex() + 1, raft.term, payload);
            raft.appendToLog(entry);
            proposed.addLast(new long[] {entry.index(), entry.cost()});
            proposedBytes += entry.cost();
            raft.outbox.add(new Effect.Proposed(propose.batch(), raft.log.last()));
        }
    }

    /** Bytes proposed here and not yet applied, as they are counted, without the newest entry. */
    long proposedBeforeLast() {
        return proposed.isEmpty() ? 0 : proposedBytes - proposed.getLast()[1];
    }

    /** The same, counted anew. */
    long proposedBeforeLastAnew() {
        long bytes = 0;
        for (long[] entry : proposed) {
            bytes += entry[1];
        }
        return proposed.isEmpty() ? 0 : bytes - proposed.getLast()[1];
    }

    void appendReply(AppendReply reply) {
        replication.appendReply(reply);
        progressed();
    }

    void snapshotReply(SnapshotReply reply) {
        replication.snapshotReply(reply);
        progressed();
    }

    private void progressed() {
        advanceCommit();
        if (raft.leader == raft.self) {
            reads.confirm();
            membership.heard();
        }
    }

    /** Commits what a quorum holds, but only up to an entry of this term (Raft §5.4.2). */
    void advanceCommit() {
        Configuration configuration = raft.configuration();
        long held =
                configuration.quorumValue(member -> member == raft.self ? ownCounted() : replication.matchOf(member));
        if (held > raft.commit && raft.log.termAt(held) == raft.term) {
            raft.commitTo(held);
            membership.committed();
        }
    }

    private long ownCounted() {
        return raft.recovering.isActive() ? 0 : raft.log.counted();
    }

    /**
     * Hands over (dissertation §3.10), unless that is under way.
     *
     * @param to the heir, if it may lead; 0 for the voter that has most of the log
     */
    void transfer(long to) {
        if (transferTo == 0) {
            if (!raft.applying.isDistrusted()) {
                declined.clear(); // Whoever is asked anew may be able to by now.
            }
            transferTo = to == 0 ? replication.mostUpToDateVoter(declined) : replication.mayTakeOver(to) ? to : 0;
            offered = false;
            transferUntil = raft.now + raft.settings().electionMinNanos();
        }
    }

    /** No turn comes later than this after the one before, unless the node stood still: nanoseconds. */
    long longestGap() {
        return raft.settings().electionMinNanos() / 2;
    }

    /** Until a quorum of the configuration in force has confirmed a round that leaves from now on: no lease. */
    void distrustLease() {
        leaseRound = replication.newestRound() + 1;
    }

    /**
     * A lease counts from when the confirmed messages were sent. Once a hand-over was offered, it may be taken up at any
     * time in this term, however late: no lease any more. Nor while it removes itself: one that is left alone elects itself
     * without waiting for anybody, once it knows that it is.
     */
    long leaseUntil() {
        boolean votes = raft.configuration().isVoter(raft.self);
        if (!hasOpened() || leaseVoided || transferTo != 0 || !votes) {
            return raft.now - 1;
        }
        if (raft.configuration().isSoleVoter(raft.self)) {
            return Long.MAX_VALUE;
        }
        if (replication.confirmedRound() < leaseRound) {
            return raft.now - 1;
        }
        Configuration.Settings settings = raft.settings();
        return replication.confirmedAt() + settings.electionMinNanos() / 1000 * (1000 - settings.driftPermille());
    }

    void stepDown() {
        reads.reject();
        membership.abandon();
    }
}
