package dev.huck.raft.core.consensus;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Collects the effects of a turn. All that is to be written becomes one {@link Effect.Persist} at its end, and no message
 * leaves before the term (and vote) under which it is sent is durable: that rule stands here once, for every message.
 */
final class Outbox {
    private List<Effect> effects = new ArrayList<>();
    private List<LogEntry> entries = new ArrayList<>();
    private @Nullable HardState hardState;
    private @Nullable LogPosition reset;
    private long truncateFrom;
    private long compactThrough;
    private boolean mustSync;
    private long sequence;
    private long persisted;
    private long hardStateSequence;

    void add(Effect effect) {
        effects.add(effect);
    }

    void send(Message message) {
        effects.add(
                hardStateSequence > persisted
                        ? new Effect.SendAfter(hardStateSequence, message)
                        : new Effect.Send(message));
    }

    void hardState(long term, long vote) {
        hardState = new HardState(term, vote);
        hardStateSequence = sequence + 1;
    }

    /** Whether the newest term and vote are durable. */
    boolean hardStateIsDurable() {
        return persisted >= hardStateSequence;
    }

    void append(LogEntry entry, boolean sync) {
        entries.add(entry);
        mustSync |= sync;
    }

    /** Entries of this same turn vanish; earlier ones are dropped from the store. */
    void truncateSuffix(long from) {
        boolean stored = entries.isEmpty() || entries.get(0).index() > from;
        entries.removeIf(entry -> entry.index() >= from);
        if (stored) {
            truncateFrom = truncateFrom == 0 ? from : Math.min(truncateFrom, from);
        }
    }

    void reset(LogPosition base) {
        reset = base;
        truncateFrom = 0;
        compactThrough = 0;
        entries = new ArrayList<>();
        mustSync = true;
    }

    void compact(long through) {
        compactThrough = through;
    }

    void persisted(long upTo) {
        persisted = Math.max(persisted, upTo);
    }

    /** Ends the turn: the write, if there is one, stands first. */
    List<Effect> drain(RaftLog log, long now) {
        boolean changesLog = reset != null || truncateFrom != 0 || !entries.isEmpty();
        List<Effect> drained = effects;
        if (changesLog || hardState != null || compactThrough != 0) {
            sequence++;
            drained = new ArrayList<>(effects.size() + 1);
            drained.add(
                    new Effect.Persist(sequence, hardState, reset, truncateFrom, entries, compactThrough, mustSync));
            drained.addAll(effects);
            if (changesLog) {
                log.writing(sequence, now);
            }
            hardState = null;
            reset = null;
            truncateFrom = 0;
            compactThrough = 0;
            mustSync = false;
            entries = new ArrayList<>();
        }
        effects = new ArrayList<>();
        return drained;
    }
}
