package dev.huck.raft.core.node;

import dev.huck.raft.api.HuckException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** What callers in this process wait for, so that nobody waits for ever for a node that has ended. Any thread. */
final class OpenCalls {
    private final Set<CompletableFuture<?>> open = ConcurrentHashMap.newKeySet();
    private volatile boolean ended;

    /** A call has begun. */
    @SuppressWarnings({"FutureReturnValueIgnored", "CollectionUndefinedEquality"
    }) // nothing follows; each is itself only
    void add(CompletableFuture<?> call) {
        open.add(call);
        call.whenComplete((result, problem) -> open.remove(call));
        // Whoever ends them now sees this one, or is seen here.
        if (ended) {
            end(call);
        }
    }

    /** The node has ended: what has no answer by now gets none, and may have taken effect. */
    void end() {
        ended = true;
        open.forEach(OpenCalls::end);
    }

    private static void end(CompletableFuture<?> call) {
        call.completeExceptionally(new HuckException.OutcomeUnknown(
                "UNKNOWN the node has stopped before it could say how that ended; look before repeating it"));
    }
}
