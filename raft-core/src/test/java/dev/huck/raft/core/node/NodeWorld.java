package dev.huck.raft.core.node;

import dev.huck.raft.api.CommandSpec;
import dev.huck.raft.api.Durability;
import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.MembershipChange;
import dev.huck.raft.api.Options;
import dev.huck.raft.api.spi.Gateway;
import dev.huck.raft.api.spi.Lane;
import dev.huck.raft.api.spi.LogStore;
import dev.huck.raft.api.spi.Transport;
import dev.huck.raft.core.consensus.Loss;
import dev.huck.raft.core.env.Disk;
import dev.huck.raft.core.env.Environment;
import dev.huck.raft.core.env.Stage;
import dev.huck.raft.core.memory.MemoryLogStore;
import dev.huck.raft.core.storage.NodeFile;
import dev.huck.raft.core.wire.Envelope;
import dev.huck.raft.core.wire.FrameException;
import dev.huck.raft.core.wire.PeerCodec;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/** A whole node on real threads with its disk and its peers played by the test. */
class NodeWorld implements Environment {
    final MemoryDisk disk = new MemoryDisk();
    final List<Envelope> sent = new CopyOnWriteArrayList<>();
    private final UnaryOperator<LogStore> logStore;
    private volatile Gateway gateway;
    private final AtomicLong seed = new AtomicLong(7);
    volatile boolean transportClosed;
    volatile String boot = "boot";
    /** The logs that are opened next. */
    final Queue<Opening> logs = new ArrayDeque<>();
    /** Where a start is cut short. */
    boolean setAsideFails;
    /** For each log that was set aside, what the node file said by then. */
    final List<Loss> setAside = new ArrayList<>();

    /** Opens a log. */
    interface Opening {
        LogStore open() throws IOException;
    }

    /** @param logStore makes a store that misbehaves out of one that does not */
    NodeWorld(UnaryOperator<LogStore> logStore) {
        this.logStore = logStore;
    }

    RaftNode open() {
        return open(Options.builder());
    }

    RaftNode open(Options.Builder builder) {
        return open(builder, () -> false);
    }

    /** @param broken asked by the machine when it is to fail */
    RaftNode open(Options.Builder builder, BooleanSupplier broken) {
        Options options = builder.address("127.0.0.1:1").build();
        return RaftNode.open(this, options, () -> new TestMachine(broken));
    }

    /** Changes the address in the configuration of a node that is alone, once it takes a change: it has some of its own. */
    static void changed(RaftNode node, String address) throws Exception {
        MembershipChange move =
                MembershipChange.builder().move(node.address(), address).build();
        while (true) {
            try {
                node.changeMembers(move).toCompletableFuture().get(10, TimeUnit.SECONDS);
                return;
            } catch (ExecutionException e) {
                boolean early =
                        e.getCause() instanceof HuckException.Busy || e.getCause() instanceof HuckException.NotLeader;
                if (!early) {
                    throw e;
                }
                Thread.sleep(1);
            }
        }
    }

    /** A peer's frame arrives. */
    void receive(Envelope envelope) {
        Objects.requireNonNull(gateway).received(PeerCodec.encode(envelope));
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public long wallNanos() {
        return 1_700_000_000_123_456_789L;
    }

    @Override
    public String bootId() {
        return boot;
    }

    @Override
    public RandomGenerator random() {
        return new SplittableRandom(seed.getAndIncrement());
    }

    @Override
    public Stage stage(String name) {
        return new ThreadStage("test-" + name, cause -> {
            throw new AssertionError(cause);
        });
    }

    @Override
    public Disk disk() {
        return disk;
    }

    @Override
    public LogStore openLog(Durability durability) throws IOException {
        return logs.isEmpty()
                ? logStore.apply(new MemoryLogStore())
                : logs.remove().open();
    }

    /** What the node does with its log at a start is written down, beside what the node file says at that time. */
    @Override
    public String setLogAside(boolean again) throws IOException {
        if (setAsideFails) {
            throw new IOException("no log was set aside");
        }
        try (NodeFile file = NodeFile.open(disk)) {
            setAside.add(Objects.requireNonNull(file.record()).loss());
        }
        return "log.bad";
    }

    @Override
    public Transport openTransport() {
        return new Transport() {
            @Override
            public String address() {
                return "127.0.0.1:1";
            }

            @Override
            public void start(Gateway to) {
                gateway = to;
            }

            @Override
            public void send(String address, Lane lane, byte[] frame) {
                try {
                    sent.add(PeerCodec.decode(frame));
                } catch (FrameException e) {
                    throw new AssertionError(e);
                }
            }

            @Override
            public Collection<CommandSpec> commands() {
                return List.of();
            }

            @Override
            public void stopClients() {}

            @Override
            public void close() {
                transportClosed = true;
            }
        };
    }
}
