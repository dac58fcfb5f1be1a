package dev.huck.raft.core.node;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.Query;
import dev.huck.raft.api.ReadContext;
import dev.huck.raft.api.ReadHandler;
import dev.huck.raft.api.Responder;
import dev.huck.raft.api.spi.ReplySink;

/** Runs reads. Whatever one throws costs its client an error and nothing else, as a read changes nothing. */
final class Reads {
    private Reads() {}

    static void run(Operation read, ReadContext context, ReplyGuard guard, ReplySink sink) {
        Command command = read.command;
        Object what = command == null ? "a read" : command;
        guard.begin(sink);
        try {
            Query<Object> query = read.query;
            Responder<Object> responder = read.responder;
            ReadHandler reader = read.reader;
            if (query != null && responder != null) {
                responder.respond(guard, query.apply(context));
            } else if (reader != null && command != null) {
                reader.run(context, command, guard);
            }
        } catch (Throwable e) {
            guard.replace(Faults.inRead(what, e));
        }
        guard.end(what);
    }
}
