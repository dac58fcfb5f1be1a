package dev.huck.raft.core.consensus;

import java.util.ArrayList;
import java.util.List;

/** The configurations that the log holds, and the one before them: in force on append, rolled back on truncation. */
final class Configurations {
    private final List<Configuration> history = new ArrayList<>();

    Configurations(Configuration first) {
        history.add(first);
    }

    Configuration current() {
        return history.get(history.size() - 1);
    }

    void append(Configuration configuration) {
        history.add(configuration);
    }

    void truncateSuffix(long from) {
        while (history.size() > 1 && current().index() >= from) {
            history.remove(history.size() - 1);
        }
    }

    void truncatePrefix(long through) {
        while (history.size() > 1 && history.get(1).index() <= through) {
            history.remove(0);
        }
    }

    void reset(Configuration configuration) {
        history.clear();
        history.add(configuration);
    }
}
