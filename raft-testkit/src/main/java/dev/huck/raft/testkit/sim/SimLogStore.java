package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.spi.CorruptLogException;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.api.spi.LogStore;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** A {@link SimLog} as one process has it open. Dies with the process, also in the middle of an append. */
final class SimLogStore implements LogStore {
    private final SimLog log;
    private final IoGate gate;
    private final IoCost cost;
    private final Consumer<List<LogPosition>> forgets;

    SimLogStore(SimLog log, IoGate gate, IoCost cost) {
        this(log, gate, cost, acknowledged -> {});
    }

    /**
     * Opens it.
     *
     * @param forgets told what had been acknowledged, once something of it was dropped because a write had failed
     */
    SimLogStore(SimLog log, IoGate gate, IoCost cost, Consumer<List<LogPosition>> forgets) {
        this.forgets = forgets;
        this.log = log;
        this.gate = gate;
        this.cost = cost;
        log.open();
    }

    @Override
    public LogPosition base() {
        return log.base();
    }

    @Override
    public LogPosition last() {
        return log.last();
    }

    @Override
    public void append(List<LogEntry> entries) throws IOException {
        log.last().checkFollowedBy(entries);
        cost.spend(false);
        boolean cut = gate.enter();
        IOException trouble = cut ? null : cost.changeFails();
        int count = cut || trouble != null ? entries.size() / 2 : entries.size();
        for (int i = 0; i < count; i++) {
            log.append(entries.get(i));
        }
        if (cut) {
            throw gate.crash();
        }
        if (trouble != null) {
            log.failWrite();
            throw trouble;
        }
        gate.leave();
    }

    @Override
    public void truncateSuffix(long from) throws IOException {
        check(from > log.base().index(), "entry " + from + " is not above the base " + log.base());
        begin(false);
        if (from <= log.last().index()) {
            List<LogPosition> before = log.mayLose() ? log.acknowledged() : List.of();
            log.truncateSuffix(from);
            forgets.accept(before);
        }
        gate.leave();
    }

    @Override
    public void truncatePrefix(long through) throws IOException {
        check(through <= log.last().index(), "entry " + through + " is beyond the end " + log.last());
        begin(false);
        if (through > log.base().index()) {
            log.truncatePrefix(through);
        }
        gate.leave();
    }

    @Override
    public void reset(LogPosition base) throws IOException {
        begin(false);
        log.reset(base);
        gate.leave();
    }

    @Override
    public void sync() throws IOException {
        begin(true);
        IOException trouble = cost.syncFails(IoGate.Device.LOG);
        if (trouble != null) {
            log.failSync();
            throw trouble;
        }
        log.sync();
        gate.leave();
    }

    @Override
    public long read(long from, Predicate<LogEntry> sink) throws CorruptLogException {
        if (gate.enter()) {
            throw gate.crash();
        }
        long count = 0;
        if (from > log.base().index()) {
            for (long index = from; index <= log.last().index(); index++) {
                if (log.isRotten(index)) {
                    throw new CorruptLogException("log: entry " + index + ": checksum", index);
                }
                count++;
                if (!sink.test(log.get(index))) {
                    break;
                }
            }
        }
        gate.leave();
        return count;
    }

    @Override
    public long sizeInBytes() {
        return log.bytes();
    }

    @Override
    public void shrink() {}

    @Override
    public void close() {}

    /** All but an append are atomic: in the middle of one is before it. */
    private void begin(boolean force) throws IOException {
        cost.spend(force);
        if (force) {
            gate.enterForce(IoGate.Device.LOG);
            return;
        }
        if (gate.enter()) {
            throw gate.crash();
        }
        IOException trouble = cost.changeFails();
        if (trouble != null) {
            log.failWrite();
            throw trouble;
        }
    }

    private static void check(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
