package dev.huck.raft.core.node;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.CommandException;
import dev.huck.raft.api.Reply;
import dev.huck.raft.core.consensus.CommandReader;
import dev.huck.raft.core.consensus.SessionBounds;
import dev.huck.raft.core.consensus.SessionTag;
import dev.huck.raft.core.session.SessionTable;
import dev.huck.raft.core.session.SessionTable.Refuse;
import dev.huck.raft.core.session.SessionTable.Repeat;
import dev.huck.raft.core.session.SessionTable.Run;
import dev.huck.raft.core.session.SessionTable.Verdict;

/**
 * Committed commands that are not, or not only, the machine's: those of client sessions. Here, where a command is
 * applied, is where it is told from its own retry: whoever proposed it may not know of the other. Machine stage only.
 */
final class EngineCommands {
    private final ReplicatedPass pass;
    private final ReplyBytes recorded = new ReplyBytes();
    private final ReplyGuard recording = new ReplyGuard(this::unrecordable);

    EngineCommands(ReplicatedPass pass) {
        this.pass = pass;
    }

    /**
     * Runs one command and writes its reply.
     *
     * @param call the command
     * @param state the machine and the sessions
     * @param context where it stands
     * @param reply begun; may lead nowhere
     * @throws MachineFault when the state is suspect
     */
    void run(CommandReader call, MachineState state, CommandContext context, ReplyGuard reply) throws MachineFault {
        SessionTag tag = call.tag();
        SessionBounds bounds = state.configuration().settings().sessions();
        if (tag != null) {
            inSession(tag, call.command(), state, bounds, context, reply);
            return;
        }
        try {
            session(call.command(), state.sessions(), bounds, context.nanos(), reply);
        } catch (CommandException e) {
            reply.error(Faults.message(e));
        }
    }

    private void inSession(
            SessionTag tag,
            Command command,
            MachineState state,
            SessionBounds bounds,
            CommandContext context,
            ReplyGuard reply)
            throws MachineFault {
        Verdict verdict = state.sessions().admit(tag, context.nanos(), bounds);
        if (verdict instanceof Run) {
            byte[] bytes = record(command, state, context);
            state.sessions().ran(tag, bytes, bounds);
            reply.settle(recording.resultHash());
            ReplyBytes.replay(bytes, reply);
        } else if (verdict instanceof Repeat repeat) {
            ReplyBytes.replay(repeat.reply(), reply);
        } else if (verdict instanceof Refuse refuse) {
            reply.error(refuse.error());
        }
    }

    /** The reply is made on every node, from the replicated pass alone, as any of them may be asked for it later. */
    private byte[] record(Command command, MachineState state, CommandContext context) throws MachineFault {
        recorded.rewind(0);
        recording.begin(recorded);
        try {
            pass.run(state.machine(), command, context, null, recording);
        } catch (MachineFault e) {
            recording.abandon();
            throw e;
        }
        recording.end(command);
        return recorded.take().get(0);
    }

    /** A call made no sense, on every node alike: there must be some reply, for every retry the same. */
    private void unrecordable() {
        recorded.rewind(0);
        recorded.error("ERR internal error in the reply (see the log of the node)");
    }

    private static void session(Command command, SessionTable sessions, SessionBounds bounds, long now, Reply reply) {
        if (SessionCommands.isOpen(command)) {
            reply.integer(sessions.open(now, bounds));
        } else if (SessionCommands.isClose(command)) {
            reply.integer(sessions.close(command.integer(2), now, bounds) ? 1 : 0);
        } else {
            throw SessionCommands.unknown(command);
        }
    }
}
