package dev.huck.raft.core.node;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.api.spi.LogStore;
import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;

/** A store of which the test may spoil what it overrides. */
abstract class Spoiled implements LogStore {
    private final LogStore sound;

    Spoiled(LogStore sound) {
        this.sound = sound;
    }

    @Override
    public LogPosition base() {
        return sound.base();
    }

    @Override
    public LogPosition last() {
        return sound.last();
    }

    @Override
    public void append(List<LogEntry> entries) throws IOException {
        sound.append(entries);
    }

    @Override
    public void truncateSuffix(long from) throws IOException {
        sound.truncateSuffix(from);
    }

    @Override
    public void truncatePrefix(long through) throws IOException {
        sound.truncatePrefix(through);
    }

    @Override
    public void reset(LogPosition base) throws IOException {
        sound.reset(base);
    }

    @Override
    public void sync() throws IOException {
        sound.sync();
    }

    @Override
    public long read(long from, Predicate<LogEntry> sink) throws IOException {
        return sound.read(from, sink);
    }

    @Override
    public long sizeInBytes() {
        return sound.sizeInBytes();
    }

    @Override
    public void shrink() throws IOException {
        sound.shrink();
    }

    @Override
    public void close() throws IOException {
        sound.close();
    }
}
