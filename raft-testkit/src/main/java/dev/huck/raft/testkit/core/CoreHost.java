package dev.huck.raft.testkit.core;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Change;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Effect;
import dev.huck.raft.core.consensus.Entries;
import dev.huck.raft.core.consensus.Event;
import dev.huck.raft.core.consensus.Limits;
import dev.huck.raft.core.consensus.Loss;
import dev.huck.raft.core.consensus.Message;
import dev.huck.raft.core.consensus.Raft;
import dev.huck.raft.core.consensus.Recovery;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * One core and a disk. Nothing happens by itself: a write waits until {@link #write}, a piece of a snapshot until {@link
 * #store}. Only what no order of events depends on is done at once: applying, and reading from the disk.
 *
 * <p>All that knows how cores are started and fed stands here, once, for whoever drives cores by hand.
 */
public final class CoreHost {
    private final long id;
    private final Limits limits;
    private final Consumer<Effect> observer;
    private final Raft raft;
    private final ArrayDeque<Effect.Persist> unwritten = new ArrayDeque<>();
    private final ArrayDeque<Effect.SendAfter> held = new ArrayDeque<>();
    private final ArrayDeque<Effect.StoreChunk> unstored = new ArrayDeque<>();
    private final List<Message> sent = new ArrayList<>();
    private byte[] incoming = new byte[0];
    private Durable durable;
    private long now;
    private boolean endsRecovery;

    /**
     * Starts a core from what a disk holds.
     *
     * @param id its store id
     * @param durable the disk
     * @param limits the core's bounds
     * @param random election timeouts
     * @param now monotonic nanoseconds
     * @param observer sees every effect, in order, before it is carried out
     */
    public CoreHost(
            long id, Durable durable, Limits limits, RandomGenerator random, long now, Consumer<Effect> observer) {
        this.id = id;
        this.limits = limits;
        this.observer = observer;
        this.now = now;
        this.durable = durable.booted();
        Recovery recovery = new Recovery(
                id,
                this.durable.hardState(),
                this.durable.snapshot(),
                this.durable.configuration(),
                0,
                this.durable.base(),
                limits);
        recovery.recovering(this.durable.loss());
        this.durable.log().forEach(recovery::load);
        this.raft = recovery.start(limits, random, now);
        drain();
    }

    /** @return the store id */
    public long id() {
        return id;
    }

    /** @return this node's clock */
    public long now() {
        return now;
    }

    /** @return the core */
    public Raft raft() {
        return raft;
    }

    /** @return what a power cut would leave */
    public Durable durable() {
        return durable;
    }

    /** @return writes that are not carried out yet, in order */
    public List<Effect.Persist> unwritten() {
        return List.copyOf(unwritten);
    }

    /** @return messages that wait for a write */
    public List<Effect.SendAfter> held() {
        return List.copyOf(held);
    }

    /** @return pieces of snapshots that are not stored yet */
    public List<Effect.StoreChunk> unstored() {
        return List.copyOf(unstored);
    }

    /** @return messages that have left since this was last asked */
    public List<Message> sent() {
        List<Message> taken = List.copyOf(sent);
        sent.clear();
        return taken;
    }

    /**
     * Lets this node's clock go on.
     *
     * @param nanos how far
     */
    public void advance(long nanos) {
        now += nanos;
    }

    /** Time has passed. */
    public void tick() {
        step(new Event.Tick());
    }

    /**
     * A message arrives.
     *
     * @param message the message
     */
    public void receive(Message message) {
        step(new Event.Received(message));
    }

    /**
     * A client proposes.
     *
     * @param batch a number for the answer
     * @param name the command
     */
    public void propose(long batch, String name) {
        step(new Event.Propose(batch, List.of(Command.of(name)), 0, 0));
    }

    /**
     * A client reads.
     *
     * @param batch a number for the answer
     */
    public void read(long batch) {
        step(new Event.Read(batch));
    }

    /**
     * An operator changes the membership.
     *
     * @param request a number for the answer
     * @param change the change
     */
    public void change(long request, Change change) {
        step(new Event.ChangeMembers(request, change));
    }

    /** An operator asks for a hand-over. */
    public void transfer() {
        step(new Event.Transfer());
    }

    /** Carries out the oldest write, syncs it, and says so. Messages that waited for it leave. */
    public void write() {
        Effect.Persist write = unwritten.removeFirst();
        durable = durable.after(write);
        while (!held.isEmpty() && held.getFirst().sequence() <= write.sequence()) {
            sent.add(held.removeFirst().message());
        }
        // Both words at once, as the shell's log writer gives them.
        raft.step(now, new Event.Synced(write.sequence()));
        step(new Event.Persisted(write.sequence()));
        endRecovery();
    }

    /** Comes in the stream of writes, after those that wait. */
    private void endRecovery() {
        if (endsRecovery && unwritten.isEmpty()) {
            endsRecovery = false;
            durable = durable.withLoss(Loss.NONE);
            step(new Event.Recovered());
        }
    }

    /** Captures the machine's state and publishes it as a snapshot. */
    public void snapshot() {
        long applied = raft.appliedIndex();
        LogPosition position = new LogPosition(applied, raft.termAt(applied));
        durable = durable.withSnapshot(position, durable.configurationAt(applied));
        step(new Event.SnapshotSaved(position));
    }

    /** Stores the oldest piece of a snapshot that came from a leader; the last one publishes it. */
    public void store() {
        Effect.StoreChunk chunk = unstored.removeFirst();
        if (chunk.offset() != incoming.length) {
            incoming = new byte[0];
        }
        if (chunk.offset() == incoming.length) {
            int before = incoming.length;
            incoming = Arrays.copyOf(incoming, before + chunk.bytes().length);
            System.arraycopy(chunk.bytes(), 0, incoming, before, chunk.bytes().length);
        }
        long next = incoming.length;
        Configuration whole = null;
        if (next == chunk.total()) {
            whole = Entries.decodeConfiguration(ByteBuffer.wrap(incoming));
            incoming = new byte[0];
            if (chunk.position().index() > durable.snapshot().index()) {
                durable = durable.withSnapshot(chunk.position(), whole);
            }
        }
        step(new Event.ChunkStored(chunk.position(), next, whole, 0));
    }

    private void step(Event event) {
        raft.step(now, event);
        drain();
    }

    private void drain() {
        for (Effect effect : raft.effects()) {
            observer.accept(effect);
            if (effect instanceof Effect.Send send) {
                sent.add(send.message());
            } else if (effect instanceof Effect.SendAfter after) {
                held.addLast(after);
            } else if (effect instanceof Effect.Persist persist) {
                unwritten.addLast(persist);
            } else if (effect instanceof Effect.StoreChunk chunk) {
                unstored.addLast(chunk);
            } else if (effect instanceof Effect.EndRecovery) {
                endsRecovery = true;
                endRecovery();
            } else if (effect instanceof Effect.Apply apply) {
                List<LogEntry> entries = apply.entries();
                step(new Event.Applied(entries.get(entries.size() - 1).index()));
            } else if (effect instanceof Effect.ReadEntries read) {
                step(new Event.EntriesRead(read.token(), stored(read.from())));
            } else if (effect instanceof Effect.ReadChunk read) {
                step(chunk(read));
            }
        }
    }

    /** Entries as they are after all writes that wait. */
    private List<LogEntry> stored(long from) {
        Durable then = durable;
        for (Effect.Persist write : unwritten) {
            then = then.after(write);
        }
        return then.log().stream().filter(entry -> entry.index() >= from).toList();
    }

    /** A snapshot's content is its configuration: that is all of it that a core looks at. */
    private Event chunk(Effect.ReadChunk read) {
        if (durable.snapshot().index() == 0) {
            return new Event.ChunkRead(read.peer(), read.session(), read.position(), 0, 0, new byte[0]);
        }
        byte[] whole = Entries.encode(durable.configuration());
        int from = read.position().equals(durable.snapshot()) ? (int) Math.min(read.offset(), whole.length) : 0;
        int to = Math.min(whole.length, from + limits.chunkBytes());
        return new Event.ChunkRead(
                read.peer(),
                read.session(),
                durable.snapshot(),
                whole.length,
                from,
                Arrays.copyOfRange(whole, from, to));
    }
}
