package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Command;
import dev.huck.raft.testkit.check.ClientOperation;
import dev.huck.raft.testkit.check.ClientOperation.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A client that repeats: it writes in a session, loses a good part of the replies, and sends whatever it has no answer to
 * again, at any node, until it has one or is told that its session has gone. It never waits for an old attempt to end, so
 * attempts of the same command pass each other.
 */
final class SimSessionClient implements SimConnection.Peer {
    private static final long MILLI = 1_000_000L;
    private static final long PATIENCE = 1_500 * MILLI;

    private final SimWorld world;
    private final List<SimHost> hosts;
    private final Workload workload;
    private final Profile profile;
    private final SimRandom random;
    private final int number;

    /** Numbered and without an answer; the head is the first unanswered. */
    private final Deque<ClientOperation> unanswered = new ArrayDeque<>();
    /** Answered behind one that is not. */
    private final Set<ClientOperation> answered = new HashSet<>();
    /** Of which an attempt may have been executed. */
    private final Set<ClientOperation> doubtful = new HashSet<>();
    /** What the replies on this connection are to; null for the opening of a session. */
    private final Deque<Sent> sent = new ArrayDeque<>();

    private List<ClientOperation> numbered = new ArrayList<>();
    private long session;
    private long headNumber = 1;
    private int order;
    private @Nullable SimConnection connection;
    private int target;
    private boolean retry;
    private boolean quiet;
    private boolean finished;
    private @Nullable ClientOperation last;

    private record Sent(@Nullable ClientOperation operation, long at) {}

    SimSessionClient(SimWorld world, List<SimHost> hosts, Workload workload, Profile profile, int number) {
        this.world = world;
        this.hosts = hosts;
        this.workload = workload;
        this.profile = profile;
        this.number = number;
        this.random = world.random("session client " + number);
        this.target = random.nextInt(hosts.size());
    }

    void start() {
        later(random.nextLong(200 * MILLI));
    }

    /** From now on no reply is lost, and after one last write that must succeed there is nothing more. */
    void finish() {
        quiet = true;
    }

    /** Whether the last write was answered. */
    boolean isFinished() {
        return finished;
    }

    private void later(long delay) {
        world.planIn(delay, SimEvent.Kind.CLIENT, 1_000 + number, this::act);
    }

    private void act() {
        if (finished) {
            return;
        }
        Sent oldest = sent.peek();
        if (connection != null && oldest != null && world.now() - oldest.at > PATIENCE) {
            leave();
        }
        SimConnection open = connection;
        if (open == null) {
            open = connect();
            if (open == null) {
                later(20 * MILLI + random.nextLong(80 * MILLI));
                return;
            }
            // Whatever has no answer goes first, in order.
            retry = true;
        }
        if (session == 0) {
            if (sent.isEmpty()) {
                sent.add(new Sent(null, world.now()));
                open.send(List.of(Command.of("raft", "session", "open")), 0);
            }
        } else if (quiet || world.now() >= profile.silentUntil) {
            send(open);
        }
        later(MILLI + random.exponential(quiet ? 100 * MILLI : profile.thinkNanos));
    }

    private void send(SimConnection open) {
        List<Command> commands = new ArrayList<>();
        if (retry) {
            retry = false;
            long at = headNumber;
            for (ClientOperation operation : unanswered) {
                if (!answered.contains(operation)) {
                    commands.add(tagged(operation, at));
                }
                at++;
            }
        }
        int more = quiet ? (unanswered.isEmpty() ? 1 : 0) : 1 + random.nextInt(profile.pipeline);
        while (more-- > 0 && unanswered.size() < profile.sessions.window()) {
            ClientOperation operation = workload.nextWriteOfAnyKind(order, random);
            last = quiet ? operation : last;
            numbered.add(operation);
            unanswered.add(operation);
            commands.add(tagged(operation, headNumber + unanswered.size() - 1));
        }
        if (!commands.isEmpty()) {
            open.send(commands, headNumber);
        }
    }

    private Command tagged(ClientOperation operation, long at) {
        sent.add(new Sent(operation, world.now()));
        if (world.isTraced()) {
            world.trace(
                    -1,
                    "session client " + number + " sends to n" + (target + 1) + " number " + at + " of " + session
                            + " (first unanswered " + headNumber + "): " + operation);
        }
        Command write = SimMachine.command(operation.kind, operation.key, operation.id, 0);
        return Command.of(
                "raft", "session", "do", session, at, headNumber, write.name(), write.string(0), write.string(1));
    }

    private @Nullable SimConnection connect() {
        SimProcess process = hosts.get(target).process();
        if (process == null || !process.isAlive()) {
            target = random.nextInt(hosts.size());
            return null;
        }
        int connectionNumber = workload.newConnection();
        SimConnection opened = new SimConnection(
                world, process, this, connectionNumber, world.random("connection " + connectionNumber));
        opened.connect();
        connection = opened;
        return opened;
    }

    private void leave() {
        SimConnection open = connection;
        if (open != null) {
            open.leave();
        }
        disconnected();
    }

    private void disconnected() {
        connection = null;
        for (Sent each : sent) {
            if (each.operation != null) {
                doubtful.add(each.operation);
            }
        }
        sent.clear();
        target = random.nextInt(hosts.size());
    }

    @Override
    public void closed(SimConnection from) {
        if (from == connection) {
            disconnected();
        }
    }

    @Override
    public void replied(SimConnection from, List<SimReply> replies) {
        if (from != connection) {
            return;
        }
        if (!quiet && random.chance(profile.sessions.lost())) {
            world.trace(-1, "session client " + number + " loses " + replies.size() + " replies");
            leave();
            return;
        }
        boolean again = false;
        for (SimReply reply : replies) {
            Sent to = sent.poll();
            if (to == null) {
                world.violated("answers", "session client " + number + " gets a reply too many: " + reply);
                return;
            }
            if (to.operation == null) {
                again |= !opened(reply);
            } else if (!answer(to.operation, reply)) {
                again = true;
                if (session == 0) {
                    break;
                }
            }
        }
        if (again) {
            leave();
        }
    }

    private boolean opened(SimReply reply) {
        String text = String.valueOf(reply.text());
        if (reply.isError()) {
            return false;
        }
        session = Long.parseLong(text);
        order = workload.newConnection();
        headNumber = 1;
        numbered = new ArrayList<>();
        workload.session(numbered);
        return true;
    }

    /** Takes an answer to one attempt; false if another is to be made. */
    private boolean answer(ClientOperation operation, SimReply reply) {
        if (world.isTraced()) {
            world.trace(-1, "session client " + number + " learns of #" + operation.id + " " + reply.text());
        }
        if (reply.bytes() != null) {
            workload.answered(operation, reply);
            finished = operation == last;
            answered.add(operation);
            while (!unanswered.isEmpty() && answered.remove(unanswered.peek())) {
                unanswered.remove();
                headNumber++;
            }
            return true;
        }
        String text = String.valueOf(reply.text());
        String code = text.substring(0, Math.max(0, text.indexOf(' ')));
        switch (code) {
            case "TRY", "CLUSTERDOWN", "BUSY", "GAP" -> {}
            case "UNKNOWN", "MACHINE" -> doubtful.add(operation);
            case "NOSESSION" -> gone();
            default -> world.violated("answers", operation + " is answered '" + text + "'");
        }
        return false;
    }

    /** Nothing of this session will be executed any more; what was by an attempt without an answer, nobody can tell. */
    private void gone() {
        for (ClientOperation operation : unanswered) {
            if (!answered.contains(operation)) {
                operation.outcome = doubtful.contains(operation) ? Outcome.UNKNOWN : Outcome.REFUSED;
            }
        }
        unanswered.clear();
        doubtful.clear();
        answered.clear();
        session = 0;
    }
}
