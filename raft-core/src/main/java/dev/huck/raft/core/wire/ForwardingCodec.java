package dev.huck.raft.core.wire;

import dev.huck.raft.api.Command;
import dev.huck.raft.core.consensus.Forwarding;
import dev.huck.raft.core.consensus.Forwarding.Answer;
import dev.huck.raft.core.consensus.Forwarding.Answers;
import dev.huck.raft.core.consensus.Forwarding.Closed;
import dev.huck.raft.core.consensus.Forwarding.Commands;
import dev.huck.raft.core.consensus.Forwarding.Item;
import dev.huck.raft.core.consensus.Forwarding.Open;
import dev.huck.raft.core.consensus.Forwarding.Opened;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The part of a frame of {@link Forwarding}, behind the byte for the type. */
final class ForwardingCodec {
    static final byte OPEN = 20;
    static final byte OPENED = 21;
    static final byte COMMANDS = 22;
    static final byte ANSWERS = 23;
    static final byte CLOSED = 24;

    /** An item without its command's bytes, an answer without its reply's. */
    private static final int ITEM_HEADER = 8 + 1 + 8 + 4;

    private static final int ANSWER_HEADER = 8 + 8 + 4;

    private ForwardingCodec() {}

    static void write(FrameWriter out, Forwarding message) {
        if (message instanceof Open m) {
            head(out, OPEN, m);
            out.i64(m.term());
            out.i64(m.nonce());
        } else if (message instanceof Opened m) {
            head(out, OPENED, m);
            out.i64(m.nonce());
            out.i64(m.link());
        } else if (message instanceof Commands m) {
            head(out, COMMANDS, m);
            out.i64(m.link());
            out.i64(m.place());
            out.i32(m.items().size());
            for (Item item : m.items()) {
                out.i64(item.connection());
                out.i8(item.consistency());
                out.i64(item.minIndex());
                ByteBuffer command = ByteBuffer.allocate(item.command().encodedLength());
                item.command().encode(command);
                out.bytes(command.array());
            }
        } else if (message instanceof Answers m) {
            head(out, ANSWERS, m);
            out.i64(m.link());
            out.i32(m.answers().size());
            for (Answer answer : m.answers()) {
                out.i64(answer.place());
                out.i64(answer.index());
                out.bytes(answer.reply());
            }
        } else if (message instanceof Closed m) {
            head(out, CLOSED, m);
            out.i64(m.link());
            out.i64(m.taken());
        }
    }

    private static void head(FrameWriter out, byte type, Forwarding message) {
        out.i8(type);
        out.i64(message.from());
        out.i64(message.to());
    }

    static boolean knows(byte type) {
        return type >= OPEN && type <= CLOSED;
    }

    static Forwarding read(byte type, FrameReader in) throws FrameException {
        long from = in.i64();
        long to = in.i64();
        return switch (type) {
            case OPEN -> new Open(from, to, in.i64(), in.i64());
            case OPENED -> new Opened(from, to, in.i64(), in.i64());
            case COMMANDS -> new Commands(from, to, in.i64(), in.i64(), items(in));
            case ANSWERS -> new Answers(from, to, in.i64(), answers(in));
            case CLOSED -> new Closed(from, to, in.i64(), in.i64());
            default -> throw new FrameException("message type " + type + " unknown");
        };
    }

    private static List<Item> items(FrameReader in) throws FrameException {
        int count = count(in, ITEM_HEADER);
        List<Item> items = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long connection = in.i64();
            byte consistency = in.i8();
            long minIndex = in.i64();
            if (consistency < -1 || consistency > 2 || minIndex < 0) {
                throw new FrameException("nonsense: a read at consistency " + consistency + " from index " + minIndex);
            }
            items.add(new Item(connection, consistency, minIndex, command(in.bytes())));
        }
        return items;
    }

    private static Command command(byte[] bytes) throws FrameException {
        try {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            Command command = Command.decode(in);
            if (in.hasRemaining()) {
                throw new FrameException("nonsense: " + in.remaining() + " bytes behind a command");
            }
            return command;
        } catch (RuntimeException e) {
            throw new FrameException("nonsense: a command that can't be read: " + e.getMessage());
        }
    }

    private static List<Answer> answers(FrameReader in) throws FrameException {
        int count = count(in, ANSWER_HEADER);
        List<Answer> answers = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            answers.add(new Answer(in.i64(), in.i64(), in.bytes()));
        }
        return answers;
    }

    private static int count(FrameReader in, int least) throws FrameException {
        int count = in.i32();
        if (count < 1 || count > in.remaining() / least) {
            throw new FrameException("nonsense: " + count + " parts in " + in.remaining() + " bytes");
        }
        return count;
    }
}
