package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Applier;
import dev.huck.raft.api.Command;
import dev.huck.raft.api.CommandException;
import dev.huck.raft.api.Machine;
import dev.huck.raft.api.ReadContext;
import dev.huck.raft.api.Reply;
import dev.huck.raft.api.Snapshot;
import dev.huck.raft.api.VersionRange;
import dev.huck.raft.api.WriteContext;
import dev.huck.raft.testkit.check.AppliedHistory;
import dev.huck.raft.testkit.check.ClientOperation.Kind;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;

/**
 * A few numbers under keys, and a hash over every command ever applied. Replies say where in the log they were computed:
 * 8 bytes position, 8 bytes value. Half of the commands use the free form, half the plain path.
 *
 * <p>A bit of it may turn. Beside what it holds it then knows what it should hold, so that whoever judges can tell what a
 * memory that fails has done from what the node has done: a reply that is wrong for that reason alone has a position below 0.
 */
final class SimMachine implements Machine {
    /** Keys there are. */
    static final int KEYS = 6;

    private static final int BALLAST = 40;
    private static final byte[] NOTHING = {};

    /** Begins a snapshot of a state that a turned bit has changed. */
    static final long WRONG = 0xBAD_B17_5EED_0F_BAD5L;

    /** Thrown by a command that always fails, without a stack: there are many. */
    @SuppressWarnings("serial")
    private static final class Broken extends RuntimeException {
        Broken(long id) {
            super("command " + id + " always fails", null, false, false);
        }
    }

    private final AppliedHistory history;
    private final MachineTrouble trouble;
    private final long[] values = new long[KEYS];
    /** What the values would be if no bit had turned. */
    private final long[] truth = new long[KEYS];
    /** Whether the result of a command was another one than on all other nodes. */
    private boolean isWrong;

    private final int newest;
    private int applied;
    private long position;
    private long hash;

    /**
     * An empty machine.
     *
     * @param history told of everything that this instance does
     * @param trouble asked in the middle of every change
     * @param newest version of its commands
     */
    SimMachine(AppliedHistory history, MachineTrouble trouble, int newest) {
        this.newest = newest;
        this.history = history;
        this.trouble = trouble;
    }

    /**
     * A command.
     *
     * @param kind what it does
     * @param key to which value
     * @param id unique
     * @param ballast bytes of no meaning at the end of a write
     * @return the command
     */
    static Command command(Kind kind, int key, long id, int ballast) {
        if (ballast > 0 && kind != Kind.GET) {
            return Command.of(kind.name().toLowerCase(Locale.ROOT), key, id, new byte[ballast]);
        }
        return switch (kind) {
            case GET -> Command.of("get", key);
            case SET -> Command.of("set", key, id);
            case INCR -> Command.of("incr", key, id);
            case APPEND -> Command.of("append", key, id);
            case DENY -> Command.of("deny", key, id);
            case BREAK -> Command.of("break", key, id);
        };
    }

    int applied() {
        return applied;
    }

    long hash() {
        return hash;
    }

    /** Whether a command's result was another one than on all other nodes, so that they can tell. */
    boolean isWrong() {
        return isWrong;
    }

    /** Whether it holds something else than it should, or has. */
    boolean isTouched() {
        return isWrong || !Arrays.equals(values, truth);
    }

    @Override
    public VersionRange versions() {
        return new VersionRange(1, newest);
    }

    @Override
    public void command(Applier applier, Command command) {
        switch (command.name()) {
            case "get" -> applier.read(this::get, command);
            case "set" -> applier.write(context -> change(Kind.SET, context, command), Reply::bulk);
            case "incr" -> applier.write(this::incr, command);
            case "append" -> applier.write(this::append, command);
            case "deny" -> applier.write(this::deny, command);
            case "break" -> applier.write(this::breakDown, command);
            default -> throw CommandException.unknown(command);
        }
    }

    private void get(ReadContext context, Command command, Reply reply) {
        reply.bulk(shown(key(command), 0, false));
    }

    private void incr(WriteContext context, Command command, Reply reply) {
        reply.bulk(change(Kind.INCR, context, command));
    }

    private void append(WriteContext context, Command command, Reply reply) {
        reply.bulk(change(Kind.APPEND, context, command));
    }

    /** Its result is an error, the same everywhere. */
    private void deny(WriteContext context, Command command, Reply reply) {
        change(Kind.DENY, context, command);
        throw new CommandException("DENIED always");
    }

    /** Changes something and fails, the same everywhere; what is changed stays changed. */
    private void breakDown(WriteContext context, Command command, Reply reply) {
        change(Kind.BREAK, context, command);
        throw new Broken(command.integer(1));
    }

    private byte[] change(Kind kind, WriteContext context, Command command) {
        int key = key(command);
        long id = command.integer(1);
        values[key] = kind.apply(values[key], id);
        truth[key] = kind.apply(truth[key], id);
        trouble.halfDone();
        position = AppliedHistory.position(context.index(), context.ordinal());
        long bit = 1L << (position & 63);
        boolean isShown = kind != Kind.DENY && kind != Kind.BREAK;
        MachineTrouble.Flip flip = isShown ? trouble.flip(position) : MachineTrouble.Flip.NONE;
        switch (flip) {
            case VALUE -> values[key] ^= bit;
            case ELSEWHERE -> values[(key + 1) % KEYS] ^= bit;
            case RESULT, NONE -> {}
        }
        if (context.version() > newest) {
            throw new IllegalStateException(
                    "version " + context.version() + " is in use, and this machine knows " + newest);
        }
        // Time, randomness and the version in use are replicated too.
        hash = SimRandom.mix(hash
                + SimRandom.mix(position ^ truth[key])
                + context.nanos()
                + context.version()
                + context.random().nextLong());
        history.applied(applied++, position, id, hash);
        return isShown ? shown(key, flip == MachineTrouble.Flip.RESULT ? bit : 0, true) : NOTHING;
    }

    private byte[] shown(int key, long turned, boolean isWrite) {
        long value = values[key] ^ turned;
        boolean right = value == truth[key];
        if (!right) {
            isWrong |= isWrite;
            trouble.wrong(this, position, isWrite);
        }
        // As long as the right one: what sessions keep is counted in bytes.
        return ByteBuffer.allocate(16)
                .putLong(right ? position : -position)
                .putLong(value)
                .array();
    }

    private static int key(Command command) {
        return (int) command.integer(0);
    }

    @Override
    public Snapshot snapshot() {
        long[] captured = values.clone();
        long[] should = truth.clone();
        long mark = isTouched() ? WRONG : 0;
        boolean wrong = isWrong;
        int count = applied;
        long at = position;
        long over = hash;
        Snapshot snapshot = out -> {
            out.writeLong(mark);
            out.writeBoolean(wrong);
            write(out, captured, count, at, over);
            for (long value : should) {
                out.writeLong(value);
            }
        };
        return count % 4 == 0 ? Snapshot.blocking(snapshot) : snapshot;
    }

    private static void write(DataOutput out, long[] captured, int count, long at, long over) throws IOException {
        out.writeInt(count);
        out.writeLong(at);
        out.writeLong(over);
        for (long value : captured) {
            out.writeLong(value);
        }
        for (int i = 0; i < BALLAST; i++) {
            out.writeLong(SimRandom.mix(over + i));
        }
    }

    @Override
    public void restore(DataInput in) throws IOException {
        boolean wasTouched = in.readLong() == WRONG;
        isWrong = in.readBoolean();
        applied = in.readInt();
        position = in.readLong();
        hash = in.readLong();
        for (int i = 0; i < values.length; i++) {
            values[i] = in.readLong();
        }
        for (int i = 0; i < BALLAST; i++) {
            if (in.readLong() != SimRandom.mix(hash + i)) {
                throw new IOException("the snapshot is damaged");
            }
        }
        for (int i = 0; i < truth.length; i++) {
            truth[i] = in.readLong();
        }
        if (wasTouched != isTouched()) {
            throw new IOException("the snapshot is damaged");
        }
        history.restored(applied, hash);
    }
}
