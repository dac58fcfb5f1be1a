package dev.huck.example.clone;

import dev.huck.raft.api.Applier;
import dev.huck.raft.api.Command;
import dev.huck.raft.api.CommandException;
import dev.huck.raft.api.Machine;
import dev.huck.raft.api.Mutation;
import dev.huck.raft.api.Query;
import dev.huck.raft.api.ReadHandler;
import dev.huck.raft.api.Reply;
import dev.huck.raft.api.Responder;
import dev.huck.raft.api.Result;
import dev.huck.raft.api.WriteContext;
import dev.huck.raft.api.WriteHandler;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * A machine without a cluster: runs a command as an engine does, first the routing pass, then, for a write, the
 * replicated pass from the command's bytes.
 */
final class DirectNode {
    private final Machine machine;
    private final List<byte[]> log = new ArrayList<>();

    DirectNode(Machine machine) {
        this.machine = machine;
    }

    /** The writes so far, as entries hold them. */
    List<byte[]> log() {
        return log;
    }

    Result send(String name, Object... arguments) {
        return send(Command.of(name, arguments));
    }

    Result send(Command command) {
        RecordedReply reply = new RecordedReply();
        Pass routing = new Pass(reply, false);
        try {
            machine.command(routing, command);
        } catch (CommandException e) {
            return new Result.Error(e.getMessage());
        }
        if (!routing.isWrite) {
            return reply.result();
        }
        ByteBuffer entry = ByteBuffer.allocate(command.encodedLength());
        command.encode(entry);
        log.add(entry.array());
        return apply(entry.array());
    }

    /** The replicated pass alone, as at a replay. */
    Result apply(byte[] entry) {
        RecordedReply reply = new RecordedReply();
        try {
            machine.command(new Pass(reply, true), Command.decode(ByteBuffer.wrap(entry)));
        } catch (CommandException e) {
            return new Result.Error(e.getMessage());
        }
        return reply.result();
    }

    /** What a snapshot taken now holds. */
    byte[] snapshot() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        machine.snapshot().writeTo(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    static DirectNode restored(byte[] snapshot) throws IOException {
        CloneMachine machine = new CloneMachine();
        machine.restore(new DataInputStream(new ByteArrayInputStream(snapshot)));
        return new DirectNode(machine);
    }

    private static final class Pass implements Applier, WriteContext {
        private final RecordedReply reply;
        private final boolean replicated;
        private boolean isWrite;

        Pass(RecordedReply reply, boolean replicated) {
            this.reply = reply;
            this.replicated = replicated;
        }

        @Override
        public <R> void write(Mutation<R> mutate, Responder<R> respond) {
            isWrite = true;
            if (replicated) {
                quietly(() -> respond.respond(reply, mutate.apply(this)));
            }
        }

        @Override
        public void write(WriteHandler handler, Command command) {
            isWrite = true;
            if (replicated) {
                quietly(() -> handler.run(this, command, reply));
            }
        }

        @Override
        public <R> void read(Query<R> query, Responder<R> respond) {
            mustNotBeReplicated();
            quietly(() -> respond.respond(reply, query.apply(this)));
        }

        @Override
        public void read(ReadHandler handler, Command command) {
            mustNotBeReplicated();
            quietly(() -> handler.run(this, command, reply));
        }

        @Override
        public void reply(Consumer<Reply> respond) {
            mustNotBeReplicated();
            respond.accept(reply);
        }

        private void mustNotBeReplicated() {
            if (replicated) {
                throw new AssertionError("an entry that does not write");
            }
        }

        private interface Body {
            void run() throws IOException;
        }

        private static void quietly(Body body) {
            try {
                body.run();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public long index() {
            return 1;
        }

        @Override
        public long nanos() {
            return 0;
        }

        @Override
        public long term() {
            return 1;
        }

        @Override
        public int ordinal() {
            return 0;
        }

        @Override
        public RandomGenerator random() {
            return new SplittableRandom(1);
        }
    }
}
