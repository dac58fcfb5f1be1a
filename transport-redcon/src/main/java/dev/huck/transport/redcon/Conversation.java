package dev.huck.transport.redcon;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.spi.ReplySink;
import dev.huck.raft.api.spi.Session;
import java.util.function.Consumer;

/**
 * One client's commands in their order: each goes to the transport's own answers or to the engine. Event loop only.
 */
final class Conversation {
    private final RespConnection connection;
    private final Session session;
    private final TransportCommands commands;

    private boolean taken;
    private boolean ended;
    private boolean repliesOff;
    private boolean skipNext;

    Conversation(RespConnection connection, Session session, TransportCommands commands) {
        this.connection = connection;
        this.session = session;
        this.commands = commands;
    }

    RespConnection connection() {
        return connection;
    }

    ClientInfo info() {
        return connection.info();
    }

    /** Takes a command; none after the {@linkplain #end end}. */
    void take(Command command) {
        boolean skipped = skipNext;
        skipNext = false;
        if (skipped) {
            mute(true);
        }
        info().command(command.name());
        taken = true;
        if (!commands.answer(this, command)) {
            session.submit(command);
        }
        if (skipped && !repliesOff) {
            mute(false);
        }
    }

    /** Answers the command at hand. */
    void reply(Consumer<ReplySink> respond) {
        taken = true;
        session.reply(respond);
    }

    /** Answers the command at hand with an error. */
    void error(String message) {
        reply(sink -> sink.error(message));
    }

    /** Changes how replies are written, from the command at hand on. */
    void change(Consumer<ReplyBuffer> change) {
        reply(sink -> change.accept(connection.buffer()));
    }

    /** Ends with a last reply, after all earlier ones; what the client has sent after this is thrown away. */
    void end(Consumer<ReplySink> last) {
        ended = true;
        connection.stop();
        reply(sink -> {
            last.accept(sink);
            connection.finish();
        });
    }

    /** Ends without another word and without waiting for replies. */
    void abort() {
        ended = true;
        connection.closeAtOnce();
    }

    boolean ended() {
        return ended;
    }

    /** {@code CLIENT REPLY OFF}. */
    void repliesOff() {
        repliesOff = true;
        mute(true);
    }

    /** {@code CLIENT REPLY ON}: the first that is answered again, even if it was to be skipped. */
    void repliesOn() {
        repliesOff = false;
        mute(false);
        reply(ReplySink::ok);
    }

    /** {@code CLIENT REPLY SKIP}: neither this nor the next command is answered. */
    void skipNext() {
        skipNext = !repliesOff;
    }

    /** As it was in the beginning. */
    void reset() {
        info().name("");
        info().protocol(2);
        repliesOff = false;
        skipNext = false;
        reply(sink -> {
            connection.buffer().mute(false);
            connection.buffer().resp3(false);
            sink.simple("RESET");
        });
    }

    private void mute(boolean value) {
        change(buffer -> buffer.mute(value));
    }

    /** Ends a batch. */
    void flush() {
        if (taken) {
            taken = false;
            session.flush();
        }
    }

    /** The client is gone. */
    void closed() {
        ended = true;
        session.closed();
    }
}
