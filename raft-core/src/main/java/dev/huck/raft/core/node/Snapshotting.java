package dev.huck.raft.core.node;

import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Effect;
import dev.huck.raft.core.consensus.Event;
import dev.huck.raft.core.env.Environment;
import dev.huck.raft.core.env.Stage;
import dev.huck.raft.core.storage.SnapshotFiles;
import dev.huck.raft.core.storage.SnapshotFiles.SnapshotInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The loop's side of snapshots: one capture at a time, and pieces of files for peers and from them. */
final class Snapshotting {
    private static final Logger LOG = LoggerFactory.getLogger("dev.huck.raft");
    private static final long RETRY_NANOS = 1_000_000_000L;
    private static final long SMALLEST_CHUNK = 4 << 10;
    private static final long CHUNKS_A_SECOND = 4;

    private final SnapshotFiles files;
    private final Stage filesStage;
    private final int chunkBytes;
    private final MachineRunner machine;
    private final Consumer<Event> events;
    private final Consumer<Runnable> loop;
    private final List<CompletableFuture<Long>> wanted = new ArrayList<>();
    private final Environment environment;
    /** Files stage only. */
    private final Throttle throttle;

    private boolean capturing;

    Snapshotting(
            Environment environment,
            long bytesPerSecond,
            SnapshotFiles files,
            Stage filesStage,
            int chunkBytes,
            MachineRunner machine,
            Consumer<Event> events,
            Consumer<Runnable> loop) {
        this.environment = environment;
        this.throttle = new Throttle(bytesPerSecond);
        this.files = files;
        this.filesStage = filesStage;
        // Nobody is to be taken for stuck because a piece waits for its turn.
        this.chunkBytes = bytesPerSecond == 0
                ? chunkBytes
                : (int) Math.min(chunkBytes, Math.max(SMALLEST_CHUNK, bytesPerSecond / CHUNKS_A_SECOND));
        this.machine = machine;
        this.events = events;
        this.loop = loop;
    }

    /** Loop stage. */
    void capture() {
        if (!capturing) {
            capturing = true;
            machine.capture();
        }
    }

    /** Somebody wants one. Loop stage. */
    void request(LogPosition newest, CompletableFuture<Long> future) {
        if (!capturing && machine.appliedIndex() <= newest.index()) {
            future.completeExceptionally(new HuckException.Rejected("ERR Nothing new to snapshot"));
        } else {
            wanted.add(future);
            capture();
        }
    }

    /** Loop stage. */
    void saved(LogPosition position) {
        capturing = false;
        wanted.forEach(future -> future.complete(position.index()));
        wanted.clear();
    }

    /** Loop stage. */
    void abandoned(String reason) {
        capturing = false;
        wanted.forEach(future -> future.completeExceptionally(new HuckException.Rejected("ERR " + reason)));
        wanted.clear();
    }

    void read(Effect.ReadChunk read) {
        filesStage.execute(() -> readNow(read));
    }

    /** As if there were none. */
    void refuse(Effect.ReadChunk read) {
        events.accept(nothing(read));
    }

    private void readNow(Effect.ReadChunk read) {
        try {
            SnapshotFiles.Chunk chunk = files.read(read.position(), read.offset(), chunkBytes);
            if (chunk == null) {
                events.accept(nothing(read));
                return;
            }
            Event.ChunkRead event = new Event.ChunkRead(
                    read.peer(),
                    read.session(),
                    chunk.info().position(),
                    chunk.info().length(),
                    chunk.offset(),
                    chunk.bytes());
            long wait = throttle.take(environment.nanoTime(), chunk.bytes().length);
            if (wait == 0) {
                events.accept(event);
            } else {
                filesStage.schedule(wait, () -> events.accept(event));
            }
        } catch (IOException e) {
            // The damaged one is set aside; the core asks again after a while, and then finds a fresh one.
            LOG.warn("a snapshot can't be read for a peer, another is taken: {}", e.getMessage());
            loop.accept(this::capture);
            events.accept(nothing(read));
        }
    }

    private static Event.ChunkRead nothing(Effect.ReadChunk read) {
        return new Event.ChunkRead(read.peer(), read.session(), read.position(), 0, read.offset(), new byte[0]);
    }

    void store(Effect.StoreChunk store) {
        filesStage.execute(() -> storeNow(store));
    }

    private void storeNow(Effect.StoreChunk store) {
        try {
            SnapshotFiles.Received received =
                    files.receive(store.position(), store.total(), store.offset(), store.bytes());
            SnapshotInfo published = received.published();
            events.accept(new Event.ChunkStored(
                    store.position(),
                    received.next(),
                    published == null ? null : published.configuration(),
                    published == null ? 0 : published.stamp()));
        } catch (IOException e) {
            // Nothing was acknowledged and the state before is whole: the leader begins again, when there may be room.
            LOG.warn("a snapshot can't be received, tried again: {}", e.getMessage());
            filesStage.schedule(RETRY_NANOS, () -> events.accept(new Event.ChunkStored(store.position(), 0, null, 0)));
        }
    }

    void close() {
        abandoned("the node has stopped");
        filesStage.execute(() -> {
            try {
                files.close();
            } catch (IOException e) {
                LOG.warn("closing the snapshots: {}", e.getMessage());
            }
        });
        filesStage.close();
    }
}
