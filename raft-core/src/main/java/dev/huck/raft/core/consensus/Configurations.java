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

    /**
     * Whether a store may be needed to elect a leader: it votes, or it did until an entry that is not known to be committed
     * (dissertation §4.2.2). It alone may have that entry, and then those that are left can elect nobody without it.
     */
    boolean mayCampaign(long storeId, long commit) {
        Configuration current = current();
        if (current.isVoter(storeId)) {
            return true;
        }
        // The one before the last is committed: else the last would not have been proposed.
        return current.index() > commit
                && history.size() > 1
                && history.get(history.size() - 2).isVoter(storeId);
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
