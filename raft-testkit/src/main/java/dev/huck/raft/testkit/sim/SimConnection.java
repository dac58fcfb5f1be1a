package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.spi.ClientConnection;
import dev.huck.raft.api.spi.ReplySink;
import dev.huck.raft.api.spi.Session;
import dev.huck.raft.core.check.ConnectionView;
import dev.huck.raft.testkit.sim.SimEvent.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client's connection to one process: ordered both ways, cut when the process dies. */
final class SimConnection implements ClientConnection {
    /** The client's end. */
    interface Peer {
        void replied(SimConnection connection, List<SimReply> replies);

        void closed(SimConnection connection);
    }

    private final SimWorld world;
    private final SimProcess process;
    private final Peer client;
    private final int number;
    private final SimRandom random;
    private final Sink sink = new Sink();
    private final Deque<List<Command>> unread = new ArrayDeque<>();
    private List<SimReply> written = new ArrayList<>();
    private @Nullable Session session;
    private boolean open = true;
    private boolean reading = true;
    private long lastToClient;
    private long lastToServer;
    /** When the last of what went to the client left. */
    private long lastLeft;

    SimConnection(SimWorld world, SimProcess process, Peer client, int number, SimRandom random) {
        this.world = world;
        this.process = process;
        this.client = client;
        this.number = number;
        this.random = random;
    }

    /** Begins the handshake; the client may send at once. */
    void connect() {
        toServer(Kind.CONNECTION, 0, () -> {
            if (process.gateway() == null || !process.servesClients()) {
                close();
                return;
            }
            process.connections().add(this);
            session = process.gateway().connected(this);
        });
    }

    /** The client sends commands in one piece. */
    void send(List<Command> commands, long detail) {
        toServer(Kind.COMMANDS, detail, () -> {
            unread.add(commands);
            readAll();
        });
    }

    /** The client goes away. */
    void leave() {
        open = false;
        toServer(Kind.CONNECTION, 1, this::endSession);
    }

    /** The process has died: the client finds out, or, if its machine is gone too, does not. */
    void cut(boolean noticed) {
        if (noticed) {
            closeClient();
        }
        session = null;
    }

    /** Whether the node takes what the client sends. */
    boolean isRead() {
        return reading;
    }

    /** What the node holds for it; null while it has not been let in. */
    @Nullable
    ConnectionView held() {
        return session instanceof ConnectionView view ? view : null;
    }

    private void toServer(Kind kind, long detail, Runnable action) {
        lastToServer = Math.max(world.now() + delay(), lastToServer + 1);
        long about = ((long) number << 40) ^ detail;
        world.plan(lastToServer, kind, process.host().number(), about, process, () -> process.run("network", action));
    }

    private void readAll() {
        while (reading && session != null && !unread.isEmpty() && process.servesClients()) {
            for (Command command : unread.remove()) {
                session.submit(command);
            }
            session.flush();
        }
    }

    private void endSession() {
        Session ended = session;
        session = null;
        process.connections().remove(this);
        if (ended != null) {
            ended.closed();
        }
    }

    @Override
    public String remote() {
        return "client:" + number;
    }

    @Override
    public ReplySink replies() {
        return sink;
    }

    @Override
    public void flush() {
        if (written.isEmpty()) {
            return;
        }
        List<SimReply> replies = written;
        written = new ArrayList<>();
        toClient(Kind.REPLIES, replies.size(), () -> client.replied(this, replies));
    }

    private void toClient(Kind kind, long detail, Runnable action) {
        long left = leaves();
        lastToClient = Math.max(left + delay(), lastToClient + 1);
        long about = ((long) number << 40) ^ detail;
        world.plan(lastToClient, kind, -1, about, null, () -> {
            if (open && process.livedAt(left)) {
                action.run();
            }
        });
    }

    @Override
    public void setReading(boolean on) {
        reading = on;
        if (on && !unread.isEmpty()) {
            world.plan(
                    world.now(),
                    Kind.COMMANDS,
                    process.host().number(),
                    number,
                    process,
                    () -> process.run("network", this::readAll));
        }
    }

    @Override
    public void close() {
        flush();
        closeClient();
        process.connections().remove(this);
    }

    private void closeClient() {
        long left = process.isAlive() ? leaves() : 0;
        lastToClient = Math.max(world.now() + delay(), lastToClient + 1);
        world.plan(lastToClient, Kind.CONNECTION, -1, number, null, () -> {
            if (open && process.livedAt(left)) {
                open = false;
                client.closed(this);
            }
        });
    }

    /**
     * Nothing leaves before what was written before it. A task that takes long is run at its beginning, so what it has
     * written may leave at a time that is still to come, and never if the process dies before then; whatever another stage
     * writes behind it meanwhile has the same fate.
     */
    private long leaves() {
        lastLeft = Math.max(lastLeft, world.now());
        return lastLeft;
    }

    private long delay() {
        return 20_000 + random.exponential(200_000);
    }

    /** Collects replies until they are flushed; of an aggregate, no more than that it was one. */
    private final class Sink implements ReplySink {
        /** Elements that are still to come, of each aggregate that is open, the innermost last. */
        private final Deque<Integer> pending = new ArrayDeque<>();

        private void add(SimReply reply) {
            if (pending.isEmpty()) {
                written.add(reply);
            } else {
                ended();
            }
        }

        /** An element of the innermost aggregate is complete. */
        private void ended() {
            while (!pending.isEmpty()) {
                int left = pending.removeLast() - 1;
                if (left > 0) {
                    pending.addLast(left);
                    return;
                }
            }
            written.add(new SimReply("(aggregate)", false, null));
        }

        private void begin(int elements) {
            if (elements == 0) {
                add(new SimReply("(empty)", false, null));
            } else {
                pending.addLast(elements);
            }
        }

        @Override
        public int mark() {
            return written.size();
        }

        @Override
        public void rewind(int mark) {
            pending.clear();
            while (written.size() > mark) {
                written.remove(written.size() - 1);
            }
        }

        @Override
        public void simple(String text) {
            add(new SimReply(text, false, null));
        }

        @Override
        public void error(String message) {
            add(new SimReply(message, true, null));
        }

        @Override
        public void integer(long value) {
            simple(Long.toString(value));
        }

        @Override
        public void bulk(byte[] bytes, int offset, int length) {
            byte[] copy = new byte[length];
            System.arraycopy(bytes, offset, copy, 0, length);
            add(new SimReply(null, false, copy));
        }

        @Override
        public void nil() {
            add(new SimReply(null, false, null));
        }

        @Override
        public void nilArray() {
            nil();
        }

        @Override
        public void array(int size) {
            begin(size);
        }

        @Override
        public void map(int size) {
            begin(2 * size);
        }

        @Override
        public void set(int size) {
            begin(size);
        }

        @Override
        public void decimal(double value) {
            simple(Double.toString(value));
        }

        @Override
        public void bool(boolean value) {
            simple(Boolean.toString(value));
        }

        @Override
        public void verbatim(String text) {
            simple(text);
        }
    }
}
