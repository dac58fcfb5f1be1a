package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Entries;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeSet;

/**
 * A machine's log on disk, whichever process has it open: the entries, and how to undo each change that was not synced
 * yet. A power cut undoes some of the last ones, so that what is left is the state after some prefix of the changes.
 */
final class SimLog {
    /** Told of changes that matter to invariants. */
    interface Observer {
        /** Tells nobody. */
        Observer NONE = new Observer() {
            @Override
            public void appended(LogPosition previous, LogEntry entry) {}

            @Override
            public void dropped(LogEntry entry) {}
        };

        /** An entry was appended behind another. */
        void appended(LogPosition previous, LogEntry entry);

        /** An entry was dropped from the end, or by a reset to a base below it. */
        void dropped(LogEntry entry);
    }

    private final List<LogEntry> entries = new ArrayList<>();
    private final Deque<Runnable> unsynced = new ArrayDeque<>();
    /** Entries whose records no longer match their checksums. */
    private final TreeSet<Long> rotten = new TreeSet<>();

    private Observer observer = Observer.NONE;
    private LogPosition base = LogPosition.START;
    private long syncedLast;
    private long acknowledged;
    private long bytes;
    /** A sync has failed: those after it say that all is well, and change nothing, until what was lost is written anew. */
    private boolean doomed;
    /** Less is there than was synced once, and whoever opens it can tell. */
    private boolean cutOff;
    /** The damage was met by a read. */
    private boolean found;

    /** Since a write or a sync failed: what lies behind may go when another process has it open. */
    private long trusted = Long.MAX_VALUE;

    private boolean opened;

    /** The same entries on another disk. */
    SimLog copy() {
        SimLog copy = new SimLog();
        copy.entries.addAll(entries);
        copy.base = base;
        copy.bytes = bytes;
        copy.trusted = trusted; // As the node file says, which is copied too.
        copy.sync();
        return copy;
    }

    /** The record of an entry that is here for good is damaged; says whether there is one. */
    boolean rot(SimRandom random) {
        long durable = durableLast() - base.index();
        if (durable <= 0) {
            return false;
        }
        rotten.add(base.index() + 1 + random.nextLong(durable));
        return true;
    }

    /** What is here for good becomes shorter than it was; says whether there is anything. */
    boolean cutOff() {
        cutOff |= durableLast() > base.index();
        return cutOff;
    }

    boolean isCutOff() {
        return cutOff;
    }

    /** Whether a read of this entry meets damage. */
    boolean isRotten(long index) {
        found |= rotten.contains(index);
        return rotten.contains(index);
    }

    /** Whether something that should be here can't be read, known or not. */
    boolean isDamaged() {
        Long first = rotten.higher(base.index());
        return cutOff || (first != null && first <= last().index());
    }

    /** Whether its node has met the damage, and it is still there. */
    boolean isFoundDamaged() {
        return found && isDamaged();
    }

    void observer(Observer watcher) {
        this.observer = watcher;
    }

    LogPosition base() {
        return base;
    }

    LogPosition last() {
        return entries.isEmpty() ? base : position(entries.get(entries.size() - 1));
    }

    int size() {
        return entries.size();
    }

    long bytes() {
        return bytes;
    }

    /** An entry above the base and not beyond the end. */
    LogEntry get(long index) {
        return entries.get((int) (index - base.index() - 1));
    }

    /** Whether this entry is here, or a base at or behind it. */
    boolean holds(long index, long term) {
        if (index <= base.index()) {
            return index < base.index() || base.term() == term;
        }
        return index <= last().index() && get(index).term() == term;
    }

    /** The newest configuration up to an index; 0 if there is none behind the base. */
    long configurationAtMost(long index) {
        long at = Math.min(index, last().index());
        while (at > base.index() && Entries.type(get(at).payload()) != Entries.CONFIGURATION) {
            at--;
        }
        return at > base.index() ? at : 0;
    }

    /** Its node has promised to keep what is here up to an index. */
    void acknowledge(long index) {
        acknowledged = Math.max(acknowledged, index);
    }

    /** What is here and promised. */
    List<LogPosition> acknowledged() {
        return entries.stream()
                .map(SimLog::position)
                .filter(at -> at.index() <= acknowledged)
                .toList();
    }

    /** Whether a power cut now would leave this entry here, or a base at or behind it. */
    boolean holdsDurably(long index, long term) {
        if (index <= base.index()) {
            return index < base.index() || base.term() == term;
        }
        return index <= durableLast() && get(index).term() == term;
    }

    /** The last entry that a power cut now would leave as it is. */
    long durableLast() {
        return Math.max(base.index(), Math.min(syncedLast, last().index()));
    }

    void append(LogEntry entry) {
        if (opened) {
            trusted = Long.MAX_VALUE; // Whatever was to go has gone by now.
        }
        observer.appended(last(), entry);
        entries.add(entry);
        bytes += entry.cost();
        unsynced.addLast(this::dropLast);
    }

    private void dropLast() {
        bytes -= entries.remove(entries.size() - 1).cost();
    }

    void truncateSuffix(long from) {
        int keep = (int) (from - base.index() - 1);
        List<LogEntry> tail = entries.subList(keep, entries.size());
        List<LogEntry> gone = List.copyOf(tail);
        tail.clear();
        long synced = syncedLast;
        long before = trusted;
        syncedLast = Math.min(syncedLast, from - 1);
        rotten.tailSet(from).clear();
        acknowledged = Math.min(acknowledged, from - 1);
        gone.forEach(this::leave);
        gone.stream().filter(entry -> !opened || entry.index() <= trusted).forEach(observer::dropped);
        redo();
        unsynced.addLast(() -> {
            gone.forEach(this::comeBack);
            entries.addAll(gone);
            syncedLast = synced;
            trusted = Math.min(trusted, before); // The node file still says so.
        });
    }

    void truncatePrefix(long through) {
        LogPosition before = base;
        List<LogEntry> head = entries.subList(0, (int) (through - base.index()));
        List<LogEntry> gone = List.copyOf(head);
        base = position(gone.get(gone.size() - 1));
        head.clear();
        gone.forEach(this::leave);
        unsynced.addLast(() -> {
            gone.forEach(this::comeBack);
            entries.addAll(0, gone);
            base = before;
        });
    }

    void reset(LogPosition newBase) {
        LogPosition before = base;
        long synced = syncedLast;
        long trustedBefore = trusted;
        List<LogEntry> gone = List.copyOf(entries);
        entries.clear();
        bytes = 0;
        rotten.clear();
        base = newBase;
        syncedLast = newBase.index();
        redo();
        for (LogEntry entry : gone) {
            if (entry.index() > newBase.index()) {
                observer.dropped(entry);
            }
        }
        unsynced.addLast(() -> {
            entries.addAll(gone);
            gone.forEach(this::comeBack);
            base = before;
            syncedLast = synced;
            trusted = Math.min(trusted, trustedBefore);
        });
    }

    void sync() {
        if (!doomed) {
            unsynced.clear();
            syncedLast = last().index();
        }
    }

    void failSync() {
        doomed = true;
        failWrite();
    }

    void failWrite() {
        trusted = Math.min(trusted, syncedLast);
        opened = false;
    }

    /** By another process: a store that opens writes the last truncation, compaction or reset anew, and no entries. */
    void open() {
        opened = true;
        redo();
    }

    /** Whether a write or a sync has failed, and what that may have taken is still here. */
    boolean mayLose() {
        return trusted < Long.MAX_VALUE;
    }

    /** All entries that were lost are gone. */
    private void redo() {
        if (opened && last().index() <= syncedLast) {
            doomed = false;
        }
        if (opened && last().index() <= trusted) {
            trusted = Long.MAX_VALUE;
        }
    }

    /** Loses a random number of the last unsynced changes; says whether any went. */
    boolean powerCut(SimRandom random) {
        int lost = unsynced.isEmpty() ? 0 : doomed ? unsynced.size() : random.nextInt(unsynced.size() + 1);
        doomed = false;
        for (int i = 0; i < lost; i++) {
            unsynced.removeLast().run();
        }
        sync();
        return lost > 0;
    }

    private void leave(LogEntry entry) {
        bytes -= entry.cost();
    }

    private void comeBack(LogEntry entry) {
        bytes += entry.cost();
    }

    private static LogPosition position(LogEntry entry) {
        return new LogPosition(entry.index(), entry.term());
    }
}
