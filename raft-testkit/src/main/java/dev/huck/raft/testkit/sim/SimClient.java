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
 * A client: one connection at a time, commands in batches of which several may be under way, goes where {@code TRY} sends
 * it, gives up on a silent node. It never repeats a command: each is tried once, whatever comes of it.
 */
final class SimClient implements SimConnection.Peer {
    private static final long MILLI = 1_000_000L;
    private static final long PATIENCE = 3_000 * MILLI;
    private static final int MOST_OUTSTANDING = 24;

    /** Stands for a command that sets how the connection reads. */
    private static final ClientOperation SETTING =
            new ClientOperation(0, 0, ClientOperation.Kind.GET, 0, 0, Consistency.LOW, 0);

    private final SimWorld world;
    private final List<SimHost> hosts;
    private final Workload workload;
    private final Profile profile;
    private final SimRandom random;
    private final int number;
    private final Deque<ClientOperation> outstanding = new ArrayDeque<>();
    private @Nullable SimConnection connection;
    private int connectionNumber;
    /** How the connection reads; null for as the node has it. */
    private @Nullable Reading reading;

    private int target;
    private boolean quiet;
    private boolean finished;
    private long finalOperation;

    SimClient(SimWorld world, List<SimHost> hosts, Workload workload, Profile profile, int number) {
        this.world = world;
        this.hosts = hosts;
        this.workload = workload;
        this.profile = profile;
        this.number = number;
        this.random = world.random("client " + number);
        this.target = random.nextInt(hosts.size());
    }

    void start() {
        later(random.nextLong(200 * MILLI));
    }

    /** From now on: one last write that must succeed, then nothing more. */
    void finish() {
        quiet = true;
    }

    /** Whether the last write was answered. */
    boolean isFinished() {
        return finished;
    }

    /** Goes away without a word, whatever is under way, and comes back elsewhere. */
    boolean hangUp() {
        SimConnection open = connection;
        if (open != null) {
            world.trace(-1, "client " + number + " hangs up");
            open.leave();
            disconnected();
            target = random.nextInt(hosts.size());
        }
        return open != null;
    }

    private void later(long delay) {
        world.planIn(delay, SimEvent.Kind.CLIENT, number, this::act);
    }

    private void act() {
        if (finished) {
            return;
        }
        SimConnection open = connection == null ? connect() : connection;
        if (open == null) {
            later(20 * MILLI + random.nextLong(80 * MILLI));
            return;
        }
        ClientOperation oldest = oldest();
        if (oldest != null && world.now() - oldest.invoked > PATIENCE) {
            world.trace(-1, "client " + number + " gives up on " + oldest);
            open.leave();
            disconnected();
            target = random.nextInt(hosts.size());
            later(5 * MILLI);
            return;
        }
        if (quiet) {
            if (outstanding.isEmpty()) {
                send(open, 1);
            }
            later(300 * MILLI);
            return;
        }
        if (outstanding.size() < MOST_OUTSTANDING && world.now() >= profile.silentUntil) {
            send(open, 1 + random.nextInt(profile.pipeline));
        }
        later(MILLI + random.exponential(profile.thinkNanos));
    }

    private @Nullable ClientOperation oldest() {
        for (ClientOperation operation : outstanding) {
            if (operation != SETTING) {
                return operation;
            }
        }
        return null;
    }

    private @Nullable SimConnection connect() {
        SimProcess process = hosts.get(target).process();
        if (process == null || !process.isAlive()) {
            target = random.nextInt(hosts.size());
            return null;
        }
        connectionNumber = workload.newConnection();
        SimConnection opened = new SimConnection(
                world, process, this, connectionNumber, world.random("connection " + connectionNumber));
        opened.connect();
        connection = opened;
        return opened;
    }

    private void send(SimConnection open, int count) {
        List<Command> commands = new ArrayList<>();
        long first = 0;
        if (!quiet && random.chance(profile.ownReads)) {
            Reading next = Reading.draw(random, workload.shown());
            reading = next;
            outstanding.add(SETTING);
            commands.add(next.command());
        }
        for (int i = 0; i < count; i++) {
            ClientOperation operation =
                    quiet ? workload.nextWrite(connectionNumber) : workload.next(connectionNumber, reading);
            if (i == 0) {
                first = operation.id;
            }
            if (quiet) {
                finalOperation = operation.id;
            }
            outstanding.add(operation);
            commands.add(SimMachine.command(operation.kind, operation.key, operation.id, workload.ballast()));
            if (world.isTraced()) {
                world.trace(-1, "client " + number + " sends to n" + (target + 1) + " " + operation);
            }
        }
        open.send(commands, first);
    }

    @Override
    public void replied(SimConnection from, List<SimReply> replies) {
        if (from != connection) {
            return;
        }
        String redirect = null;
        boolean refused = false;
        for (SimReply reply : replies) {
            ClientOperation operation = outstanding.poll();
            if (operation == null) {
                world.violated("answers", "client " + number + " gets a reply too many: " + reply);
                return;
            }
            if (operation == SETTING) {
                if (!"OK".equals(reply.text())) {
                    world.violated("answers", "how to read is answered " + reply);
                }
                continue;
            }
            workload.answered(operation, reply);
            if (world.isTraced()) {
                world.trace(-1, "client " + number + " learns " + operation + text(reply));
            }
            if (operation.outcome == Outcome.DONE && operation.id == finalOperation) {
                finished = true;
            }
            if (operation.outcome == Outcome.REFUSED) {
                refused = true;
                redirect = reply.text() != null && reply.text().startsWith("TRY ")
                        ? reply.text().substring(4)
                        : redirect;
            }
        }
        if (refused && outstanding.isEmpty()) {
            from.leave();
            disconnected();
            target = redirect == null ? random.nextInt(hosts.size()) : host(redirect);
        }
    }

    private static String text(SimReply reply) {
        return reply.text() == null ? "" : " '" + reply.text() + "'";
    }

    private int host(String address) {
        for (SimHost host : hosts) {
            if (host.wasAt(address)) {
                return host.number();
            }
        }
        world.violated("answers", "a client is sent to " + address + ", where nobody is");
        return 0;
    }

    @Override
    public void closed(SimConnection from) {
        if (from == connection) {
            disconnected();
            target = random.nextInt(hosts.size());
        }
    }

    private void disconnected() {
        connection = null;
        reading = null;
        for (ClientOperation operation : outstanding) {
            if (operation != SETTING) {
                operation.outcome = Outcome.UNKNOWN;
            }
        }
        outstanding.clear();
    }
}
