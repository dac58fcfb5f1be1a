package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Applier;
import dev.huck.raft.api.Command;
import dev.huck.raft.api.CommandTable;
import dev.huck.raft.api.Machine;
import dev.huck.raft.api.Mutation;
import dev.huck.raft.api.Query;
import dev.huck.raft.api.ReadHandler;
import dev.huck.raft.api.Reply;
import dev.huck.raft.api.Responder;
import dev.huck.raft.api.Snapshot;
import dev.huck.raft.api.WriteContext;
import dev.huck.raft.api.WriteHandler;
import dev.huck.raft.testkit.check.AppliedHistory;
import dev.huck.raft.testkit.check.ReplicaAgreement;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Somebody's machine, with an eye on every result and, now and then, on the state. */
final class WatchedMachine implements Machine {
    private final String who;
    private final Machine machine;
    private final Supplier<? extends Machine> fresh;
    private final ReplicaAgreement agreement;
    private final MachineTrouble trouble;
    private final int stateEvery;
    private long position;

    /**
     * A machine.
     *
     * @param who its node
     * @param fresh makes one, and others to see whether a snapshot holds all of it
     * @param stateEvery behind one in so many commands the state is looked at; 0 for never
     */
    WatchedMachine(
            String who,
            Supplier<? extends Machine> fresh,
            ReplicaAgreement agreement,
            MachineTrouble trouble,
            int stateEvery) {
        this.who = who;
        this.machine = fresh.get();
        this.fresh = fresh;
        this.agreement = agreement;
        this.trouble = trouble;
        this.stateEvery = stateEvery;
    }

    /** The last command that it has seen. */
    long position() {
        return position;
    }

    @Override
    public void command(Applier applier, Command command) {
        machine.command(new Watching(applier, command), command);
    }

    private void applied(WriteContext context, Command command, String result) {
        position = AppliedHistory.position(context.index(), context.ordinal());
        agreement.applied(who, position, text(command), result);
        // The same commands on every node, so that there is something to compare.
        if (stateEvery > 0 && Math.floorMod(SimRandom.mix(position), (long) stateEvery) == 0) {
            compareState();
        }
    }

    private static String text(Command command) {
        StringBuilder text = new StringBuilder(command.name());
        for (int i = 0; i < command.count(); i++) {
            text.append(' ').append(command.string(i));
        }
        return text.toString();
    }

    /** Compares the state with those of other nodes at the same place, and with a copy made by restoring it. */
    void compareState() {
        byte @Nullable [] state = state(machine);
        if (state == null) {
            return;
        }
        agreement.state(who, position, state);
        Machine copy = fresh.get();
        try {
            copy.restore(new DataInputStream(new ByteArrayInputStream(state)));
        } catch (IOException e) {
            throw new IllegalStateException("the machine can't restore its own snapshot", e);
        }
        byte @Nullable [] again = state(copy);
        if (again != null) {
            agreement.state("a copy restored from its snapshot", position, again);
        }
    }

    private static byte @Nullable [] state(Machine of) {
        Snapshot snapshot = of.snapshot();
        if (snapshot.isDisabled()) {
            return null;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            snapshot.writeTo(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new IllegalStateException("the machine can't write its snapshot", e);
        } finally {
            snapshot.discard();
        }
        return bytes.toByteArray();
    }

    /** The last command that a snapshot covers travels in front of it. */
    @Override
    public Snapshot snapshot() {
        Snapshot inner = machine.snapshot();
        if (inner.isDisabled()) {
            return inner;
        }
        long at = position;
        Snapshot outer = new Snapshot() {
            @Override
            public void writeTo(java.io.DataOutput out) throws IOException {
                out.writeLong(at);
                inner.writeTo(out);
            }

            @Override
            public void discard() {
                inner.discard();
            }
        };
        return inner.isBlocking() ? Snapshot.blocking(outer) : outer;
    }

    @Override
    public void restore(DataInput in) throws IOException {
        position = in.readLong();
        machine.restore(in);
    }

    @Override
    public CommandTable commands() {
        return machine.commands();
    }

    @Override
    public Map<String, Map<String, String>> info() {
        return machine.info();
    }

    /** What the machine asks for, with the writes watched. */
    private final class Watching implements Applier {
        private final Applier applier;
        private final Command command;

        Watching(Applier applier, Command command) {
            this.applier = applier;
            this.command = command;
        }

        @Override
        public <R> void write(Mutation<R> mutate, Responder<R> respond) {
            applier.<R>write(
                    context -> {
                        trouble.halfDone();
                        try {
                            R result = mutate.apply(context);
                            ReplyText text = new ReplyText();
                            respond.respond(text, result);
                            applied(context, command, text.toString());
                            return result;
                        } catch (RuntimeException e) {
                            applied(context, command, "the exception " + e);
                            throw e;
                        }
                    },
                    respond);
        }

        @Override
        public void write(WriteHandler handler, Command argument) {
            applier.write(
                    (context, which, reply) -> {
                        trouble.halfDone();
                        ReplyText text = new ReplyText();
                        try {
                            handler.run(context, which, new BothReplies(reply, text));
                            applied(context, which, text.toString());
                        } catch (RuntimeException e) {
                            applied(context, which, "the exception " + e);
                            throw e;
                        }
                    },
                    argument);
        }

        @Override
        public <R> void read(Query<R> query, Responder<R> respond) {
            applier.read(query, respond);
        }

        @Override
        public void read(ReadHandler handler, Command argument) {
            applier.read(handler, argument);
        }

        @Override
        public void reply(Consumer<Reply> respond) {
            applier.reply(respond);
        }
    }
}
