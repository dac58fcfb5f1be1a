package dev.huck.raft.core.node;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.Machine;
import dev.huck.raft.api.MembershipChange;
import dev.huck.raft.api.NodeEvent;
import dev.huck.raft.api.NodeStatus;
import dev.huck.raft.api.Options;
import dev.huck.raft.api.Role;
import dev.huck.raft.api.spi.ClientConnection;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.api.spi.LogStore;
import dev.huck.raft.api.spi.Transport;
import dev.huck.raft.core.check.NodeView;
import dev.huck.raft.core.consensus.Admission;
import dev.huck.raft.core.consensus.Change;
import dev.huck.raft.core.consensus.Comparison;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Effect;
import dev.huck.raft.core.consensus.Event;
import dev.huck.raft.core.consensus.Forwarding;
import dev.huck.raft.core.consensus.Limits;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Member.Versions;
import dev.huck.raft.core.consensus.Message;
import dev.huck.raft.core.consensus.PeerMessage;
import dev.huck.raft.core.consensus.Raft;
import dev.huck.raft.core.consensus.Recovery;
import dev.huck.raft.core.consensus.RollCall;
import dev.huck.raft.core.env.Environment;
import dev.huck.raft.core.env.Stage;
import dev.huck.raft.core.storage.NodeFile;
import dev.huck.raft.core.storage.NodeRecord;
import dev.huck.raft.core.storage.SnapshotFiles;
import dev.huck.raft.core.wire.Envelope;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop stage: owns the core, takes what clients, peers and the other stages bring, in batches, and carries out the
 * effects. Nothing here blocks; everything that waits is another stage's.
 */
final class EventLoop implements Loop {
    private static final Logger LOG = LoggerFactory.getLogger("dev.huck.raft");
    private static final int ITEMS_A_TURN = 4096;
    private static final long CLOSING_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int GREETINGS = 5;
    private static final long GREETING_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Messages that wait until the disk has the term in which they speak. */
    private static final int MOST_HELD_BACK = 256;

    private static final long DRAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Environment environment;
    private final Options options;
    private final NodeRecord record;
    private final Raft raft;
    private final Stage stage;
    private final Mailbox<Object> mailbox;
    private final Arrivals arrivals;
    private final LogWriter writer;
    private final MachineRunner machine;
    private final BuiltIns builtIns;
    private final Peers peers;
    private final Admissions admissions;
    private final Incarnations incarnations;
    private final OwnPlace place;
    private final RollCalls rollCalls;
    private final Snapshotting snapshotting;
    private final Requests requests;
    private final Budget budget;
    private final ForwardServer forwardServer;
    private final ArrayDeque<Effect.SendAfter> heldBack = new ArrayDeque<>();
    private final HandOvers handOvers;
    private final OpenCalls calls = new OpenCalls();
    private final Consumer<Throwable> failed;
    private final RecoveryReport recoveryReport;
    private final @Nullable InvariantWatch invariants;
    private final Metrics metrics = new Metrics();
    private final Observer observer;
    private final Limits limits;
    private final NodeEvent.@Nullable LogSetAside setAside;

    private volatile View view;
    private volatile boolean stopped;
    private boolean broken;
    private Configuration.@Nullable Settings said;
    private long tickAt = Long.MAX_VALUE;
    private Stage.@Nullable Timer ticker;
    private long persisted;

    /** Something that is not for the core, or not yet. */
    private record Heard(Envelope envelope, PeerMessage message) {}

    /**
     * Puts a node together from what was opened.
     *
     * @param failed takes what ends the node; any thread
     */
    @SuppressWarnings("this-escape") // others get this, but nothing runs before start()
    EventLoop(
            Environment environment,
            Options options,
            Supplier<? extends Machine> machines,
            Transport transport,
            NodeFile file,
            StartingLog log,
            SnapshotFiles snapshots,
            Consumer<Throwable> failed)
            throws IOException {
        this.environment = environment;
        this.options = options;
        this.failed = failed;
        this.budget = new Budget(environment.memoryBudget(options.memoryBudgetBytes()));
        this.stage = environment.stage("loop");
        this.mailbox = new Mailbox<>(stage, ITEMS_A_TURN, this::turn);
        this.builtIns = new BuiltIns(environment, options, this, transport.commands());
        Stage filesStage = environment.stage("files");
        NodeRecord found = log.record();
        this.peers =
                new Peers(found.storeId(), found.incarnation(), found.address(), transport, found.clusterId(), metrics);
        this.observer = new Observer(environment, options, found.storeId(), peers, metrics);
        this.machine = new MachineRunner(
                environment, machines, snapshots, this, builtIns, options, filesStage, found.storeId(), peers);
        this.limits = environment.limits().with(budget.limit(), options.snapshotEveryBytes(), options.logTailBytes());
        this.arrivals = new Arrivals(limits.windowBytes(), budget.limit());
        this.snapshotting = new Snapshotting(
                environment,
                options.snapshotBytesPerSecond(),
                snapshots,
                filesStage,
                limits.chunkBytes(),
                machine,
                mailbox::post,
                mailbox::post);
        Recovery recovery = Boot.recover(log, machine.boot(), limits);
        this.setAside = log.setAside();
        this.record = log.record(); // Loading the log may have changed it.
        Versions versions = Versions.of(options.protocolMax(), machine.machine().versions());
        this.raft = recovery.start(limits, environment.random(), environment.nanoTime());
        if (raft.configuration().machine() > versions.machineMax()) {
            throw new HuckException.StartFailed(
                    "ERR the cluster uses version " + raft.configuration().machine()
                            + " of the machine's commands, and this build knows them up to " + versions.machineMax()
                            + ": start it with the build that the others run",
                    null);
        }
        raft.protocolMax(versions.protocolMax());
        raft.snapshotsFromMembers(options.snapshotsFromMembers());
        this.view = View.of(raft);
        this.invariants = options.checkInvariants() ? new InvariantWatch(raft) : null;
        Durability level = raft.configuration().settings().durability();
        this.writer = new LogWriter(environment, log.store(), file, record, mailbox::post, failed, metrics);
        this.writer.durability(level);
        this.peers.speak(versions.protocolMax());
        this.incarnations =
                new Incarnations(record, writer, peers, mailbox::post, message -> step(new Event.Received(message)));
        this.peers.echo(incarnations::runOf);
        this.peers.configuration(raft.configuration());
        this.recoveryReport = new RecoveryReport(environment, peers, level);
        Member self = new Member(
                record.storeId(),
                record.nodeId(),
                record.address(),
                options.learner() ? Member.Voting.LEARNER : Member.Voting.NEWCOMER,
                versions);
        this.admissions = new Admissions(stage, peers, self, this::step, mailbox::post, raft::answers);
        this.place = new OwnPlace(environment, stage, peers, self, () -> View.of(raft), this::propose, failed);
        this.handOvers = new HandOvers(stage, raft, peers, this::step);
        this.rollCalls = new RollCalls(stage, peers, record.storeId());
        this.requests = new Requests(
                environment,
                options,
                stage,
                raft,
                machine,
                () -> admissions.notLeader(View.of(raft)),
                mailbox::post,
                peers::send);
        this.forwardServer = new ForwardServer(
                environment,
                raft,
                (connection, term) -> new ClientSession(connection, this, machine, builtIns, term),
                peers::send,
                mailbox::post);
    }

    void start() {
        stage.execute(() -> {
            saySettings(raft.configuration());
            observer.started(raft.loss(), setAside);
            carryOut();
            greet(GREETINGS);
            place.start(options);
            machine.start();
        });
    }

    Raft raft() {
        return raft;
    }

    /** What the node holds around its core, for who runs it in one thread. */
    NodeView memory() {
        return new NodeMemory(budget, requests, machine, heldBack, incarnations, arrivals);
    }

    Peers book() {
        return peers;
    }

    ClientSession connected(ClientConnection connection) {
        return new ClientSession(connection, this, machine, builtIns);
    }

    LocalClient client() {
        return new LocalClient(this, machine, builtIns);
    }

    // ---- what others bring; any thread

    void received(byte[] frame) {
        peers.received(frame, (envelope, message) -> {
            incarnations.echoed(envelope);
            boolean forCore = message instanceof Message consensus
                    && peers.clusterId() == envelope.clusterId()
                    && incarnations.isKnown(envelope, consensus);
            Object item = forCore ? new Event.Received((Message) message) : new Heard(envelope, message);
            Arrivals.Arrived arrived = arrivals.admit(message, frame.length, item);
            if (arrived == null) {
                metrics.add("peer_messages_dropped", 1);
            } else {
                mailbox.post(arrived);
            }
        });
    }

    @Override
    public void submit(List<Operation> operations) {
        mailbox.post(operations);
    }

    @Override
    public long nanoTime() {
        return environment.nanoTime();
    }

    @Override
    public Budget budget() {
        return budget;
    }

    @Override
    public boolean leaseValid(long term) {
        View seen = view;
        return seen.role() == Role.LEADER && seen.term() == term && environment.nanoTime() - seen.leaseUntil() < 0;
    }

    @Override
    public boolean forwards() {
        return options.forward() && view.role() != Role.LEADER;
    }

    @Override
    public void refresh() {
        mailbox.post((Runnable) requests::refresh);
    }

    @Override
    public long stalePatience() {
        return view.configuration().settings().electionMinNanos();
    }

    @Override
    public void applied(long index) {
        mailbox.post(new Event.Applied(index));
    }

    @Override
    public void machineFailed(Throwable cause, long index) {
        LOG.error("the machine failed at index {}; this node hands over and rebuilds its state", index, cause);
        observer.machineFailed(index);
        mailbox.post(new Event.MachineDistrusted());
    }

    @Override
    public void machineDistrusted() {
        mailbox.post(new Event.MachineDistrusted());
    }

    @Override
    public void machineRestarted(long appliedIndex, long told) {
        observer.machineRebuilt(appliedIndex);
        mailbox.post(new Event.MachineRestarted(appliedIndex, told));
    }

    @Override
    public void diverged(Agreement.Finding finding, boolean again) {
        mailbox.post((Runnable) () -> {
            observer.diverged(finding, raft);
            if (finding.alone() == record.storeId()) {
                machine.standsAlone(finding.index(), raft.base().index(), again);
            }
        });
    }

    /** Where this node's machine was seen to differ from all others. Any thread. */
    DivergenceReport divergence() {
        return observer.divergence();
    }

    @Override
    public void snapshotSaved(LogPosition position) {
        observer.snapshotTaken(position.index());
        mailbox.post(new Event.SnapshotSaved(position));
        mailbox.post((Runnable) () -> snapshotting.saved(position));
    }

    @Override
    public void snapshotAbandoned() {
        snapshotAbandoned("the snapshot could not be written; see the node's log");
    }

    @Override
    public void snapshotAbandoned(String reason) {
        mailbox.post(new Event.SnapshotAbandoned());
        mailbox.post((Runnable) () -> snapshotting.abandoned(reason));
    }

    @Override
    public NodeStatus status() {
        return Reports.status(view, record, peers, machine.appliedIndex(), stopped);
    }

    @Override
    public boolean isSilent(long member) {
        return view.silent().contains(member);
    }

    @Override
    public Map<String, String> stats() {
        Map<String, String> stats = Reports.stats(view, machine.appliedIndex(), observer.contactNanos());
        long diverged = divergence().own();
        stats.put("diverged", diverged == 0 ? "no" : Long.toString(diverged));
        metrics.all().forEach((name, value) -> stats.put(name, Long.toString(value)));
        return stats;
    }

    @Override
    public void count(String name, long amount) {
        metrics.add(name, amount);
    }

    @Override
    public Map<String, Long> metrics() {
        return Reports.metrics(metrics, view, machine.appliedIndex(), limits, budget, arrivals);
    }

    @Override
    public CompletionStage<List<Map.Entry<String, String>>> peers() {
        CompletableFuture<List<Map.Entry<String, String>>> future = new CompletableFuture<>();
        return run(future, () -> rollCalls.begin(raft.configuration(), raft.role(), future));
    }

    @Override
    public CompletionStage<Void> changeMembers(MembershipChange change) {
        CompletableFuture<Void> future = new CompletableFuture<>();
        return run(
                future,
                () -> admissions.change(
                        change, View.of(raft), options.joinTimeout().toNanos(), future));
    }

    @Override
    public CompletionStage<Long> snapshot() {
        CompletableFuture<Long> future = new CompletableFuture<>();
        return run(future, () -> snapshotting.request(raft.snapshot(), future));
    }

    @Override
    public CompletionStage<Void> shrinkLog() {
        CompletableFuture<Void> future = new CompletableFuture<>();
        return run(future, () -> writer.run(LogStore::shrink, () -> future.complete(null)));
    }

    CompletionStage<Void> transferLeadership() {
        CompletableFuture<Void> future = new CompletableFuture<>();
        return run(future, () -> handOvers.begin(future));
    }

    @Override
    public CompletionStage<Void> transferLeadership(String idOrAddress) {
        CompletableFuture<Void> future = new CompletableFuture<>();
        return run(future, () -> {
            if (raft.role() == Role.LEADER) {
                handOvers.begin(idOrAddress, future);
            } else {
                future.completeExceptionally(admissions.notLeader(View.of(raft)));
            }
        });
    }

    private <T> CompletionStage<T> run(CompletableFuture<T> future, Runnable task) {
        if (stopped) {
            future.completeExceptionally(new HuckException.Stopped("ERR the node has stopped"));
        } else {
            calls.add(future);
            mailbox.post(task);
        }
        return future;
    }

    // ---- the loop

    private void step(Event event) {
        raft.step(environment.nanoTime(), event);
    }

    /** What this node itself has to change about the membership. */
    private void propose(Change change) {
        guarded(() -> {
            admissions.change(change, ended -> {});
            carryOut();
        });
    }

    private void turn(List<Object> items) {
        guarded(() -> take(items));
    }

    boolean isBroken() {
        return broken;
    }

    /** After a broken invariant nothing more is carried out: the core is half-way between two states. */
    private void guarded(Runnable work) {
        if (stopped || broken) {
            return;
        }
        try {
            work.run();
        } catch (Throwable e) {
            broken = true;
            failed.accept(e);
        }
    }

    @SuppressWarnings("unchecked")
    private void take(List<Object> items) {
        for (Object waiting : items) {
            Object item = waiting instanceof Arrivals.Arrived arrived ? arrivals.take(arrived) : waiting;
            if (item instanceof Event event) {
                step(event);
                if (event instanceof Event.Persisted done) {
                    persisted = Math.max(persisted, done.sequence());
                } else if (event instanceof Event.Recovered) {
                    recoveryReport.ended();
                }
                observer.took(event, raft.leader());
            } else if (item instanceof Heard heard) {
                heard(heard);
            } else if (item instanceof Runnable task) {
                task.run();
            } else {
                List<Operation> operations = (List<Operation>) item;
                metrics.add("commands_received", operations.size());
                requests.add(operations);
            }
        }
        requests.admit();
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
                incarnations.heard(heard.envelope, consensus, raft.configuration());
            }
        } else if (message instanceof Forwarding forwarding) {
            if (peers.clusterId() == heard.envelope.clusterId()) {
                forwarding(forwarding);
            }
        } else if (message instanceof Admission.JoinRequest request) {
            admissions.requested(request, View.of(raft));
        } else if (message instanceof Admission.JoinReply reply) {
            admissions.declined(reply, sender);
            place.replied(reply);
        } else if (message instanceof Admission.Invitation invitation) {
            place.invited(invitation, heard.envelope.clusterId());
        } else if (message instanceof Admission.Outdated notice) {
            incarnations.outdated(notice, sender, failed);
        } else if (message instanceof RollCall.Question question) {
            rollCalls.asked(question, sender, raft.role());
        } else if (message instanceof RollCall.Answer answer) {
            rollCalls.answered(answer, sender, peers.clusterId() == heard.envelope.clusterId());
        } else if (message instanceof Comparison comparison) {
            if (peers.clusterId() == heard.envelope.clusterId()) {
                machine.compare(comparison, sender);
            }
        }
    }

    private void forwarding(Forwarding message) {
        if (message instanceof Forwarding.Open open) {
            forwardServer.open(open);
        } else if (message instanceof Forwarding.Commands commands) {
            forwardServer.take(commands);
        } else {
            requests.forwarding(message);
        }
    }

    private void carryOut() {
        List<Effect> effects = raft.effects();
        if (invariants != null) {
            invariants.after(effects);
        }
        // Before anything leaves: a lease that this turn gave up must not be seen once the hand-over is on its way.
        view = View.of(raft);
        for (Effect effect : effects) {
            observer.carriesOut(effect, view, machine.appliedIndex());
            carryOut(effect);
        }
        while (!heldBack.isEmpty() && heldBack.getFirst().sequence() <= persisted) {
            peers.send(heldBack.removeFirst().message());
        }
        observer.turned(raft);
        scheduleTick();
    }

    private void carryOut(Effect effect) {
        if (effect instanceof Effect.Send send) {
            peers.send(send.message());
        } else if (effect instanceof Effect.SendAfter send) {
            if (heldBack.size() == MOST_HELD_BACK) {
                heldBack.removeFirst(); // Lost, as on any way: the disk hangs, and the newer ones say more.
            }
            heldBack.addLast(send);
        } else if (effect instanceof Effect.Persist persist) {
            if (persist.reset() != null || persist.truncateFrom() > 0) {
                requests.overwritten(persist.reset() != null ? 0 : persist.truncateFrom());
            }
            writer.write(persist);
        } else if (effect instanceof Effect.Apply apply) {
            requests.apply(apply.entries());
        } else if (effect instanceof Effect.ReadEntries read) {
            writer.read(read);
        } else if (effect instanceof Effect.Proposed proposed) {
            requests.proposed(proposed);
        } else if (effect instanceof Effect.Rejected rejected) {
            requests.rejected(rejected);
        } else if (effect instanceof Effect.ReadReady ready) {
            requests.readReady(ready);
        } else if (effect instanceof Effect.RoleChanged changed) {
            roleChanged(changed);
        } else if (effect instanceof Effect.ConfigurationChanged changed) {
            configurationChanged(changed.configuration());
        } else if (effect instanceof Effect.Changed changed) {
            admissions.changed(changed);
        } else if (effect instanceof Effect.TakeSnapshot) {
            snapshotting.capture();
        } else if (effect instanceof Effect.ReadChunk read) {
            if (machine.suspect() != null && divergence().own() != 0) {
                snapshotting.refuse(read); // What it saved of a state that is wrong is nothing for others.
            } else {
                snapshotting.read(read);
            }
        } else if (effect instanceof Effect.StoreChunk store) {
            snapshotting.store(store);
        } else if (effect instanceof Effect.RestoreMachine restore) {
            machine.restore(restore.position());
        } else if (effect instanceof Effect.EndRecovery) {
            writer.endRecovery();
        } else if (effect instanceof Effect.RecoveryWaits waits) {
            recoveryReport.waits(waits);
        } else if (effect instanceof Effect.RecoveryGivenUp givenUp) {
            recoveryReport.givenUp(givenUp, raft.configuration());
        }
    }

    private void roleChanged(Effect.RoleChanged changed) {
        String leader = changed.leader() == 0 ? "unknown" : peers.addressOf(changed.leader());
        LOG.info("{} in term {}, leader {}", changed.role(), changed.term(), leader);
        handOvers.roleChanged(changed);
    }

    private void configurationChanged(Configuration configuration) {
        peers.configuration(configuration);
        place.configurationChanged(configuration);
        saySettings(configuration);
        writer.durability(configuration.settings().durability());
    }

    /** Tells all members of this start, so that an older copy of this directory is known to them for what it is. */
    private void greet(int times) {
        for (Member member : raft.configuration().members()) {
            if (member.storeId() != record.storeId()) {
                peers.send(new Message.Query(record.storeId(), member.storeId(), raft.term(), 0));
            }
        }
        if (times > 1) {
            stage.schedule(GREETING_NANOS, () -> guarded(() -> greet(times - 1)));
        }
    }

    /** The settings are the cluster's: whoever was started with others follows, and is told so once. */
    private void saySettings(Configuration configuration) {
        Configuration.Settings agreed = configuration.settings();
        if (!configuration.members().isEmpty() && !agreed.equals(said)) {
            said = agreed;
            List<String> ignored = OwnSettings.ignored(options, agreed);
            if (!ignored.isEmpty()) {
                LOG.warn(
                        "the cluster has agreed on {}: these options of this node are ignored",
                        String.join(", ", ignored));
            }
        }
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
        ticker = stage.schedule(Math.max(0, deadline - environment.nanoTime()), () -> {
            tickAt = Long.MAX_VALUE;
            ticker = null;
            guarded(() -> {
                if (environment.nanoTime() - raft.deadline() >= 0) {
                    step(new Event.Tick());
                }
                carryOut();
            });
        });
    }

    // ---- the end

    /** Hands leadership over, waits a moment for the outcome of what is under way, then runs something on this stage. */
    void wind(Runnable then) {
        mailbox.post((Runnable) () -> handOver(untilPatienceEnds(), then));
    }

    private long untilPatienceEnds() {
        return environment.nanoTime() + raft.configuration().settings().electionMaxNanos();
    }

    private void handOver(long until, Runnable then) {
        if (!handsOver() || environment.nanoTime() - until > 0) {
            drain(untilPatienceEnds(), then);
        } else {
            later(() -> handOver(until, then));
        }
    }

    private void drain(long until, Runnable then) {
        // It may be elected once more meanwhile.
        if ((!handsOver() && requests.isIdle()) || environment.nanoTime() - until > 0) {
            stage.execute(then);
        } else {
            later(() -> drain(until, then));
        }
    }

    /** Whether this node leads others; and has it hand over, unless that is under way. */
    @SuppressWarnings("FutureReturnValueIgnored") // it is looked at who leads
    private boolean handsOver() {
        boolean leads = raft.role() == Role.LEADER && !raft.configuration().isSoleVoter(record.storeId());
        if (leads && raft.heir() == 0) {
            handOvers.begin(new CompletableFuture<>());
        }
        return leads;
    }

    private void later(Runnable task) {
        stage.schedule(DRAIN_NANOS, () -> mailbox.post(task));
    }

    /**
     * Stops at once. Loop stage; a disk that hangs holds nobody up for ever.
     *
     * @param then runs once, when everything is closed but the transport, or with what is not
     */
    void stop(Consumer<@Nullable HuckException> then) {
        if (stopped) {
            return;
        }
        stopped = true;
        if (ticker != null) {
            ticker.cancel();
        }
        requests.stop();
        forwardServer.stop();
        HuckException.Stopped gone = new HuckException.Stopped("ERR the node has stopped");
        handOvers.stop(gone);
        admissions.stop(gone);
        place.stop();
        Consumer<@Nullable HuckException> end = hung -> {
            calls.end();
            machine.leaveClients();
            then.accept(hung);
        };
        AtomicBoolean ended = new AtomicBoolean();
        AtomicBoolean machineEnded = new AtomicBoolean();
        Stage.Timer late = stage.schedule(CLOSING_NANOS, () -> {
            if (ended.compareAndSet(false, true)) {
                end.accept(new HuckException.StorageFailed(
                        "ERR " + (machineEnded.get() ? "the log's disk" : "the machine") + " has not answered for "
                                + TimeUnit.NANOSECONDS.toSeconds(CLOSING_NANOS)
                                + " s; the node stops as if it had been killed",
                        null));
            }
        });
        // The last replies are written before anything that they need is closed.
        machine.close(() -> {
            machineEnded.set(true);
            writer.close(() -> {
                late.cancel();
                snapshotting.close();
                observer.close();
                stage.close();
                if (ended.compareAndSet(false, true)) {
                    end.accept(null);
                }
            });
        });
    }

    /** Runs something on this stage, whatever else waits. Any thread. */
    void execute(Runnable task) {
        stage.execute(task);
    }
}
