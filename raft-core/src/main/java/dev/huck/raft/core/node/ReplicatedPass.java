package dev.huck.raft.core.node;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.CommandException;
import dev.huck.raft.api.Machine;
import dev.huck.raft.api.Mutation;
import dev.huck.raft.api.Responder;
import dev.huck.raft.api.WriteContext;
import dev.huck.raft.api.WriteHandler;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs committed commands, and decides what an exception means: a result that is the same on every node, or a state that
 * can't be trusted. Nothing here may depend on whether a client is there.
 */
final class ReplicatedPass {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedPass.class);

    private final RecordingApplier applier = new RecordingApplier();

    /**
     * Runs one command and writes its reply.
     *
     * @param machine the machine
     * @param command from the entry's own bytes
     * @param context where it stands
     * @param routed the responder of the routing pass; null where there was none
     * @param reply begun; may lead nowhere
     * @throws MachineFault when the state is suspect
     */
    void run(
            Machine machine,
            Command command,
            WriteContext context,
            @Nullable Responder<Object> routed,
            ReplyGuard reply)
            throws MachineFault {
        applier.reset();
        Object result;
        try {
            machine.command(applier, command);
            WriteHandler writer = applier.writer();
            Command argument = applier.command();
            if (writer != null && argument != null) {
                writer.run(context, argument, reply);
                return;
            }
            Mutation<Object> mutation = applier.mutation();
            if (mutation == null) {
                reply.replace(noWrite(command, context.index()));
                return;
            }
            result = mutation.apply(context);
            reply.settle(result);
        } catch (CommandException e) {
            reply.replace(Faults.message(e));
            return;
        } catch (UncheckedIOException e) {
            throw new MachineFault(e);
        } catch (RuntimeException e) {
            reply.replace(Faults.inWrite(command, context.index(), e));
            return;
        } catch (Throwable e) {
            // Errors and I/O: what went wrong is outside of the state, so the next node need not meet it.
            throw new MachineFault(e);
        }
        Responder<Object> responder = routed == null ? applier.responder() : routed;
        if (responder == null || !reply.isHeard()) {
            return;
        }
        try {
            responder.respond(reply, result);
        } catch (Throwable e) {
            if (routed == null && e instanceof VirtualMachineError) {
                // This reply is kept for retries, by all nodes alike, and not all of them need be out of memory.
                throw new MachineFault(e);
            }
            reply.replace(Faults.inReply(command, e));
        }
    }

    private String noWrite(Command command, long index) {
        String instead = applier.call() == RecordingApplier.Call.NONE
                ? "none of its applier's methods"
                : "'" + applier.call().name().toLowerCase(java.util.Locale.ROOT) + "'";
        LOG.error(
                "the machine is not deterministic: it called 'write' when '{}' was routed, and {} when it was replicated"
                        + " at index {}",
                command.name(),
                instead,
                index);
        return "ERR the machine did not write for '" + printable(command.name()) + "' at index " + index
                + ": its replicated pass must call 'write' as its routing pass did";
    }

    private static String printable(String name) {
        return name.length() <= 64 ? name : name.substring(0, 64);
    }
}
