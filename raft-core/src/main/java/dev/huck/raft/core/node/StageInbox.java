package dev.huck.raft.core.node;

import dev.huck.raft.core.env.Stage;
import java.util.ArrayList;
import java.util.List;

/**
 * What is handed to a stage, batch by batch: however much comes in while the stage works, it is woken once for it, and
 * what belongs at the end of a batch is done once.
 */
final class StageInbox {
    private final Stage stage;
    private final Runnable afterBatch;
    private final Object lock = new Object();
    private List<Runnable> waiting = new ArrayList<>();
    private List<Runnable> spare = new ArrayList<>();

    StageInbox(Stage stage, Runnable afterBatch) {
        this.stage = stage;
        this.afterBatch = afterBatch;
    }

    /** Hands a task over. Any thread. */
    void add(Runnable task) {
        boolean wake;
        synchronized (lock) {
            wake = waiting.isEmpty();
            waiting.add(task);
        }
        if (wake) {
            stage.execute(this::runBatch);
        }
    }

    private void runBatch() {
        List<Runnable> batch;
        synchronized (lock) {
            batch = waiting;
            waiting = spare;
        }
        for (Runnable task : batch) {
            task.run();
        }
        afterBatch.run();
        batch.clear();
        spare = batch;
    }
}
