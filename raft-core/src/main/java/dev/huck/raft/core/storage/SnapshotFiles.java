package dev.huck.raft.core.storage;

import dev.huck.raft.api.Snapshot;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.env.Disk;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshots of a node: files {@code snapshots/term-index}, which is also the order of their names.
 *
 * <p><b>Durability.</b> A file gets its name when all of it is synced, and counts as published when the name is synced
 * too. Until then the ones before stay as they are, so a crash at any point leaves a state to start from. A name that is
 * found at a start counts when it has been written and synced again.
 *
 * <p><b>Threading.</b> {@link #save} and {@link #receive} are called by one thread at a time; the other methods by any.
 *
 * <p><b>On failure.</b> A file that could not be written or synced is thrown away, and another may be tried. Once a name
 * could not be synced, no later one is believed: every later save and receive is refused, and so is a start.
 */
public final class SnapshotFiles implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotFiles.class);
    private static final String FOLDER = "snapshots";
    private static final String SAVED = FOLDER + "/save.tmp";
    private static final String RECEIVED = FOLDER + "/receive.tmp";
    /** Before the name of a snapshot that is being {@linkplain #renew renewed}: with it, that is one all the same. */
    private static final String RENEWED = FOLDER + "/renew-";

    private static final String BAD = ".bad";
    private static final Pattern NAME = Pattern.compile(FOLDER + "/(\\d{19})-(\\d{19})");

    private static final Comparator<SnapshotInfo> NEWEST_FIRST =
            Comparator.comparing(SnapshotInfo::name).reversed();

    private final Disk disk;
    private final int kept;
    private volatile List<SnapshotInfo> published = List.of();
    /** What pieces were read of since the newest was published. */
    private final Set<LogPosition> sending = new HashSet<>();

    private @Nullable IncomingSnapshot incoming;
    private volatile @Nullable IOException failure;

    /** What a snapshot is read into. */
    @FunctionalInterface
    public interface Content {
        /**
         * Reads itself.
         *
         * @param in ends where the snapshot does
         * @throws IOException when the bytes make no sense, or could not be read
         */
        void restore(DataInput in) throws IOException;
    }

    /**
     * A published snapshot.
     *
     * @param position the last entry that its state covers
     * @param configuration in force there
     * @param stamp the replicated time there: nanoseconds since the epoch
     * @param length of the whole file in bytes
     * @param name of the file, with its folder
     * @param digest over all that was applied up to there
     */
    public record SnapshotInfo(
            LogPosition position, Configuration configuration, long stamp, long length, String name, long digest) {}

    /**
     * A piece of a published snapshot.
     *
     * @param info the snapshot
     * @param offset where the piece begins
     * @param bytes the piece; never empty
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Chunk(SnapshotInfo info, long offset, byte[] bytes) {}

    /**
     * What became of a piece that was received.
     *
     * @param next offset of the piece that is wanted now; 0 to begin again
     * @param published the snapshot, once it is whole and durable
     */
    public record Received(long next, @Nullable SnapshotInfo published) {}

    private SnapshotFiles(Disk disk, int kept) {
        this.disk = disk;
        this.kept = kept;
    }

    /**
     * Finds what is there; drops what a crash left unfinished. Checks the front of each file, not its content: that is
     * done by {@link #restore}, and before a file is sent.
     *
     * @param disk the node's directory
     * @param kept how many to keep; at least 1
     * @return the snapshots
     * @throws IOException when the folder can't be read, or a file is of a newer version of Huck
     */
    public static SnapshotFiles open(Disk disk, int kept) throws IOException {
        if (kept < 1) {
            throw new IllegalArgumentException("at least one snapshot must be kept, not " + kept);
        }
        SnapshotFiles files = new SnapshotFiles(disk, kept);
        files.find();
        return files;
    }

    private void find() throws IOException {
        List<SnapshotInfo> found = new ArrayList<>();
        List<String> all = disk.list(FOLDER);
        for (String listed : all) {
            String name = renewed(listed, all);
            if (name.equals(SAVED) || name.equals(RECEIVED)) {
                disk.delete(name);
            } else if (NAME.matcher(name).matches()) {
                SnapshotInfo info = describe(name);
                if (info == null) {
                    setAside(name);
                } else {
                    found.add(info);
                }
            }
        }
        if (!found.isEmpty()) {
            // A crash may have come between a rename and its sync, and the log may be compacted on what we report.
            for (SnapshotInfo info : found) {
                renew(info.name());
            }
            forceNames();
        }
        // None is dropped yet, however many: the newest ones' content has not been checked.
        found.sort(NEWEST_FIRST);
        published = List.copyOf(found);
    }

    /**
     * Has the disk write a name again, whatever became of it before. If the sync behind its first writing failed, the
     * operating system shows the name all the same, and the next sync may succeed although nothing of it is on the disk.
     * Nobody has to remember that a sync failed, as this is done at every start: two renames, and no byte is copied.
     */
    private void renew(String name) throws IOException {
        String meanwhile = RENEWED + name.substring(FOLDER.length() + 1);
        disk.rename(name, meanwhile);
        disk.rename(meanwhile, name);
    }

    /** Ends what a crash between the two renames left. */
    private String renewed(String listed, List<String> all) throws IOException {
        String name = listed.startsWith(RENEWED) ? FOLDER + "/" + listed.substring(RENEWED.length()) : listed;
        if (name.equals(listed) || !NAME.matcher(name).matches()) {
            return listed;
        }
        if (all.contains(name)) { // A copy of the directory was made in between: what has the name is whole.
            disk.delete(listed);
            return listed;
        }
        disk.rename(listed, name);
        return name;
    }

    private @Nullable SnapshotInfo describe(String name) throws IOException {
        try (Disk.File file = disk.open(name)) {
            SnapshotHeader header = SnapshotHeader.decode(SnapshotHeader.read(file, name), name);
            if (!name(header.position()).equals(name)) {
                throw new CorruptSnapshotException(name, "it covers " + header.position());
            }
            return info(header, file.length(), name);
        } catch (CorruptSnapshotException e) {
            LOG.error("{}; it is set aside", e.getMessage());
            return null;
        }
    }

    private static SnapshotInfo info(SnapshotHeader header, long length, String name) {
        return new SnapshotInfo(
                header.position(), header.configuration(), header.stamp(), length, name, header.digest());
    }

    private static String name(LogPosition position) {
        return String.format(Locale.ROOT, "%s/%019d-%019d", FOLDER, position.term(), position.index());
    }

    /**
     * The newest snapshot.
     *
     * @return null if there is none
     */
    public @Nullable SnapshotInfo newest() {
        List<SnapshotInfo> all = published;
        return all.isEmpty() ? null : all.get(0);
    }

    /**
     * All snapshots.
     *
     * @return the newest first
     */
    public List<SnapshotInfo> all() {
        return published;
    }

    /**
     * Writes a snapshot and publishes it; then drops the oldest that are too many. Does not
     * {@linkplain Snapshot#discard discard} the capture.
     *
     * @param position the last entry that the state covers
     * @param configuration in force there
     * @param stamp the replicated time there
     * @param digest over all that was applied up to there
     * @param snapshot the captured state
     * @return the durable snapshot; the newest that was there already if that is as new as this one
     * @throws IOException when it could not be written or synced; nothing is published
     */
    public SnapshotInfo save(
            LogPosition position, Configuration configuration, long stamp, long digest, Snapshot snapshot)
            throws IOException {
        checkUsable();
        SnapshotInfo newest = newest();
        if (newest != null && newest.position().index() >= position.index()) {
            return newest;
        }
        boolean done = false;
        try {
            SnapshotHeader header = new SnapshotHeader(position, configuration, stamp, digest);
            long length = write(header, snapshot);
            SnapshotInfo info = publish(SAVED, header, length);
            done = true;
            return info;
        } finally {
            if (!done) {
                deleteQuietly(SAVED);
            }
        }
    }

    private long write(SnapshotHeader header, Snapshot snapshot) throws IOException {
        try (Disk.File file = disk.open(SAVED)) {
            file.truncate(0);
            BlockOutput blocks = new BlockOutput(file, header.encode());
            DataOutputStream out = new DataOutputStream(blocks);
            snapshot.writeTo(out);
            long length = blocks.finish();
            file.force();
            return length;
        }
    }

    /**
     * Fills a state from a snapshot. It sees no byte whose checksum was not right; whether all was right is known only
     * at the end, so the state is to be thrown away when this fails.
     *
     * @param info the snapshot
     * @param fresh an empty state
     * @throws CorruptSnapshotException when the file is damaged, cut off or too long
     * @throws IOException when the state could not make sense of it, it has gone, or reading failed
     */
    public void restore(SnapshotInfo info, Content fresh) throws IOException {
        try (Disk.File file = openPublished(info)) {
            BlockInput in = checked(file, info);
            try {
                fresh.restore(new DataInputStream(in));
            } catch (IOException | RuntimeException e) {
                // What the machine says of damage is less telling than the damage.
                in.throwDamage();
                throw e;
            }
            in.verifyRest();
        }
    }

    private static BlockInput checked(Disk.File file, SnapshotInfo info) throws IOException {
        BlockInput in = new BlockInput(file, info.name());
        if (!in.header().position().equals(info.position())) {
            throw new CorruptSnapshotException(
                    info.name(), "it covers " + in.header().position());
        }
        return in;
    }

    /**
     * Reads a piece to send. Before the first piece all of the file is checked, as the receiver would refuse it at the
     * end.
     *
     * @param wanted the snapshot; if it is not there (any more), the newest is read from its beginning
     * @param offset where the piece begins; outside the file: its beginning
     * @param maxBytes the longest piece; at least 1
     * @return null if there is no snapshot
     * @throws CorruptSnapshotException when the file is damaged; it is set aside, and a new snapshot should be taken
     * @throws IOException when reading failed
     */
    public @Nullable Chunk read(LogPosition wanted, long offset, int maxBytes) throws IOException {
        SnapshotInfo info = find(wanted);
        long from = info != null && offset > 0 && offset < info.length() ? offset : 0;
        if (info == null) {
            info = newest();
        }
        if (info == null) {
            return null;
        }
        synchronized (this) {
            sending.add(info.position());
        }
        try (Disk.File file = openPublished(info)) {
            return read(file, info, from, maxBytes);
        } catch (CorruptSnapshotException e) {
            discardBad(info);
            throw e;
        }
    }

    private static Chunk read(Disk.File file, SnapshotInfo info, long from, int maxBytes) throws IOException {
        if (from == 0) {
            checked(file, info).verifyRest();
        }
        byte[] bytes = new byte[(int) Math.min(maxBytes, info.length() - from)];
        if (!Files.readFully(file, from, bytes, 0, bytes.length)) {
            throw new CorruptSnapshotException(info.name(), "it has become shorter than " + info.length());
        }
        return new Chunk(info, from, bytes);
    }

    /**
     * Takes a piece of a snapshot that a leader sends, in order only. With the last piece the whole file is checked,
     * synced and published; one that is damaged is dropped, and is wanted again from its beginning.
     *
     * @param position the last entry that it covers
     * @param total its length in bytes
     * @param offset where the piece belongs; 0 of another snapshot than the one under way begins with that one
     * @param bytes the piece
     * @return what is wanted next
     * @throws IOException when it could not be written or synced; what had come is dropped
     */
    public Received receive(LogPosition position, long total, long offset, byte[] bytes) throws IOException {
        checkUsable();
        SnapshotInfo there = find(position);
        if (there != null) {
            return new Received(there.length(), there);
        }
        IncomingSnapshot current = incoming;
        if (current == null || !current.is(position, total)) {
            if (offset != 0 || total < 1) {
                return new Received(0, null);
            }
            dropIncoming();
            current = IncomingSnapshot.begin(position, total, disk.open(RECEIVED));
            incoming = current;
        }
        if (offset != current.next()) {
            return new Received(current.next(), null);
        }
        boolean wantsMore = false;
        try {
            if (!current.append(bytes)) {
                return new Received(0, null);
            }
            wantsMore = !current.isComplete();
            return wantsMore ? new Received(current.next(), null) : finish(current);
        } finally {
            if (!wantsMore) {
                dropIncoming();
            }
        }
    }

    private Received finish(IncomingSnapshot whole) throws IOException {
        try {
            SnapshotHeader header = whole.finish(RECEIVED);
            whole.close();
            return new Received(whole.next(), publish(RECEIVED, header, whole.next()));
        } catch (CorruptSnapshotException e) {
            LOG.warn("a snapshot was received damaged and is asked for again: {}", e.getMessage());
            return new Received(0, null);
        }
    }

    /** Deletes what has not got its real name by now. */
    private void dropIncoming() throws IOException {
        IncomingSnapshot dropped = incoming;
        incoming = null;
        if (dropped != null) {
            dropped.close();
            deleteQuietly(RECEIVED);
        }
    }

    private SnapshotInfo publish(String temporary, SnapshotHeader header, long length) throws IOException {
        String name = name(header.position());
        disk.rename(temporary, name);
        forceNames();
        SnapshotInfo info = info(header, length, name);
        add(info);
        return info;
    }

    private void forceNames() throws IOException {
        try {
            disk.forceFolder(FOLDER);
            disk.forceFolder("");
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    private synchronized void add(SnapshotInfo info) {
        List<SnapshotInfo> all = new ArrayList<>(published);
        all.add(info);
        all.sort(NEWEST_FIRST);
        List<SnapshotInfo> keep = new ArrayList<>(all.subList(0, Math.min(kept, all.size())));
        // Whoever is receiving one would have to begin again, and again.
        all.stream()
                .filter(old -> !keep.contains(old) && sending.contains(old.position()))
                .forEach(keep::add);
        sending.clear();
        published = List.copyOf(keep);
        all.removeAll(keep);
        all.forEach(old -> deleteQuietly(old.name()));
    }

    /**
     * Sets a damaged snapshot aside under another name, so that the one before it is the newest. Only the last such file
     * is kept.
     *
     * @param info what {@link #restore} found to be damaged; nothing happens if it is not there any more
     * @throws IOException when it can't be renamed
     */
    public synchronized void discardBad(SnapshotInfo info) throws IOException {
        if (published.contains(info)) {
            List<SnapshotInfo> rest = new ArrayList<>(published);
            rest.remove(info);
            published = List.copyOf(rest);
            setAside(info.name());
        }
    }

    private void setAside(String name) throws IOException {
        for (String other : disk.list(FOLDER)) {
            if (other.endsWith(BAD)) {
                disk.delete(other);
            }
        }
        disk.rename(name, name + BAD);
        forceNames();
    }

    private @Nullable SnapshotInfo find(LogPosition position) {
        for (SnapshotInfo info : published) {
            if (info.position().equals(position)) {
                return info;
            }
        }
        return null;
    }

    /** Under the lock of {@link #add}, as opening a file that was just deleted would make an empty one. */
    private synchronized Disk.File openPublished(SnapshotInfo info) throws IOException {
        if (!published.contains(info)) {
            throw new IOException("snapshot file " + info.name() + " has made way for a newer one");
        }
        return disk.open(info.name());
    }

    private void checkUsable() throws IOException {
        if (failure != null) {
            throw new IOException(
                    "the name of an earlier snapshot could not be synced, so no later one is believed", failure);
        }
    }

    /** What can't be deleted only takes space; it is tried again at the next start. */
    private void deleteQuietly(String name) {
        try {
            disk.delete(name);
        } catch (IOException e) {
            LOG.warn("the file {} could not be deleted: {}", name, e.toString());
        }
    }

    /**
     * Drops a snapshot that is half received.
     *
     * @throws IOException when closing its file failed
     */
    @Override
    public void close() throws IOException {
        dropIncoming();
    }
}
