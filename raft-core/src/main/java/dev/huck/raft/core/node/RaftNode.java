package dev.huck.raft.core.node;

import dev.huck.raft.api.Client;
import dev.huck.raft.api.Command;
import dev.huck.raft.api.Consistency;
import dev.huck.raft.api.Durability;
import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.Machine;
import dev.huck.raft.api.MemberInfo;
import dev.huck.raft.api.Node;
import dev.huck.raft.api.NodeStatus;
import dev.huck.raft.api.Options;
import dev.huck.raft.api.Role;
import dev.huck.raft.api.spi.ClientConnection;
import dev.huck.raft.api.spi.Gateway;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.api.spi.LogStore;
import dev.huck.raft.api.spi.Session;
import dev.huck.raft.api.spi.Transport;
import dev.huck.raft.core.consensus.Admission;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Effect;
import dev.huck.raft.core.consensus.Event;
import dev.huck.raft.core.consensus.Limits;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Message;
import dev.huck.raft.core.consensus.PeerMessage;
import dev.huck.raft.core.consensus.Raft;
import dev.huck.raft.core.consensus.Recovery;
import dev.huck.raft.core.consensus.Rejection;
import dev.huck.raft.core.env.Environment;
import dev.huck.raft.core.env.Stage;
import dev.huck.raft.core.storage.NodeFile;
import dev.huck.raft.core.storage.NodeRecord;
import dev.huck.raft.core.storage.SnapshotFiles;
import dev.huck.raft.core.storage.SnapshotFiles.SnapshotInfo;
import dev.huck.raft.core.wire.Envelope;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node: the thin shell around the core. The loop stage owns the core; it takes what clients, peers and the other stages
 * bring, in batches, and carries out the effects. Nothing here blocks; everything that waits is another stage's.
 */
public final class RaftNode implements Node, Gateway, Loop {
    private static final Logger LOG = LoggerFactory.getLogger("dev.huck.raft");
    private static final int ITEMS_A_TURN = 4096;
    private static final int COMMANDS_AN_ENTRY = 1024;
    private static final long BYTES_AN_ENTRY = 1 << 20;
    private static final int CHUNK_BYTES = 256 << 10;
    private static final long SWEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Environment environment;
    private final Options options;
    private final NodeRecord record;
    private final Raft raft;
    private final Transport transport;
    private final SnapshotFiles snapshots;
    private final Stage loopStage;
    private final Stage filesStage;
    private final Mailbox<Object> mailbox;
    private final LogWriter writer;
    private final MachineRunner machine;
    private final BuiltIns builtIns;
    private final Peers peers;
    private final Admissions admissions;
    private final Pending pending = new Pending();
    private final ArrayDeque<Effect.SendAfter> heldBack = new ArrayDeque<>();
    private final AtomicLong bytesUnderWay = new AtomicLong();
    private final List<CompletableFuture<Long>> snapshotsWanted = new ArrayList<>();
    private final List<CompletableFuture<Void>> handOvers = new ArrayList<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final AtomicBoolean closing = new AtomicBoolean();

    private List<Operation> writes = new ArrayList<>();
    private List<Operation> reads = new ArrayList<>();
    private volatile View view;
    private long tickAt = Long.MAX_VALUE;
    private Stage.@Nullable Timer ticker;
    private boolean capturing;
    private boolean sweeping;
    private boolean stopped;
    private long persisted;

    /**
     * Opens a node.
     *
     * @param environment the world around it
     * @param options how
     * @param machines makes a fresh machine
     * @return the running node
     */
    public static RaftNode open(Environment environment, Options options, Supplier<? extends Machine> machines) {
        Opened opened = new Opened();
        try {
            opened.transport = environment.openTransport();
            opened.file = NodeFile.open(environment.disk());
            String address = options.advertise().orElse(opened.transport.address());
            NodeRecord record = Boot.identify(environment, options, opened.file, address);
            SnapshotFiles snapshots = SnapshotFiles.open(environment.disk(), options.snapshotsKept());
            opened.store = environment.openLog(record.lastDurability());
            record = Boot.found(record, options, opened.file, opened.store, snapshots.newest() != null);
            RaftNode node = new RaftNode(environment, options, machines, opened, record, snapshots);
            node.start();
            return node;
        } catch (IOException e) {
            opened.close();
            throw new HuckException.StorageFailed("ERR " + e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            opened.close();
            throw e;
        }
    }

    /** What has to be closed again if opening fails half-way. */
    private static final class Opened {
        @Nullable
        Transport transport;

        @Nullable
        NodeFile file;

        @Nullable
        LogStore store;

        void close() {
            try {
                if (transport != null) {
                    transport.close();
                }
                if (store != null) {
                    store.close();
                }
                if (file != null) {
                    file.close();
                }
            } catch (IOException e) {
                LOG.warn("closing after a failed start: {}", e.getMessage());
            }
        }
    }

    @SuppressWarnings("this-escape") // stages get this, but nothing runs before start()
    private RaftNode(
            Environment environment,
            Options options,
            Supplier<? extends Machine> machines,
            Opened opened,
            NodeRecord record,
            SnapshotFiles snapshots)
            throws IOException {
        this.environment = environment;
        this.options = options;
        this.record = record;
        this.snapshots = snapshots;
        this.transport = Objects.requireNonNull(opened.transport);
        LogStore store = Objects.requireNonNull(opened.store);
        NodeFile file = Objects.requireNonNull(opened.file);
        this.loopStage = environment.stage("loop");
        this.filesStage = environment.stage("files");
        this.mailbox = new Mailbox<>(loopStage, ITEMS_A_TURN, this::turn);
        this.builtIns = new BuiltIns(environment, options, this, transport.commands());
        this.machine =
                new MachineRunner(environment, machines, snapshots, this, builtIns, options.consistency(), filesStage);
        SnapshotInfo restored = machine.boot();
        Limits limits = limits(options);
        Recovery recovery = Boot.recover(record, store, restored, limits);
        this.raft = recovery.start(limits, environment.random(), environment.nanoTime());
        this.view = View.of(raft);
        this.writer = new LogWriter(
                environment,
                store,
                file,
                record,
                raft.configuration().settings().durability(),
                mailbox::post,
                this::fail);
        this.peers = new Peers(record.storeId(), record.address(), transport, record.clusterId());
        this.peers.configuration(raft.configuration());
        Member self = new Member(
                record.storeId(), record.nodeId(), record.address(), Member.Voting.NEWCOMER, Member.Versions.CURRENT);
        this.admissions = new Admissions(environment, loopStage, peers, self, this::step);
    }

    private static Limits limits(Options options) {
        Limits standard = Limits.DEFAULT;
        return new Limits(
                standard.appendBytes(),
                standard.windowBytes(),
                standard.windowMessages(),
                standard.cacheBytes(),
                standard.applyBytes(),
                options.memoryBudgetBytes(),
                options.snapshotEveryBytes(),
                options.logTailBytes());
    }

    private void start() {
        transport.start(this);
        loopStage.execute(() -> {
            carryOut();
            Configuration configuration = raft.configuration();
            Member me = configuration.member(record.storeId());
            if (me == null
                    && options.join().isPresent()
                    && configuration.members().isEmpty()) {
                admissions.join(options.join().get(), options.joinTimeout().toNanos(), this::fail);
            } else if (me != null && !me.address().equals(record.address())) {
                // Known under another address: any other member passes the news on to the leader.
                configuration.members().stream()
                        .filter(m -> m.storeId() != record.storeId())
                        .findFirst()
                        .ifPresent(m -> admissions.announce(m.address()));
            }
        });
    }

    // ---- what others bring; any thread

    @Override
    public Session connected(ClientConnection connection) {
        return new ClientSession(connection, this, machine, builtIns);
    }

    @Override
    public void received(byte[] frame) {
        peers.received(frame, (envelope, message) -> {
            if (message instanceof Message consensus && peers.clusterId() == envelope.clusterId()) {
                mailbox.post(new Event.Received(consensus));
            } else {
                mailbox.post(new Heard(envelope, message));
            }
        });
    }

    /** Something that is not for the core, or not yet. */
    private record Heard(Envelope envelope, PeerMessage message) {}

    @Override
    public void submit(List<Operation> operations) {
        long cost = 0;
        for (Operation operation : operations) {
            cost += operation.cost;
        }
        bytesUnderWay.addAndGet(cost);
        mailbox.post(operations);
    }

    @Override
    public boolean overBudget() {
        return bytesUnderWay.get() > options.memoryBudgetBytes();
    }

    @Override
    public boolean leaseValid(long term) {
        View seen = view;
        return seen.role() == Role.LEADER && seen.term() == term && environment.nanoTime() - seen.leaseUntil() < 0;
    }

    @Override
    public void applied(long index) {
        mailbox.post(new Event.Applied(index));
    }

    @Override
    public void machineFailed(Throwable cause, long index) {
        LOG.error("the machine failed at index {}; this node hands over and rebuilds its state", index, cause);
        mailbox.post(new Event.Transfer());
    }

    @Override
    public void machineRestarted(long appliedIndex) {
        mailbox.post(new Event.MachineRestarted(appliedIndex));
    }

    @Override
    public void snapshotSaved(LogPosition position) {
        mailbox.post(new Event.SnapshotSaved(position));
        mailbox.post((Runnable) () -> {
            capturing = false;
            snapshotsWanted.forEach(future -> future.complete(position.index()));
            snapshotsWanted.clear();
        });
    }

    @Override
    public void snapshotAbandoned() {
        snapshotAbandoned("it could not be written; see the node's log");
    }

    @Override
    public void snapshotAbandoned(String reason) {
        mailbox.post(new Event.SnapshotAbandoned());
        mailbox.post((Runnable) () -> {
            capturing = false;
            snapshotsWanted.forEach(
                    future -> future.completeExceptionally(new HuckException.Rejected("ERR " + reason)));
            snapshotsWanted.clear();
        });
    }

    // ---- the loop

    private void step(Event event) {
        raft.step(environment.nanoTime(), event);
    }

    @SuppressWarnings("unchecked")
    private void turn(List<Object> items) {
        if (stopped) {
            return;
        }
        for (Object item : items) {
            if (item instanceof Event event) {
                step(event);
                if (event instanceof Event.Persisted done) {
                    persisted = Math.max(persisted, done.sequence());
                }
            } else if (item instanceof Heard heard) {
                heard(heard);
            } else if (item instanceof Runnable task) {
                task.run();
            } else {
                for (Operation operation : (List<Operation>) item) {
                    (operation.kind == Operation.Kind.WRITE ? writes : reads).add(operation);
                }
            }
        }
        admit();
        carryOut();
    }

    private void heard(Heard heard) {
        PeerMessage message = heard.message;
        String sender = heard.envelope.senderAddress();
        if (message instanceof Message consensus) {
            if (peers.clusterId() == 0) {
                // Whoever knows this directory's random id was asked to admit it.
                peers.join(heard.envelope.clusterId());
                writer.changeRecord(r -> r.withCluster(heard.envelope.clusterId()));
            }
            if (peers.clusterId() == heard.envelope.clusterId()) {
                step(new Event.Received(consensus));
            }
        } else if (message instanceof Admission.JoinRequest request) {
            admissions.requested(request, View.of(raft));
        } else if (message instanceof Admission.JoinReply reply) {
            admissions.replied(reply, sender, this::fail);
        } else if (message instanceof Admission.Invitation invitation) {
            admissions.invited(invitation, sender);
        }
    }

    /** Everything that clients brought in this turn goes to the core in as few entries and rounds as possible. */
    private void admit() {
        long now = environment.nanoTime();
        long deadline = now + options.requestTimeout().toNanos();
        for (int from = 0; from < writes.size(); ) {
            int to = from;
            long bytes = 0;
            List<Command> commands = new ArrayList<>();
            while (to < writes.size() && commands.size() < COMMANDS_AN_ENTRY && bytes < BYTES_AN_ENTRY) {
                Command command = Objects.requireNonNull(writes.get(to++).command);
                commands.add(command);
                bytes += command.encodedLength();
            }
            long batch = pending.hand(List.copyOf(writes.subList(from, to)), deadline);
            step(new Event.Propose(
                    batch,
                    commands,
                    environment.wallNanos(),
                    environment.random().nextLong()));
            from = to;
        }
        if (!writes.isEmpty()) {
            writes = new ArrayList<>();
        }
        if (!reads.isEmpty()) {
            admitReads(now, deadline);
            reads = new ArrayList<>();
        }
        if (!pending.isEmpty()) {
            sweepLater();
        }
    }

    private void admitReads(long now, long deadline) {
        List<Operation> leased = new ArrayList<>();
        List<Operation> confirmed = new ArrayList<>();
        boolean lease = raft.role() == Role.LEADER && now - raft.leaseUntil() < 0;
        for (Operation read : reads) {
            (lease && read.consistency == Consistency.MEDIUM ? leased : confirmed).add(read);
        }
        if (!leased.isEmpty()) {
            release(leased);
            machine.readReady(leased, raft.commitIndex(), raft.term());
        }
        if (!confirmed.isEmpty()) {
            step(new Event.Read(pending.hand(confirmed, deadline)));
        }
    }

    private void carryOut() {
        List<Effect> effects = raft.effects();
        // Before anything leaves: a lease that this turn gave up must not be seen once the hand-over is on its way.
        view = View.of(raft);
        for (Effect effect : effects) {
            carryOut(effect);
        }
        while (!heldBack.isEmpty() && heldBack.getFirst().sequence() <= persisted) {
            peers.send(heldBack.removeFirst().message());
        }
        scheduleTick();
    }

    private void carryOut(Effect effect) {
        if (effect instanceof Effect.Send send) {
            peers.send(send.message());
        } else if (effect instanceof Effect.SendAfter send) {
            heldBack.addLast(send);
        } else if (effect instanceof Effect.Persist persist) {
            LogPosition reset = persist.reset();
            if (reset != null || persist.truncateFrom() > 0) {
                fail(pending.overwritten(reset != null ? 0 : persist.truncateFrom()), UNKNOWN);
            }
            writer.write(persist);
        } else if (effect instanceof Effect.Apply apply) {
            apply(apply.entries());
        } else if (effect instanceof Effect.ReadEntries read) {
            writer.read(read);
        } else if (effect instanceof Effect.Proposed proposed) {
            pending.proposed(proposed.batch(), proposed.position());
        } else if (effect instanceof Effect.Rejected rejected) {
            List<Operation> operations = pending.take(rejected.batch());
            if (operations != null) {
                fail(operations, rejection(rejected.reason()));
            }
        } else if (effect instanceof Effect.ReadReady ready) {
            List<Operation> operations = pending.take(ready.batch());
            if (operations != null) {
                release(operations);
                machine.readReady(operations, ready.index(), 0);
            }
        } else if (effect instanceof Effect.RoleChanged changed) {
            roleChanged(changed);
        } else if (effect instanceof Effect.ConfigurationChanged changed) {
            configurationChanged(changed.configuration());
        } else if (effect instanceof Effect.Changed changed) {
            admissions.changed(changed.request(), changed.reason(), changed.outcomeKnown());
        } else if (effect instanceof Effect.TakeSnapshot) {
            capture();
        } else if (effect instanceof Effect.ReadChunk read) {
            filesStage.execute(() -> readChunk(read));
        } else if (effect instanceof Effect.StoreChunk store) {
            filesStage.execute(() -> storeChunk(store));
        } else if (effect instanceof Effect.RestoreMachine restore) {
            machine.restore(restore.position());
        }
    }

    private void apply(List<LogEntry> entries) {
        List<Operation @Nullable []> operations = new ArrayList<>(entries.size());
        List<Operation> lost = new ArrayList<>();
        for (LogEntry entry : entries) {
            Operation[] mine = pending.committed(entry, lost);
            operations.add(mine);
            if (mine != null) {
                release(List.of(mine));
            }
        }
        if (!lost.isEmpty()) {
            fail(lost, UNKNOWN);
        }
        machine.apply(entries, operations);
    }

    private void capture() {
        if (!capturing) {
            capturing = true;
            machine.capture();
        }
    }

    private void readChunk(Effect.ReadChunk read) {
        try {
            SnapshotFiles.Chunk chunk = snapshots.read(read.position(), read.offset(), CHUNK_BYTES);
            if (chunk != null) {
                mailbox.post(new Event.ChunkRead(
                        read.peer(),
                        read.session(),
                        chunk.info().position(),
                        chunk.info().length(),
                        chunk.offset(),
                        chunk.bytes()));
            }
        } catch (IOException e) {
            // The core asks again after a while; the peer waits.
            LOG.warn("a snapshot can't be read for a peer: {}", e.getMessage());
        }
    }

    private void storeChunk(Effect.StoreChunk store) {
        try {
            SnapshotFiles.Received received =
                    snapshots.receive(store.position(), store.total(), store.offset(), store.bytes());
            SnapshotInfo published = received.published();
            mailbox.post(new Event.ChunkStored(
                    store.position(),
                    received.next(),
                    published == null ? null : published.configuration(),
                    published == null ? 0 : published.stamp()));
        } catch (IOException e) {
            fail(e);
        }
    }

    private void roleChanged(Effect.RoleChanged changed) {
        String leader = changed.leader() == 0 ? "unknown" : peers.addressOf(changed.leader());
        LOG.info("{} in term {}, leader {}", changed.role(), changed.term(), leader);
        if (changed.role() != Role.LEADER) {
            handOvers.forEach(future -> future.complete(null));
            handOvers.clear();
        }
    }

    private void configurationChanged(Configuration configuration) {
        peers.configuration(configuration);
        admissions.configurationChanged(configuration);
        Durability level = configuration.settings().durability();
        if (level != options.durability()) {
            LOG.warn(
                    "durability is {}, as the cluster has agreed; the option {} is ignored",
                    level,
                    options.durability());
        }
        writer.durability(level);
        writer.changeRecord(r -> r.withLastDurability(level));
    }

    private void scheduleTick() {
        long deadline = raft.deadline();
        if (deadline >= tickAt || stopped) {
            return; // The timer that runs finds a later deadline when it fires.
        }
        if (ticker != null) {
            ticker.cancel();
        }
        tickAt = deadline;
        ticker = loopStage.schedule(Math.max(0, deadline - environment.nanoTime()), () -> {
            tickAt = Long.MAX_VALUE;
            ticker = null;
            if (!stopped) {
                if (environment.nanoTime() - raft.deadline() >= 0) {
                    step(new Event.Tick());
                }
                carryOut();
            }
        });
    }

    private void sweepLater() {
        if (!sweeping) {
            sweeping = true;
            loopStage.schedule(SWEEP_NANOS, () -> {
                sweeping = false;
                long now = environment.nanoTime();
                fail(pending.overdueWrites(now), UNKNOWN);
                fail(
                        pending.overdueReads(now),
                        "CLUSTERDOWN leadership could not be confirmed in time; nothing was read");
                if (!pending.isEmpty() && !stopped) {
                    sweepLater();
                }
            });
        }
    }

    // ---- answers

    private static final String UNKNOWN =
            "UNKNOWN the command left this node but its outcome is not known: look before repeating it";

    private void fail(List<Operation> operations, String error) {
        if (!operations.isEmpty()) {
            release(operations);
            machine.fail(operations, error);
        }
    }

    private void release(List<Operation> operations) {
        long cost = 0;
        for (Operation operation : operations) {
            cost += operation.cost;
        }
        bytesUnderWay.addAndGet(-cost);
    }

    private String rejection(Rejection reason) {
        return switch (reason) {
            case NOT_LEADER ->
                String.valueOf(admissions.notLeader(View.of(raft)).getMessage());
            case TRANSFERRING -> "BUSY leadership is being handed over; try again";
            case BUSY -> "BUSY too many commands are under way; try again later";
            case CHANGE_IN_PROGRESS, UNKNOWN_MEMBER, LAST_VOTER -> throw new AssertionError(reason);
        };
    }

    // ---- the node's own interface; any thread

    /** @return the core, for inspection by who runs the node in one thread */
    public Raft raft() {
        return raft;
    }

    @Override
    public Client client() {
        return new LocalClient(this, machine, builtIns);
    }

    @Override
    public String address() {
        return record.address();
    }

    @Override
    public NodeStatus status() {
        View seen = view;
        List<MemberInfo> members = seen.configuration().members().stream()
                .map(m -> new MemberInfo(m.nodeId(), m.storeId(), m.address(), m.votesInNew()))
                .toList();
        return new NodeStatus(
                record.nodeId(),
                record.storeId(),
                peers.clusterId(),
                closed.isDone() ? Role.SHUTDOWN : seen.role(),
                seen.term(),
                Optional.ofNullable(seen.leader() == 0 ? null : peers.addressOf(seen.leader())),
                seen.last().index(),
                seen.commitIndex(),
                machine.appliedIndex(),
                seen.snapshot().index(),
                members);
    }

    @Override
    public Map<String, String> stats() {
        View seen = view;
        Map<String, String> stats = new TreeMap<>();
        stats.put("applied_index", Long.toString(machine.appliedIndex()));
        stats.put("commit_index", Long.toString(seen.commitIndex()));
        stats.put("fsm_pending", Long.toString(Math.max(0, seen.commitIndex() - machine.appliedIndex())));
        stats.put("last_contact", seen.leader() == 0 ? "never" : "0");
        stats.put("last_log_index", Long.toString(seen.last().index()));
        stats.put("last_log_term", Long.toString(seen.last().term()));
        stats.put("last_snapshot_index", Long.toString(seen.snapshot().index()));
        stats.put("last_snapshot_term", Long.toString(seen.snapshot().term()));
        stats.put(
                "num_peers",
                Integer.toString(Math.max(0, seen.configuration().members().size() - 1)));
        stats.put("state", RaftCommands.nameOf(seen.role()));
        stats.put("term", Long.toString(seen.term()));
        return stats;
    }

    @Override
    public List<Map.Entry<String, String>> peers() {
        View seen = view;
        Map<String, String> states = new TreeMap<>();
        for (Member member : seen.configuration().members()) {
            String state;
            if (member.storeId() == record.storeId()) {
                state = RaftCommands.nameOf(seen.role());
            } else if (member.storeId() == seen.leader()) {
                state = "Leader";
            } else if (seen.role() == Role.LEADER) {
                state = member.votesInNew() ? "Follower" : "Learner";
            } else {
                state = "Unknown";
            }
            states.put(member.address(), state);
        }
        return List.copyOf(states.entrySet());
    }

    @Override
    public CompletionStage<Void> addMember(String address) {
        CompletableFuture<Void> future = new CompletableFuture<>();
        onLoop(
                future,
                () -> admissions.add(
                        address, View.of(raft), options.joinTimeout().toNanos(), future));
        return future;
    }

    @Override
    public CompletionStage<Void> removeMember(String idOrAddress) {
        CompletableFuture<Void> future = new CompletableFuture<>();
        onLoop(future, () -> admissions.remove(idOrAddress, View.of(raft), future));
        return future;
    }

    @Override
    public CompletionStage<Void> transferLeadership() {
        CompletableFuture<Void> future = new CompletableFuture<>();
        onLoop(future, () -> {
            if (raft.role() != Role.LEADER) {
                future.complete(null);
                return;
            }
            handOvers.add(future);
            step(new Event.Transfer());
            loopStage.schedule(options.electionTimeoutMax().toNanos(), () -> {
                handOvers.removeIf(waiting -> waiting == future);
                future.completeExceptionally(
                        new HuckException.Busy("BUSY nobody took leadership over within an election timeout"));
            });
        });
        return future;
    }

    @Override
    public CompletionStage<Long> snapshot() {
        CompletableFuture<Long> future = new CompletableFuture<>();
        onLoop(future, () -> {
            if (!capturing && machine.appliedIndex() <= raft.snapshot().index()) {
                future.completeExceptionally(new HuckException.Rejected("ERR Nothing new to snapshot"));
            } else {
                snapshotsWanted.add(future);
                capture();
            }
        });
        return future;
    }

    @Override
    public CompletionStage<Void> shrinkLog() {
        CompletableFuture<Void> future = new CompletableFuture<>();
        onLoop(future, () -> writer.run(LogStore::shrink, () -> future.complete(null)));
        return future;
    }

    private void onLoop(CompletableFuture<?> future, Runnable task) {
        if (closed.isDone()) {
            future.completeExceptionally(new HuckException.Stopped("ERR the node has stopped"));
        } else {
            mailbox.post(task);
        }
    }

    // ---- the end

    @Override
    public void awaitClose() throws InterruptedException {
        try {
            closed.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof HuckException problem) {
                throw problem;
            }
            throw new HuckException.Stopped("ERR the node stopped: " + e.getCause());
        }
    }

    @Override
    public void close() {
        try {
            shutdown().toCompletableFuture().join();
        } catch (CompletionException e) {
            LOG.debug("the node had stopped before", e);
        }
    }

    /**
     * Hands leadership over, finishes what is under way, and stops; does not wait.
     *
     * @return completed when the node has stopped; exceptionally if something failed
     */
    @SuppressWarnings("FutureReturnValueIgnored") // stopping ends in closed
    public CompletionStage<Void> shutdown() {
        if (closing.compareAndSet(false, true)) {
            transport.stopClients();
            mailbox.post((Runnable) () -> {
                boolean others =
                        raft.role() == Role.LEADER && !raft.configuration().isSoleVoter(record.storeId());
                CompletableFuture<Void> handedOver = new CompletableFuture<>();
                if (others) {
                    handOvers.add(handedOver);
                    step(new Event.Transfer());
                    loopStage.schedule(options.electionTimeoutMax().toNanos(), () -> handedOver.complete(null));
                } else {
                    handedOver.complete(null);
                }
                handedOver.thenRun(() -> mailbox.post((Runnable) () -> stop(null)));
            });
        }
        return closed;
    }

    /** Something failed for good: stop at once, acknowledge nothing more. Any thread. */
    void fail(Throwable cause) {
        LOG.error("this node stops: {}", cause.getMessage(), cause);
        loopStage.execute(() -> stop(cause));
    }

    /** Runs something once the node has stopped, before anybody who waits for that is told. */
    @SuppressWarnings("FutureReturnValueIgnored") // nothing comes after it
    void onEnd(Runnable task) {
        ended.thenRun(task);
    }

    private void stop(@Nullable Throwable cause) {
        if (stopped) {
            return;
        }
        stopped = true;
        if (ticker != null) {
            ticker.cancel();
        }
        fail(pending.overwritten(0), UNKNOWN);
        fail(pending.undecided(), "CLUSTERDOWN the node is stopping; nothing was read");
        machine.close();
        writer.close(() -> {
            transport.close();
            filesStage.close();
            loopStage.close();
            ended.complete(null);
            if (cause == null) {
                closed.complete(null);
            } else if (cause instanceof HuckException) {
                closed.completeExceptionally(cause);
            } else {
                closed.completeExceptionally(
                        new HuckException.StorageFailed("ERR the node stopped: " + cause.getMessage(), cause));
            }
        });
    }
}
