package dev.huck.raft.core.consensus;

import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.Role;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Configuration.Settings;
import dev.huck.raft.core.consensus.Message.Append;
import dev.huck.raft.core.consensus.Message.AppendReply;
import dev.huck.raft.core.consensus.Message.CatchUp;
import dev.huck.raft.core.consensus.Message.InstallSnapshot;
import dev.huck.raft.core.consensus.Message.NoChunk;
import dev.huck.raft.core.consensus.Message.PreVote;
import dev.huck.raft.core.consensus.Message.PreVoteReply;
import dev.huck.raft.core.consensus.Message.Query;
import dev.huck.raft.core.consensus.Message.QueryReply;
import dev.huck.raft.core.consensus.Message.ReadIndexReply;
import dev.huck.raft.core.consensus.Message.ReadIndexRequest;
import dev.huck.raft.core.consensus.Message.RequestVote;
import dev.huck.raft.core.consensus.Message.ServeChunk;
import dev.huck.raft.core.consensus.Message.SnapshotReply;
import dev.huck.raft.core.consensus.Message.TimeoutNow;
import dev.huck.raft.core.consensus.Message.VoteReply;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The consensus core: a deterministic state machine without threads, clocks or I/O. {@link #step} takes what happened,
 * {@link #effects} gives what is to be done; the same inputs give the same outputs.
 *
 * <p>Not safe for use by several threads. A broken invariant is an {@link AssertionError}: the node must stop.
 */
public final class Raft {
    final long self;
    final RaftLog log;
    final Configurations configurations;
    final Outbox outbox = new Outbox();
    final Limits limits;
    final RandomGenerator random;
    final Applying applying;
    final Recovering recovering;
    private final Voter voter;
    private final RemoteReads remoteReads = new RemoteReads(this);

    /** Newest version of the protocol that this node may use. */
    int protocolMax = Member.Versions.NEWEST_PROTOCOL;
    /** Whether others send snapshots for this node when it leads. */
    boolean snapshotsFromMembers;

    long now;
    long term;
    long vote;
    long leader;
    long commit;
    /** Later than every stamp in the log, one nanosecond for each command. */
    long stampEnd;

    private RoleState role;
    private long tokens;
    private Effect.RoleChanged published;
    private Configuration publishedConfiguration;

    Raft(Recovery recovery, Limits limits, RandomGenerator random, long now) {
        this.self = recovery.storeId();
        this.log = recovery.log();
        this.configurations = recovery.configurations();
        this.limits = limits;
        this.random = random;
        this.now = now;
        this.voter = new Voter(this);
        this.recovering = new Recovering(this, recovery.loss());
        this.term = recovery.hardState().term();
        this.vote = recovery.hardState().vote();
        this.commit = recovery.snapshot().index();
        this.stampEnd = recovery.stampEnd();
        this.applying = new Applying(this, recovery.snapshot());
        this.role = new Follower(this);
        this.published = new Effect.RoleChanged(Role.FOLLOWER, term, 0);
        this.publishedConfiguration = configurations.current();
        if (configurations.current().isSoleVoter(self)) {
            campaign(false);
        }
    }

    /**
     * Says which versions of the protocol this node may use; before the first step.
     *
     * @param newest the newest
     */
    public void protocolMax(int newest) {
        protocolMax = newest;
    }

    /**
     * Says whether this node, when it leads, has learners and followers send their snapshots to whoever needs one; else it
     * sends its own. Before the first step.
     *
     * @param value whether it does
     */
    public void snapshotsFromMembers(boolean value) {
        snapshotsFromMembers = value;
    }

    /**
     * Takes one event. Time must not run backwards.
     *
     * @param at monotonic nanoseconds
     * @param event what happened
     */
    public void step(long at, Event event) {
        if (role instanceof Leader leading && (at - now > leading.longestGap() || event instanceof Event.Paused)) {
            leading.distrustLease(); // It stood still, and may have had its time measured wrongly.
        }
        now = Math.max(now, at);
        if (event instanceof Event.Received received) {
            receive(received.message());
        } else if (event instanceof Event.Tick) {
            role.tick();
            remoteReads.tick();
        } else if (event instanceof Event.Propose propose) {
            propose(propose);
        } else if (event instanceof Event.Read read) {
            read(read);
        } else if (event instanceof Event.Persisted persisted) {
            persisted(persisted.sequence());
        } else if (event instanceof Event.Synced synced) {
            log.synced(synced.sequence());
        } else if (event instanceof Event.Recovered) {
            recovering.ended();
        } else if (event instanceof Event.Applied applied) {
            applying.applied(applied.index());
        } else if (event instanceof Event.MachineDistrusted) {
            applying.distrust();
            if (role instanceof Leader leading) {
                leading.transfer(0);
            }
        } else if (event instanceof Event.MachineRestarted restarted) {
            applying.rebuilt(restarted.index(), restarted.told());
        } else if (event instanceof Event.EntriesRead read) {
            if (!applying.read(read) && role instanceof Leader leading) {
                leading.replication.read(read);
            }
        } else if (event instanceof Event.SnapshotSaved saved) {
            applying.snapshotSaved(saved.position());
        } else if (event instanceof Event.SnapshotAbandoned) {
            applying.snapshotAbandoned();
        } else if (event instanceof Event.ChunkRead chunk) {
            if (role instanceof Leader leading) {
                leading.replication.chunkRead(chunk);
            } else if (role instanceof Follower follower) {
                follower.chunkRead(chunk);
            }
        } else if (event instanceof Event.ChunkStored stored) {
            chunkStored(stored);
        } else if (event instanceof Event.ChangeMembers change) {
            if (role instanceof Leader leading) {
                leading.membership.change(change);
            } else {
                outbox.add(new Effect.Changed(change.request(), Rejection.NOT_LEADER, true));
            }
        } else if (event instanceof Event.Transfer transfer) {
            if (role instanceof Leader leading) {
                leading.transfer(transfer.to());
            }
        }
    }

    /**
     * Ends a turn of one or more steps.
     *
     * @return what is to be done, in this order; the caller's to keep
     */
    public List<Effect> effects() {
        if (role instanceof Leader leading) {
            leading.flush();
        } else if (role instanceof Follower following) {
            following.flush();
        }
        remoteReads.flush();
        applying.flush();
        publish();
        return outbox.drain(log, now);
    }

    /**
     * When {@link Event.Tick} is due next.
     *
     * @return monotonic nanoseconds
     */
    public long deadline() {
        return Math.min(role.deadline(), remoteReads.deadline());
    }

    // ---- inspection

    /** @return its bounds */
    public Limits limits() {
        return limits;
    }

    /** @return this node's store id */
    public long storeId() {
        return self;
    }

    /** @return the role */
    public Role role() {
        if (role instanceof Leader) {
            return Role.LEADER;
        }
        if (role instanceof Candidate) {
            return Role.CANDIDATE;
        }
        Member member = configuration().member(self);
        return member != null && !configuration().isVoter(self) ? Role.LEARNER : Role.FOLLOWER;
    }

    /** @return the term */
    public long term() {
        return term;
    }

    /** @return store id of the candidate voted for in this term; 0 for none */
    public long vote() {
        return vote;
    }

    /** @return store id of the term's leader; 0 if unknown */
    public long leader() {
        return leader;
    }

    /** @return store id of the voter to which this node, which leads, is handing over; 0 for none */
    public long heir() {
        return role instanceof Leader leading ? leading.heir() : 0;
    }

    /** @return last entry known to be committed */
    public long commitIndex() {
        return commit;
    }

    /** @return last entry that the machine has applied */
    public long appliedIndex() {
        return applying.applied();
    }

    /** @return nanoseconds for which the disk has owed an answer to a write; 0 if it owes none */
    public long diskStalledNanos() {
        return now - log.writingSince(now);
    }

    /** @return nanoseconds for which the machine has had something to apply and applied nothing; 0 if it is idle */
    public long machineStalledNanos() {
        return now - applying.waitingSince(now);
    }

    /** @return payload bytes handed to the machine and not yet applied; bounded by {@link Limits#applyBytes} and an entry */
    public long applyBytes() {
        return applying.inflightBytes();
    }

    /** @return what it holds in memory, as it counts that itself */
    public Held held() {
        Leader leading = role instanceof Leader ? (Leader) role : null;
        return new Held(
                log.cachedBytes(),
                log.cachedFrom(),
                log.counted(),
                leading == null ? 0 : leading.proposedBeforeLast(),
                applying.inflightBeforeLast(),
                leading == null ? 0 : leading.replication.fullestWindow(Progress::inflightBeforeLast),
                leading == null ? 0 : leading.replication.mostMessages(),
                leading == null ? remoteReads.held() : leading.reads.held());
    }

    /** @return the same, but counted anew from what is there, which is slow */
    public Held heldAnew() {
        Leader leading = role instanceof Leader ? (Leader) role : null;
        return new Held(
                log.cachedBytesAnew(),
                log.cachedFrom(),
                log.counted(),
                leading == null ? 0 : leading.proposedBeforeLastAnew(),
                applying.inflightBeforeLastAnew(),
                leading == null ? 0 : leading.replication.fullestWindow(Progress::inflightBeforeLastAnew),
                leading == null ? 0 : leading.replication.mostMessages(),
                leading == null ? remoteReads.held() : leading.reads.held());
    }

    /** @return why this node may have forgotten what it acknowledged, and so neither votes nor counts */
    public Loss loss() {
        return recovering.loss();
    }

    /** @return what this node's newest snapshot covers */
    public LogPosition snapshot() {
        return applying.snapshot();
    }

    /** @return the place before the log's first entry */
    public LogPosition base() {
        return log.base();
    }

    /** @return the log's last entry */
    public LogPosition last() {
        return log.last();
    }

    /**
     * The term of an entry.
     *
     * @param index any
     * @return the term; 0 if the log does not hold it
     */
    public long termAt(long index) {
        return log.knowsTerm(index) ? log.termAt(index) : 0;
    }

    /** @return the configuration in force */
    public Configuration configuration() {
        return configurations.current();
    }

    /** @return until when (monotonic nanoseconds) a leader may answer reads without asking; in the past if it may not */
    public long leaseUntil() {
        return role instanceof Leader leading ? leading.leaseUntil() : now - 1;
    }

    /**
     * How far a peer's machine has come by its own word, for a leader of a cluster that speaks version 2 of the protocol.
     *
     * @param peer store id
     * @return how far; null if that is not known
     */
    public Message.@Nullable Applied appliedOf(long peer) {
        return role instanceof Leader leading ? leading.replication.appliedOf(peer) : null;
    }

    /**
     * How far a peer's log is known to match and to be durable, for a leader.
     *
     * @param peer store id
     * @return the index; -1 if this node does not lead or does not know the peer
     */
    public long matchOf(long peer) {
        return role instanceof Leader leading ? leading.replication.matchOf(peer) : -1;
    }

    /**
     * Whether a member is in touch, for a leader: it has answered a round of heartbeats, for the first time, within
     * the longest election timeout, or there was no time yet to find out.
     *
     * @param peer store id
     * @return false if it is silent, and if this node does not lead
     */
    public boolean answers(long peer) {
        return role instanceof Leader leading && leading.replication.answers(peer);
    }

    // ---- messages

    private void receive(Message message) {
        if (message instanceof PreVote ask) {
            voter.answer(ask);
            return;
        }
        if (message instanceof Query asked) {
            send(recovering.reply(asked));
            return;
        }
        if (message instanceof QueryReply reply) {
            recovering.answered(reply);
            return;
        }
        if (message instanceof RequestVote ask && ask.term() > term && !ask.transfer() && voter.isLeaderAlive()) {
            return; // Dissertation §4.2.3: a server that hears its leader is not disturbed, and no term is adopted.
        }
        boolean granted = message instanceof PreVoteReply reply && reply.granted();
        if (message.term() > term && !granted) {
            becomeFollower(message.term());
        }
        if (message instanceof RequestVote ask) {
            voter.answer(ask);
        } else if (message instanceof PreVoteReply reply) {
            if (role instanceof Candidate candidate) {
                if (endsDoubt(reply.committed())) {
                    commitTo(Math.max(commit, reply.committed().index()));
                    becomeFollower(term);
                    return;
                }
                candidate.preVoteReply(reply);
            }
        } else if (message instanceof VoteReply reply) {
            if (role instanceof Candidate candidate) {
                candidate.voteReply(reply);
            }
        } else if (message instanceof Append append) {
            if (append.term() < term) {
                send(new AppendReply(
                        self,
                        append.from(),
                        term,
                        append.session(),
                        append.round(),
                        false,
                        0,
                        0,
                        log.last(),
                        recovering.nonce()));
            } else {
                following(append.from()).append(append);
            }
        } else if (message instanceof InstallSnapshot install) {
            if (install.term() < term) {
                send(new AppendReply(
                        self,
                        install.leader(),
                        term,
                        install.session(),
                        install.round(),
                        false,
                        0,
                        0,
                        log.last(),
                        recovering.nonce()));
            } else {
                following(install.leader()).install(install);
            }
        } else if (message instanceof ServeChunk request) {
            if (role instanceof Follower follower && request.term() == term) {
                follower.serve(request);
            }
        } else if (message instanceof NoChunk none) {
            if (role instanceof Leader leading && none.term() == term) {
                leading.replication.noChunk(none);
            }
        } else if (message instanceof AppendReply reply) {
            if (role instanceof Leader leading) {
                leading.appendReply(reply);
            }
        } else if (message instanceof SnapshotReply reply) {
            if (role instanceof Leader leading) {
                leading.snapshotReply(reply);
            }
        } else if (message instanceof ReadIndexRequest request) {
            if (role instanceof Leader leading && request.term() == term) {
                leading.reads.add(request);
            }
        } else if (message instanceof ReadIndexReply reply) {
            remoteReads.answered(reply);
        } else if (message instanceof TimeoutNow timeout) {
            if (timeout.term() == term
                    && timeout.from() == leader
                    && configuration().isVoter(self)
                    && !recovering.isActive()
                    && !applying.isDistrusted()) { // Else it would only hand over in turn.
                campaign(true);
            }
        } else if (message instanceof CatchUp answer) {
            recovering.caughtUpAt(answer);
        }
    }

    /** The term's leader has spoken: whoever listens is its follower. */
    private Follower following(long from) {
        if (role instanceof Leader) {
            throw new AssertionError("two leaders in term " + term + ": " + self + " and " + from);
        }
        if (role instanceof Candidate) {
            role = new Follower(this);
        }
        leader = from;
        voter.heardLeader();
        recovering.heardLeader();
        return (Follower) role;
    }

    // ---- roles

    void becomeFollower(long newTerm) {
        if (newTerm < term) {
            throw new AssertionError("term " + newTerm + " after " + term);
        }
        if (role instanceof Leader leading) {
            leading.stepDown();
        }
        if (newTerm > term) {
            term = newTerm;
            vote = 0;
            outbox.hardState(term, vote);
        }
        leader = 0;
        role = new Follower(this);
    }

    boolean mayCampaign() {
        return configurations.mayCampaign(self, commit);
    }

    /** Whether what others know to be committed tells a candidate that it votes no more: logs that agree there agree before. */
    private boolean endsDoubt(LogPosition committed) {
        return !configuration().isVoter(self)
                && committed.index() >= configuration().index()
                && log.contains(committed);
    }

    /** Begins an election: with a pre-vote, unless the leader asked for it or nobody else votes. */
    void campaign(boolean transfer) {
        leader = 0;
        recovering.ask();
        if (!recovering.mayCampaign()) {
            if (!(role instanceof Follower)) {
                role = new Follower(this);
            }
            return;
        }
        if (transfer || configuration().isSoleVoter(self)) {
            campaignForReal(transfer);
        } else {
            role = Candidate.preVote(this);
        }
    }

    void campaignForReal(boolean transfer) {
        term++;
        vote = self;
        leader = 0;
        outbox.hardState(term, vote);
        role = Candidate.vote(this, transfer);
    }

    void becomeLeader() {
        leader = self;
        Leader leading = new Leader(this);
        role = leading;
        leading.open();
    }

    private void publish() {
        Effect.RoleChanged current = new Effect.RoleChanged(role(), term, leader);
        if (!current.equals(published)) {
            published = current;
            outbox.add(current);
        }
        if (!configuration().equals(publishedConfiguration)) {
            publishedConfiguration = configuration();
            outbox.add(new Effect.ConfigurationChanged(publishedConfiguration));
        }
    }

    // ---- clients

    private void propose(Event.Propose propose) {
        if (role instanceof Leader leading) {
            leading.propose(propose);
        } else {
            outbox.add(new Effect.Rejected(propose.batch(), Rejection.NOT_LEADER));
        }
    }

    private void read(Event.Read read) {
        if (role instanceof Leader leading) {
            leading.reads.add(read.batch());
        } else if (read.anywhere()) {
            remoteReads.add(read.batch());
        } else {
            outbox.add(new Effect.Rejected(read.batch(), Rejection.NOT_LEADER));
        }
    }

    // ---- the log

    private void persisted(long sequence) {
        outbox.persisted(sequence);
        log.persisted(sequence);
        if (role instanceof Leader leading) {
            leading.advanceCommit();
        } else if (role instanceof Candidate candidate) {
            candidate.checkQuorum();
        } else if (role instanceof Follower follower) {
            follower.persisted();
        }
    }

    void appendToLog(LogEntry entry) {
        log.append(entry);
        byte type = Entries.type(entry.payload());
        outbox.append(entry, type == Entries.CONFIGURATION);
        if (type == Entries.CONFIGURATION) {
            configurations.append(Entries.configuration(entry.index(), entry.payload()));
            if (role instanceof Leader leading) {
                leading.distrustLease();
            }
        }
        stampEnd = Math.max(stampEnd, Entries.stampEnd(entry.payload()));
    }

    void truncateLog(long from) {
        if (from <= commit) {
            throw new HuckException.StorageFailed(
                    "ERR entries up to " + commit + " are committed here, and the leader of term " + term
                            + " has others from " + from
                            + " on: a majority has lost what it had acknowledged, by a power cut below durability high or"
                            + " with its disks. What the others lost may still be on this node: keep a copy of its"
                            + " directory if you need that, then empty it and let the node join anew",
                    null);
        }
        log.truncateSuffix(from);
        configurations.truncateSuffix(from);
        outbox.truncateSuffix(from);
    }

    void commitTo(long index) {
        if (index > log.lastIndex()) {
            throw new AssertionError("commit " + index + " beyond the log's end " + log.lastIndex());
        }
        commit = Math.max(commit, index);
    }

    private void chunkStored(Event.ChunkStored stored) {
        Configuration configuration = stored.configuration();
        if (configuration != null && stored.position().index() > commit) {
            LogPosition position = stored.position();
            if (log.contains(position)) {
                commit = position.index(); // What a snapshot covers is committed.
            } else if (role instanceof Leader) {
                throw new AssertionError("a leader lacks " + position + ", which is committed");
            } else {
                log.reset(position);
                outbox.reset(position);
                configurations.reset(configuration);
                commit = position.index();
                stampEnd = Math.max(stampEnd, stored.stamp());
                applying.reset(position);
            }
        }
        if (configuration != null) {
            applying.snapshotReceived(stored.position());
        }
        if (role instanceof Follower follower) {
            follower.chunkStored(stored.position(), stored.next(), configuration != null);
        }
    }

    /** Never the same twice, whoever leads meanwhile: a late answer is not taken for another's. */
    long nextToken() {
        return ++tokens;
    }

    boolean isLeading() {
        return role instanceof Leader;
    }

    /** The last entry that no peer which gets on needs any more; later than everything if there is none. */
    long neededBehind() {
        return role instanceof Leader leading ? leading.replication.neededBehind() : Long.MAX_VALUE;
    }

    void send(Message message) {
        outbox.send(message);
    }

    Settings settings() {
        return configuration().settings();
    }

    long randomElectionTimeout() {
        Settings settings = settings();
        return settings.electionMinNanos()
                + random.nextLong(settings.electionMaxNanos() - settings.electionMinNanos() + 1);
    }
}
