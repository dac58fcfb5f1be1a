package dev.huck.raft.core.node;

import dev.huck.raft.core.env.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * What waits for a stage. However many items arrive while it works, they wake it once and are handed over together: that
 * is where batching comes from.
 *
 * @param <T> the items
 */
final class Mailbox<T> {
    private final Stage stage;
    private final Consumer<List<T>> turn;
    private final ConcurrentLinkedQueue<T> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final int most;

    /**
     * A mailbox.
     *
     * @param stage runs the turns
     * @param most items a turn
     * @param turn takes the items of a turn
     */
    Mailbox(Stage stage, int most, Consumer<List<T>> turn) {
        this.stage = stage;
        this.most = most;
        this.turn = turn;
    }

    /** Any thread; never blocks. */
    void post(T item) {
        queue.add(item);
        if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
            stage.execute(this::run);
        }
    }

    private void run() {
        // Cleared first: what arrives from here on schedules a turn of its own.
        scheduled.set(false);
        List<T> items = new ArrayList<>();
        T item;
        while (items.size() < most && (item = queue.poll()) != null) {
            items.add(item);
        }
        if (!queue.isEmpty() && scheduled.compareAndSet(false, true)) {
            stage.execute(this::run);
        }
        if (!items.isEmpty()) {
            turn.accept(items);
        }
    }
}
