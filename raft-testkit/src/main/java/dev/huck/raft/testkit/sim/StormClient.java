package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Command;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Sends somebody's commands, goes where it is sent, and wants nothing but an answer in the end. */
final class StormClient implements SimConnection.Peer {
    /** Told what became of commands; a command that was refused is not mentioned. */
    interface History {
        /** Nobody wants to know. */
        History NONE = new History() {
            @Override
            public void answered(Command command, long called, long returned, String answer) {}

            @Override
            public void unanswered(Command command, long called) {}
        };

        void answered(Command command, long called, long returned, String answer);

        /** It may have taken effect, or may yet. */
        void unanswered(Command command, long called);
    }

    private record Pending(Command command, long called) {}

    private static final long MILLI = 1_000_000L;
    private static final long PATIENCE = 3_000 * MILLI;

    private final SimWorld world;
    private final List<SimHost> hosts;
    private final Profile profile;
    private final Function<? super RandomGenerator, Command> commands;
    private final SimRandom random;
    private final SimRandom content;
    private final int number;
    private final History history;
    private @Nullable SimConnection connection;
    private int connections;
    private int target;
    private final Deque<Pending> outstanding = new ArrayDeque<>();
    private long since;
    private boolean quiet;
    private boolean finished;
    private int done;

    StormClient(
            SimWorld world,
            List<SimHost> hosts,
            Profile profile,
            Function<? super RandomGenerator, Command> commands,
            int number,
            History history) {
        this.history = history;
        this.world = world;
        this.hosts = hosts;
        this.profile = profile;
        this.commands = commands;
        this.number = number;
        this.random = world.random("client " + number);
        this.content = world.random("commands of client " + number);
        this.target = random.nextInt(hosts.size());
    }

    void start() {
        later(random.nextLong(200 * MILLI));
    }

    void finish() {
        quiet = true;
    }

    boolean isFinished() {
        return finished;
    }

    int done() {
        return done;
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
        if (!outstanding.isEmpty() && world.now() - since > PATIENCE) {
            hangUp();
            later(5 * MILLI);
            return;
        }
        boolean silent = !quiet && world.now() < profile.silentUntil;
        if (!silent && (outstanding.isEmpty() || (!quiet && outstanding.size() < 24))) {
            send(open, quiet ? 1 : 1 + random.nextInt(profile.pipeline));
        }
        later(quiet ? 300 * MILLI : MILLI + random.exponential(profile.thinkNanos));
    }

    private @Nullable SimConnection connect() {
        SimProcess process = hosts.get(target).process();
        if (process == null || !process.isAlive()) {
            target = random.nextInt(hosts.size());
            return null;
        }
        int unique = number * 100_000 + ++connections;
        SimConnection opened = new SimConnection(world, process, this, unique, world.random("connection " + unique));
        opened.connect();
        connection = opened;
        return opened;
    }

    private void send(SimConnection open, int count) {
        List<Command> batch = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Command command = commands.apply(content);
            batch.add(command);
            outstanding.add(new Pending(command, world.now()));
            tell("sends to n" + (target + 1), command, "");
        }
        since = world.now();
        open.send(batch, done);
    }

    boolean hangUp() {
        SimConnection open = connection;
        if (open != null) {
            open.leave();
            disconnected();
        }
        return open != null;
    }

    @Override
    public void replied(SimConnection from, List<SimReply> replies) {
        if (from != connection) {
            return;
        }
        since = world.now();
        boolean refused = false;
        String leader = "";
        for (SimReply reply : replies) {
            Pending asked = outstanding.poll();
            if (asked == null) {
                world.violated("answers", "client " + number + " gets a reply too many: " + reply);
                return;
            }
            String text = reply.text() == null ? "" : reply.text();
            tell("learns of", asked.command, " '" + text + "'");
            if (reply.isError() && text.matches("(TRY|CLUSTERDOWN|BUSY|LOADING) .*")) {
                refused = true;
                leader = text.startsWith("TRY ") ? text.substring(4) : leader;
            } else if (reply.isError() && text.matches("(MACHINE|UNKNOWN) .*")) {
                history.unanswered(asked.command, asked.called);
                refused = true;
            } else {
                history.answered(asked.command, asked.called, world.now(), text);
                done++;
                finished |= quiet;
            }
        }
        if (refused && outstanding.isEmpty()) {
            hangUp();
            if (!leader.isEmpty()) {
                follow(leader);
            }
        }
    }

    /** Goes where it is sent, rather than anywhere. */
    private void follow(String address) {
        for (SimHost host : hosts) {
            if (host.wasAt(address)) {
                target = host.number();
            }
        }
    }

    @Override
    public void closed(SimConnection from) {
        if (from == connection) {
            disconnected();
        }
    }

    private void tell(String what, Command command, String more) {
        if (world.isTraced()) {
            StringBuilder text = new StringBuilder("client " + number + " " + what + " " + command.name());
            for (int i = 0; i < command.count(); i++) {
                text.append(' ').append(command.string(i));
            }
            world.trace(-1, text + more);
        }
    }

    /** What was not answered yet may have taken effect, and what comes later is not heard. */
    void disconnected() {
        connection = null;
        outstanding.forEach(lost -> history.unanswered(lost.command, lost.called));
        outstanding.clear();
        target = random.nextInt(hosts.size());
    }
}
