package dev.huck.raft.core.node;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.Machine;
import dev.huck.raft.api.Query;
import dev.huck.raft.api.ReadHandler;
import dev.huck.raft.api.Responder;
import dev.huck.raft.api.spi.ReplySink;

/** Runs reads. Whatever one throws costs its client an error and nothing else, as a read changes nothing. */
final class Reads {
    private final RecordingApplier applier = new RecordingApplier();

    /**
     * Runs a read and writes its reply.
     *
     * @param read the read
     * @param state the machine as it is now
     * @param guard writes to the sink
     * @param sink takes the reply
     */
    void run(Operation read, MachineState state, ReplyGuard guard, ReplySink sink) {
        Command command = read.command;
        if (command == null) {
            throw new AssertionError("a read without a command");
        }
        guard.begin(sink);
        try {
            if (read.epoch != state.epoch()) {
                // Its functions belong to an instance that was thrown away, and would read from that.
                routeAnew(read, command, state.machine());
            }
            Query<Object> query = read.query;
            Responder<Object> responder = read.responder;
            ReadHandler reader = read.reader;
            Command argument = read.argument;
            if (query != null && responder != null) {
                responder.respond(guard, query.apply(state.readContext()));
            } else if (reader != null && argument != null) {
                reader.run(state.readContext(), argument, guard);
            }
        } catch (Throwable e) {
            guard.replace(Faults.inRead(command, e));
        }
        guard.end(command);
    }

    private void routeAnew(Operation read, Command command, Machine machine) {
        applier.reset();
        machine.command(applier, command);
        if (applier.call() != RecordingApplier.Call.READ) {
            throw new IllegalStateException("routed once as READ, then as " + applier.call());
        }
        read.route(applier);
    }
}
