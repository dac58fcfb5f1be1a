package dev.huck.raft.core.storage;

import dev.huck.raft.core.env.Disk;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code node}: who the node is, and its term and vote, twice.
 *
 * <p><b>Durability.</b> When {@link #write} returns, both copies hold the record and each was synced before the other was
 * touched. So a torn write leaves the record before or after it, and when one copy rots later the other is as new: a node
 * never falls back to an older vote.
 *
 * <p><b>Threading.</b> One thread writes; any may ask for the {@link #record}.
 *
 * <p><b>On failure.</b> A failed write or sync is final: every later write is refused.
 */
public final class NodeFile implements AutoCloseable {
    private static final String NAME = "node";
    private static final String TEMPORARY = "node.tmp";

    private final Disk disk;
    private Disk.@Nullable File file;
    private long sequence;
    private volatile @Nullable NodeRecord record;
    private boolean failed;

    private NodeFile(Disk disk, Disk.@Nullable File file, @Nullable NodeSlot newest) {
        this.disk = disk;
        this.file = file;
        this.sequence = newest == null ? 0 : newest.sequence();
        this.record = newest == null ? null : newest.record();
    }

    /**
     * Reads the file if there is one, and brings a copy that is damaged or was left behind by a crash up to date.
     *
     * @param disk the node's directory
     * @return the file; its record is null in a new directory, or one that was wiped
     * @throws CorruptNodeFileException when there is a file and neither copy can be read
     * @throws IOException when reading or repairing failed, or the file is of a newer version of Huck
     */
    public static NodeFile open(Disk disk) throws IOException {
        if (!disk.list("").contains(NAME)) {
            return new NodeFile(disk, null, null);
        }
        Disk.File file = disk.open(NAME);
        boolean opened = false;
        try {
            NodeSlot newest = file.length() == 0 ? null : repair(file);
            // A crash may have come between the first rename and its sync.
            disk.forceFolder("");
            opened = newest != null;
            return new NodeFile(disk, opened ? file : null, newest);
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    private static NodeSlot repair(Disk.File file) throws IOException {
        NodeSlot first = readSlot(file, 0);
        NodeSlot second = readSlot(file, 1);
        NodeSlot newest = second == null || (first != null && first.sequence() >= second.sequence()) ? first : second;
        if (newest == null) {
            throw new CorruptNodeFileException("the file " + NAME + ", which holds this node's identity and vote, is"
                    + " damaged in both copies; do not restore it from a backup, whose vote may be older, but empty"
                    + " the directory and start the node with --join and --readmit: it comes back as a learner, and"
                    + " votes when it has caught up");
        }
        // What was read may never have reached the disk, if the process was killed. It must, before the other copy,
        // which
        // may be the only whole one there, is touched.
        file.force();
        if (newest.equals(first) && newest.equals(second)) {
            return newest;
        }
        byte[] bytes = newest.encode();
        if (!newest.equals(first)) {
            file.write(0, bytes, 0, NodeSlot.SIZE);
        }
        if (!newest.equals(second)) {
            file.write(NodeSlot.SIZE, bytes, 0, NodeSlot.SIZE);
        }
        file.force();
        return newest;
    }

    private static @Nullable NodeSlot readSlot(Disk.File file, int slot) throws IOException {
        byte[] bytes = new byte[NodeSlot.SIZE];
        return Files.readFully(file, (long) slot * NodeSlot.SIZE, bytes, 0, bytes.length)
                ? NodeSlot.decode(bytes)
                : null;
    }

    /**
     * The newest record that is durable.
     *
     * @return null in a new directory, or one that was wiped
     */
    public @Nullable NodeRecord record() {
        return record;
    }

    /**
     * Replaces the record; it is durable, in both copies, on return.
     *
     * @param changed the new one
     * @throws IOException when it can't be vouched for; final
     */
    public void write(NodeRecord changed) throws IOException {
        if (failed) {
            throw new IOException("an earlier write of the file " + NAME + " failed, so no later one is believed");
        }
        failed = true;
        byte[] slot = new NodeSlot(sequence + 1, changed).encode();
        Disk.File existing = file;
        if (existing == null) {
            file = create(slot);
        } else {
            existing.write(0, slot, 0, NodeSlot.SIZE);
            existing.force();
            existing.write(NodeSlot.SIZE, slot, 0, NodeSlot.SIZE);
            existing.force();
        }
        sequence++;
        record = changed;
        failed = false;
    }

    /** Under another name first, so that a crash leaves no file or a whole one, but none that looks damaged. */
    private Disk.File create(byte[] slot) throws IOException {
        try (Disk.File temporary = disk.open(TEMPORARY)) {
            temporary.truncate(0);
            temporary.write(0, slot, 0, NodeSlot.SIZE);
            temporary.write(NodeSlot.SIZE, slot, 0, NodeSlot.SIZE);
            temporary.force();
        }
        disk.rename(TEMPORARY, NAME);
        disk.forceFolder("");
        return disk.open(NAME);
    }

    /**
     * Closes the file; no more writes.
     *
     * @throws IOException when it failed
     */
    @Override
    public void close() throws IOException {
        failed = true;
        Disk.File open = file;
        file = null;
        if (open != null) {
            open.close();
        }
    }
}
