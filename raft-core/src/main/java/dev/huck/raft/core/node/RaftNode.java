package dev.huck.raft.core.node;

import dev.huck.raft.api.Client;
import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.Machine;
import dev.huck.raft.api.MembershipChange;
import dev.huck.raft.api.Node;
import dev.huck.raft.api.NodeStatus;
import dev.huck.raft.api.Options;
import dev.huck.raft.api.spi.ClientConnection;
import dev.huck.raft.api.spi.Gateway;
import dev.huck.raft.api.spi.Session;
import dev.huck.raft.api.spi.Transport;
import dev.huck.raft.core.check.NodeView;
import dev.huck.raft.core.consensus.Raft;
import dev.huck.raft.core.env.Environment;
import dev.huck.raft.core.storage.NodeFile;
import dev.huck.raft.core.storage.NodeRecord;
import dev.huck.raft.core.storage.SnapshotFiles;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node: what was opened, what others may ask of it, and its end. The work is the {@link EventLoop}'s. */
public final class RaftNode implements Node, Gateway {
    private static final Logger LOG = LoggerFactory.getLogger("dev.huck.raft");

    private final NodeRecord record;
    private final Transport transport;
    private final EventLoop loop;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final AtomicBoolean closing = new AtomicBoolean();

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
            // Before anything is written: a log store that is not there leaves no trace of the attempt.
            opened.log = StartingLog.open(environment, opened.file, options.durability());
            NodeRecord before = opened.file.record();
            if (environment.forgetsLog()) {
                before = null;
                Boot.forget(environment.disk());
            }
            SnapshotFiles snapshots = SnapshotFiles.open(environment.disk(), options.snapshotsKept());
            String address = options.advertise().orElse(opened.transport.address());
            refuseUseless(address);
            NodeRecord record = Boot.identify(environment, options, opened.file, before, opened.log.store(), address);
            record = Boot.dropUntrusted(record, opened.file, opened.log);
            record = Boot.found(record, options, opened.file, opened.log.store(), snapshots.newest() != null);
            record = Boot.raiseTerm(record, opened.file, snapshots.newest());
            RaftNode node = new RaftNode(environment, options, machines, opened, record, snapshots);
            node.start();
            return node;
        } catch (IOException e) {
            opened.close();
            throw new HuckException.StorageFailed("ERR " + FileTrouble.describe(e), e);
        } catch (RuntimeException | Error e) {
            opened.close();
            throw e;
        }
    }

    /** An address to listen on may mean all of a machine's; one to be called at can't, and must fit into messages. */
    private static void refuseUseless(String address) {
        if (address.length() > Peers.LONGEST_ADDRESS) {
            throw new HuckException.StartFailed(
                    "ERR an address of more than " + Peers.LONGEST_ADDRESS
                            + " letters is accepted by no other node: choose a shorter --advertise",
                    null);
        }
        if (address.startsWith("0.0.0.0:") || address.startsWith("[::]:")) {
            throw new HuckException.StartFailed(
                    "ERR nobody can call " + address
                            + ": set --advertise to the address at which others reach this node",
                    null);
        }
    }

    /** What has to be closed again if opening fails half-way. */
    private static final class Opened {
        @Nullable
        Transport transport;

        @Nullable
        NodeFile file;

        @Nullable
        StartingLog log;

        void close() {
            close(transport);
            close(log);
            close(file);
        }

        /** Whatever becomes of it: what is told is why the start failed. */
        private static void close(@Nullable AutoCloseable opened) {
            try {
                if (opened != null) {
                    opened.close();
                }
            } catch (Exception e) {
                LOG.warn("closing after a failed start: {}", e.getMessage());
            }
        }
    }

    private RaftNode(
            Environment environment,
            Options options,
            Supplier<? extends Machine> machines,
            Opened opened,
            NodeRecord record,
            SnapshotFiles snapshots)
            throws IOException {
        this.record = record;
        this.transport = Objects.requireNonNull(opened.transport);
        this.loop = new EventLoop(
                environment,
                options,
                machines,
                transport,
                Objects.requireNonNull(opened.file),
                Objects.requireNonNull(opened.log),
                snapshots,
                this::fail);
    }

    private void start() {
        transport.start(this);
        loop.start();
    }

    @Override
    public Session connected(ClientConnection connection) {
        return loop.connected(connection);
    }

    @Override
    public void received(byte[] frame) {
        loop.received(frame);
    }

    /** @return the core, for inspection by who runs the node in one thread */
    public Raft raft() {
        return loop.raft();
    }

    /** @return whether its core broke off in the middle of a turn, and is half-way between two states */
    public boolean isBroken() {
        return loop.isBroken();
    }

    /** @return what it holds in memory around its core, for inspection by who runs the node in one thread */
    public NodeView memory() {
        return loop.memory();
    }

    /** @return the first entry at which this node's machine was seen to differ from all others; 0 for none. Any thread */
    public long divergedAt() {
        return loop.divergence().own();
    }

    /** @return whether {@link #divergedAt} is the first entry, and not only the oldest of which it is known. Any thread */
    public boolean divergedExactly() {
        return loop.divergence().isExact();
    }

    @Override
    public Map<String, Long> metrics() {
        return loop.metrics();
    }

    @Override
    public Client client() {
        return loop.client();
    }

    @Override
    public String address() {
        return record.address();
    }

    @Override
    public NodeStatus status() {
        return loop.status();
    }

    @Override
    public CompletionStage<Void> changeMembers(MembershipChange change) {
        return loop.changeMembers(change);
    }

    @Override
    public CompletionStage<Void> transferLeadership() {
        return loop.transferLeadership();
    }

    @Override
    public CompletionStage<Void> transferLeadership(String idOrAddress) {
        return idOrAddress.isEmpty()
                ? CompletableFuture.failedFuture(new HuckException.Rejected(ChangeRequest.UNKNOWN_PEER))
                : loop.transferLeadership(idOrAddress);
    }

    @Override
    public CompletionStage<Long> snapshot() {
        return loop.snapshot();
    }

    @Override
    public CompletionStage<Void> shrinkLog() {
        return loop.shrinkLog();
    }

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
    public CompletionStage<Void> shutdown() {
        if (closing.compareAndSet(false, true)) {
            transport.stopClients();
            loop.wind(this::stop);
        }
        return closed;
    }

    /** Something failed for good: stop at once, acknowledge nothing more. Any thread. */
    void fail(Throwable cause) {
        if (cause instanceof HuckException.StartFailed) {
            // As when open() itself fails: the exception says it, once, to whoever waits for the node.
            LOG.info("this node stops: it could not start");
            LOG.debug("where that comes from:", cause);
        } else if (cause instanceof IOException || cause instanceof HuckException) {
            // A disk that is full or broken: the message says it all to a person.
            LOG.error("this node stops: {}", FileTrouble.describe(cause));
            LOG.debug("where that comes from:", cause);
        } else {
            LOG.error("this node stops: {}", cause.getMessage(), cause); // a bug: whoever looks for it needs the trace
        }
        failure.compareAndSet(null, cause);
        loop.execute(this::stop);
    }

    /** Runs something once the node has stopped, before anybody who waits for that is told. */
    @SuppressWarnings("FutureReturnValueIgnored") // nothing comes after it
    void onEnd(Runnable task) {
        ended.thenRun(task);
    }

    private void stop() {
        loop.stop(hung -> {
            transport.close();
            ended.complete(null);
            // Asked to stop or not: the last sync may have failed.
            Throwable cause = failure.get();
            Throwable problem = cause == null ? hung : cause;
            if (problem == null) {
                closed.complete(null);
            } else if (problem instanceof HuckException) {
                closed.completeExceptionally(problem);
            } else {
                closed.completeExceptionally(new HuckException.StorageFailed(
                        "ERR the node stopped: " + FileTrouble.describe(problem), problem));
            }
        });
    }
}
