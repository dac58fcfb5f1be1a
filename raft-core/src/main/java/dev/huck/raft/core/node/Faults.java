package dev.huck.raft.core.node;

import dev.huck.raft.api.CommandException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What application code threw, put into the log once and into words for the client. */
final class Faults {
    private static final Logger LOG = LoggerFactory.getLogger(Faults.class);
    /** Stack traces written in full; a client that finds a fault can repeat it a million times. */
    private static final long IN_FULL = 100;

    private static final AtomicLong SEEN = new AtomicLong();

    private Faults() {}

    /** The error of a command whose routing pass failed. */
    static String inRouting(Object what, Throwable thrown) {
        log("the routing pass of " + what, thrown);
        return "ERR internal error before the command was taken on (see the log of the node)";
    }

    /** The error of a command that ran but whose reply failed. */
    static String inReply(Object what, Throwable thrown) {
        if (thrown instanceof CommandException e) {
            return message(e);
        }
        log("the reply to " + what, thrown);
        return "ERR internal error in the reply (see the log of the node)";
    }

    /** The error of a read. */
    static String inRead(Object what, Throwable thrown) {
        if (thrown instanceof CommandException e) {
            return message(e);
        }
        log("the read " + what, thrown);
        return "ERR internal error in the read (see the log of the node)";
    }

    /** The result of a write: one fixed text, the same on every node, whatever the exception says. */
    static String inWrite(Object what, long index, Throwable thrown) {
        log("the mutation of " + what + " at index " + index, thrown);
        return "ERR internal error at index " + index + " (see the log of the node)";
    }

    /** A command's failure in its own words. */
    static String message(CommandException e) {
        String message = e.getMessage();
        return message == null || message.isEmpty() ? "ERR failed" : message;
    }

    private static void log(String what, Throwable thrown) {
        long seen = SEEN.incrementAndGet();
        if (seen <= IN_FULL || seen % 1_000 == 0) {
            LOG.error("{} failed (fault {} of application code in this process)", what, seen, thrown);
        }
    }
}
