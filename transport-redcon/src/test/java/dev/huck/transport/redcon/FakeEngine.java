package dev.huck.transport.redcon;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.CommandException;
import dev.huck.raft.api.spi.ClientConnection;
import dev.huck.raft.api.spi.Gateway;
import dev.huck.raft.api.spi.ReplySink;
import dev.huck.raft.api.spi.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/**
 * An engine that knows PING, ECHO and a few replies. Like the real one it works on batches on a thread of its own and
 * flushes once per batch; with {@code threaded} false it answers on the I/O thread. The names of its own commands, ZEROS
 * and TYPES, cannot be made of the bytes that {@link RedisDifferentialTest} makes noise of.
 */
final class FakeEngine implements Gateway, AutoCloseable {
    final BlockingQueue<byte[]> frames = new LinkedBlockingQueue<>();
    final List<String> executed = new CopyOnWriteArrayList<>();
    final List<Integer> batches = new CopyOnWriteArrayList<>();
    final List<FakeSession> sessions = new CopyOnWriteArrayList<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final boolean threaded;

    FakeEngine(boolean threaded) {
        this.threaded = threaded;
    }

    @Override
    public FakeSession connected(ClientConnection connection) {
        FakeSession session = new FakeSession(connection);
        sessions.add(session);
        return session;
    }

    @Override
    public void received(byte[] frame) {
        frames.add(frame);
    }

    @Override
    public void close() {
        thread.shutdown();
    }

    final class FakeSession implements Session {
        final ClientConnection connection;
        volatile boolean closed;
        private List<Consumer<ReplySink>> batch = new ArrayList<>();

        FakeSession(ClientConnection connection) {
            this.connection = connection;
        }

        @Override
        public void submit(Command command) {
            batch.add(reply -> answer(command, reply));
        }

        @Override
        public void reply(Consumer<ReplySink> respond) {
            batch.add(respond);
        }

        @Override
        public void flush() {
            List<Consumer<ReplySink>> taken = batch;
            batch = new ArrayList<>();
            batches.add(taken.size());
            if (threaded) {
                thread.execute(() -> run(taken));
            } else {
                run(taken);
            }
        }

        private void run(List<Consumer<ReplySink>> taken) {
            taken.forEach(respond -> respond.accept(connection.replies()));
            connection.flush();
        }

        @Override
        public void closed() {
            closed = true;
        }
    }

    /** A mistake is told at once: a reply that never came would be seen only as a time-out. */
    private void answer(Command command, ReplySink reply) {
        try {
            execute(command, reply);
        } catch (RuntimeException e) {
            reply.error("ERR the fake engine failed: " + e);
        }
    }

    private void execute(Command command, ReplySink reply) {
        executed.add(command.name());
        switch (command.name()) {
            case "ping" -> ping(command, reply);
            case "echo" -> {
                if (command.count() == 1) {
                    reply.bulk(command.bytes(0));
                } else {
                    arity(command, reply);
                }
            }
            case "zeros" -> reply.bulk(new byte[(int) command.integer(0)]);
            case "types" -> types(reply);
            default ->
                reply.error(String.valueOf(CommandException.unknown(command).getMessage()));
        }
    }

    private static void ping(Command command, ReplySink reply) {
        switch (command.count()) {
            case 0 -> reply.simple("PONG");
            case 1 -> reply.bulk(command.bytes(0));
            default -> arity(command, reply);
        }
    }

    private static void arity(Command command, ReplySink reply) {
        reply.error(
                String.valueOf(CommandException.wrongNumberOfArguments(command).getMessage()));
    }

    static void types(ReplySink reply) {
        reply.array(10);
        reply.simple("fine");
        reply.error("ERR no");
        reply.integer(-7);
        reply.text("text");
        reply.nil();
        reply.nilArray();
        reply.map(1);
        reply.text("k");
        reply.set(1);
        reply.integer(1);
        reply.decimal(2.5);
        reply.bool(true);
        reply.verbatim("hello");
    }
}
