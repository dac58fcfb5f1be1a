package dev.huck.transport.redcon;

import dev.huck.raft.api.Command;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a HTTP request from a command. A web page can make its reader's browser send one to a port on the reader's own
 * machine, with commands in its lines; so nothing of it may be executed.
 */
final class HttpGuard {
    private static final Logger log = LoggerFactory.getLogger(HttpGuard.class);
    private static final long LOG_EVERY = TimeUnit.MINUTES.toNanos(1);

    private final AtomicLong quietUntil = new AtomicLong(System.nanoTime());

    /** Whether the line that this command stood on begins a HTTP request, or is a header of one. */
    boolean isRequest(Command command) {
        return switch (command.name()) {
            case "post", "host:" -> true;
            case "get", "head", "put", "delete", "options", "patch", "trace", "connect", "pri" ->
                isRequestLine(command);
            default -> false;
        };
    }

    private static boolean isRequestLine(Command command) {
        return command.count() == 2
                && command.length(1) >= 6
                && command.string(1).startsWith("HTTP/");
    }

    /** Logs that a request was refused, at most once a minute. */
    void refused(String remote) {
        long now = System.nanoTime();
        long until = quietUntil.get();
        if (now - until >= 0 && quietUntil.compareAndSet(until, now + LOG_EVERY)) {
            log.warn(
                    "client {} has sent a HTTP request and was disconnected: is a web page misused for an attack?",
                    remote);
        }
    }
}
