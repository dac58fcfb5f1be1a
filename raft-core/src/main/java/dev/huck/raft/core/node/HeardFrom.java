package dev.huck.raft.core.node;

import dev.huck.raft.core.consensus.Configuration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The addresses from which stores have spoken. Members' are kept, and those of some others, as they may be about to become
 * members; of more, whoever has been silent for longest is forgotten. Any thread.
 */
final class HeardFrom {
    /** Stores that are no members. */
    static final int OTHERS = 64;

    /** Who was heard last comes last. */
    private final Map<Long, String> addresses = new LinkedHashMap<>();

    private Configuration configuration = Configuration.EMPTY;

    synchronized void configuration(Configuration newest) {
        configuration = newest;
        forget();
    }

    synchronized void put(long store, String address) {
        boolean known = addresses.remove(store) != null;
        addresses.put(store, address);
        if (!known) {
            forget();
        }
    }

    synchronized @Nullable String get(long store) {
        return addresses.get(store);
    }

    private void forget() {
        if (addresses.size() <= OTHERS) {
            return;
        }
        long tooMany = addresses.keySet().stream().filter(this::isOther).count() - OTHERS;
        Iterator<Long> oldest = addresses.keySet().iterator();
        while (tooMany > 0) {
            if (isOther(oldest.next())) {
                oldest.remove();
                tooMany--;
            }
        }
    }

    private boolean isOther(long store) {
        return configuration.member(store) == null;
    }
}
