package dev.huck.raft.core.node;

import dev.huck.raft.api.NodeEvent;
import dev.huck.raft.api.NodeListener;
import dev.huck.raft.core.env.Stage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands events to whoever listens, on a stage of its own that exists only if somebody does. Never blocks; any thread. */
final class Events {
    /** As {@link NodeListener} says. */
    static final int MOST_WAITING = 1_024;

    private static final Logger LOG = LoggerFactory.getLogger("dev.huck.raft");

    private final Metrics metrics;
    private final @Nullable NodeListener listener;
    private final @Nullable Stage stage;
    private final AtomicInteger waiting = new AtomicInteger();

    /**
     * A stream.
     *
     * @param stages makes the listener's stage, if there is a listener
     * @param listener null for nobody
     * @param metrics counts what had to be dropped
     */
    Events(Function<String, Stage> stages, @Nullable NodeListener listener, Metrics metrics) {
        this.metrics = metrics;
        this.listener = listener;
        this.stage = listener == null ? null : stages.apply("events");
    }

    void tell(NodeEvent event) {
        if (stage == null || listener == null) {
            return;
        }
        if (waiting.incrementAndGet() > MOST_WAITING) {
            waiting.decrementAndGet();
            metrics.add("events_dropped", 1);
            return;
        }
        stage.execute(() -> {
            waiting.decrementAndGet();
            try {
                listener.happened(event);
            } catch (Throwable e) {
                LOG.error("the node's listener failed at {}", event, e);
            }
        });
    }

    /** What was told still arrives. */
    void close() {
        if (stage != null) {
            stage.execute(stage::close);
        }
    }
}
