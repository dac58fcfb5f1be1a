package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.Consistency;
import dev.huck.raft.testkit.check.ClientOperation;
import dev.huck.raft.testkit.check.ClientOperation.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client that only reads, and bounds how old what it reads may be. So nobody sends it to the leader: it stays for a while
 * at a node that lags behind. It reads in bursts, as what the node asks the leader for one read must not be held for an
 * answer to the next.
 */
final class SimReader implements SimConnection.Peer {
    private static final long MILLI = 1_000_000L;
    private static final long PATIENCE = 3_000 * MILLI;
    private static final int BURST = 4;

    private final SimWorld world;
    private final List<SimHost> hosts;
    private final Workload workload;
    private final SimRandom random;
    private final int number;
    /** Reads without an answer. */
    private final Deque<ClientOperation> outstanding = new ArrayDeque<>();

    private @Nullable SimConnection connection;
    private int connectionNumber;
    private Reading reading = new Reading(Consistency.LOW, 0, 0);
    /** The command that says how the connection reads has its answer. */
    private boolean settingAnswered;

    private int leftOfBurst;
    private long staysUntil;
    private boolean quiet;

    SimReader(SimWorld world, List<SimHost> hosts, Workload workload, int number) {
        this.world = world;
        this.hosts = hosts;
        this.workload = workload;
        this.number = number;
        this.random = world.random("reader " + number);
    }

    void start() {
        later(random.nextLong(200 * MILLI));
    }

    /** Reads no more. */
    void finish() {
        quiet = true;
        leave();
    }

    private void later(long delay) {
        world.planIn(delay, SimEvent.Kind.CLIENT, 2_000 + number, this::act);
    }

    private void act() {
        if (quiet) {
            return;
        }
        ClientOperation oldest = outstanding.peek();
        boolean waitsInVain = oldest != null && world.now() - oldest.invoked > PATIENCE;
        if (waitsInVain || (oldest == null && world.now() > staysUntil)) {
            leave();
        }
        SimConnection open = connection;
        if (open != null) {
            send(open, List.of());
        } else if (!connect()) {
            later(100 * MILLI);
            return;
        }
        if (leftOfBurst == 0) {
            leftOfBurst = BURST;
            later(random.exponential(300 * MILLI));
        } else {
            leftOfBurst--;
            later(random.exponential(2 * MILLI));
        }
    }

    private void send(SimConnection open, List<Command> first) {
        ClientOperation read = workload.nextRead(connectionNumber, reading, random);
        outstanding.add(read);
        List<Command> commands = new ArrayList<>(first);
        commands.add(SimMachine.command(read.kind, read.key, read.id, 0));
        open.send(commands, read.id);
    }

    private boolean connect() {
        SimProcess process = hosts.get(random.nextInt(hosts.size())).process();
        if (process == null || !process.isAlive()) {
            return false;
        }
        connectionNumber = workload.newConnection();
        SimConnection opened = new SimConnection(
                world, process, this, connectionNumber, world.random("connection " + connectionNumber));
        opened.connect();
        connection = opened;
        staysUntil = world.now() + random.exponential(4_000 * MILLI);
        reading = new Reading(Consistency.LOW, random.nextBoolean() ? 0 : random.nextLong(60), 0);
        settingAnswered = false;
        send(opened, List.of(reading.command()));
        return true;
    }

    @Override
    public void replied(SimConnection from, List<SimReply> replies) {
        if (from != connection) {
            return;
        }
        for (SimReply reply : replies) {
            if (!settingAnswered) {
                settingAnswered = true;
                if (!"OK".equals(reply.text())) {
                    world.violated("answers", "how to read is answered " + reply);
                }
                continue;
            }
            ClientOperation read = outstanding.poll();
            if (read == null) {
                world.violated("answers", "reader " + number + " gets a reply too many: " + reply);
                return;
            }
            workload.answered(read, reply);
            if (world.isTraced()) {
                world.trace(-1, "reader " + number + " learns " + read);
            }
        }
    }

    @Override
    public void closed(SimConnection from) {
        if (from == connection) {
            disconnected();
        }
    }

    private void leave() {
        SimConnection open = connection;
        if (open != null) {
            open.leave();
            disconnected();
        }
    }

    private void disconnected() {
        connection = null;
        outstanding.forEach(read -> read.outcome = Outcome.UNKNOWN);
        outstanding.clear();
    }
}
