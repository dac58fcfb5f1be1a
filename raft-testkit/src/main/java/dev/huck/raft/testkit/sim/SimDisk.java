package dev.huck.raft.testkit.sim;

import dev.huck.raft.core.env.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A machine's disk for small files. What was not forced survives the death of a process and is at the mercy of a power
 * cut: of a file each 512-byte block that changed is kept, lost or torn by itself; of a folder each creation, renaming
 * and deletion is kept or lost by itself.
 */
public final class SimDisk {
    /** The piece of a file that a disk writes as one, mostly. */
    static final int BLOCK = 512;

    private final TreeMap<String, Inode> files = new TreeMap<>();
    private final TreeMap<String, Inode> durableNames = new TreeMap<>();
    private final List<NameChange> unforced = new ArrayList<>();
    /** A sync of a folder has failed: what was done to names in it is seen, and no later sync brings it to the disk. */
    private boolean namesLost;

    private boolean ownNamesLost;

    /** A change of a folder that was not forced yet: an old name goes, a new one comes; either may be missing. */
    private record NameChange(@Nullable String gone, @Nullable String come, @Nullable Inode inode) {
        boolean isIn(String folder) {
            return folderOf(gone != null ? gone : String.valueOf(come)).equals(folder);
        }

        void applyTo(TreeMap<String, Inode> names) {
            if (gone != null) {
                names.remove(gone);
            }
            if (come != null && inode != null) {
                names.put(come, inode);
            }
        }
    }

    /** A file's content, whatever its name. */
    private static final class Inode {
        private byte[] bytes = new byte[0];
        private int length;
        private byte[] forced = new byte[0];
        private final BitSet dirty = new BitSet();
        /** A sync of these has failed: the system shows them, and believes that nothing of them is left to be written. */
        private final BitSet lost = new BitSet();

        private boolean rotten;

        void write(long position, byte[] from, int offset, int count) {
            int at = Math.toIntExact(position);
            resize(Math.max(length, at + count));
            System.arraycopy(from, offset, bytes, at, count);
            if (count > 0) {
                dirty(at / BLOCK, (at + count - 1) / BLOCK + 1);
            }
        }

        /** Is to be written, whatever became of it before. */
        private void dirty(int from, int to) {
            dirty.set(from, to);
            lost.clear(from, to);
        }

        void resize(int newLength) {
            if (newLength > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(newLength, 2 * bytes.length));
            }
            if (newLength < length) {
                Arrays.fill(bytes, newLength, length, (byte) 0);
            }
            if (newLength != length) {
                int from = Math.min(length, newLength);
                dirty(from / BLOCK, Math.max(length, newLength) / BLOCK + 1);
            }
            length = newLength;
        }

        void force() {
            forced = Arrays.copyOf(forced, length);
            for (int block = dirty.nextSetBit(0); block >= 0; block = dirty.nextSetBit(block + 1)) {
                int from = Math.min(block * BLOCK, length);
                System.arraycopy(bytes, from, forced, from, Math.min(from + BLOCK, length) - from);
            }
            dirty.clear();
        }

        void failForce() {
            lost.or(dirty);
            dirty.clear();
        }

        /** The disk holds what is seen. */
        void settle() {
            forced = Arrays.copyOf(bytes, length);
            dirty.clear();
            lost.clear();
        }

        void flip(int bit) {
            rotten = true;
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
            if (bit / 8 < forced.length) {
                forced[bit / 8] ^= (byte) (1 << bit % 8);
            }
        }

        /** Leaves what a power cut left, and says whether anything went. */
        boolean powerCut(SimRandom random) {
            if (dirty.isEmpty() && lost.isEmpty()) {
                return false;
            }
            int shorter = Math.min(length, forced.length);
            int left = random.nextBoolean() ? length : forced.length;
            if (left > shorter && random.nextInt(4) == 0) {
                left = shorter + random.nextInt(left - shorter);
            }
            byte[] after = Arrays.copyOf(forced, left);
            for (int block = dirty.nextSetBit(0); block >= 0; block = dirty.nextSetBit(block + 1)) {
                int from = block * BLOCK;
                int to = Math.min(Math.min(from + BLOCK, left), length);
                int fate = random.nextInt(8);
                if (fate == 0 && to > from) {
                    to = from + random.nextInt(to - from);
                }
                if (fate < 4 && to > from) {
                    System.arraycopy(bytes, from, after, from, to - from);
                }
            }
            boolean differs = !Arrays.equals(after, Arrays.copyOf(bytes, length));
            bytes = after;
            length = left;
            settle();
            return differs;
        }
    }

    /**
     * Cuts the power. Whoever had the disk open must not use it any more.
     *
     * @param random decides what survives
     * @return whether anything that was written is lost
     */
    public boolean powerCut(SimRandom random) {
        boolean lost = namesLost;
        for (NameChange change : unforced) {
            if (random.nextBoolean()) {
                change.applyTo(durableNames);
            } else {
                lost = true;
            }
        }
        unforced.clear();
        namesLost = false;
        ownNamesLost = false;
        files.clear();
        files.putAll(durableNames);
        for (Inode inode : files.values()) {
            lost |= inode.powerCut(random);
        }
        return lost;
    }

    /**
     * One bit of a file turns, on the disk.
     *
     * @param name an existing file that is not empty
     * @param from the first byte that may be concerned
     * @param to behind the last one
     */
    void rot(String name, int from, int to, SimRandom random) {
        Inode inode = files.get(name);
        if (inode != null && Math.min(to, inode.length) > from) {
            inode.flip(8 * (from + random.nextInt(Math.min(to, inode.length) - from)) + random.nextInt(8));
        }
    }

    /** Whether names outside of any folder are seen that no sync brings to the disk, unless they are made again. */
    boolean hasLostOwnNames() {
        return ownNamesLost;
    }

    /** Whether a bit of a file has turned since it was made. */
    boolean isRotten(String name) {
        Inode inode = files.get(name);
        return inode != null && inode.rotten;
    }

    /** Whether these eight bytes are anywhere in a file, forced or not. */
    boolean contains(String name, long mark) {
        Inode inode = files.get(name);
        if (inode != null) {
            ByteBuffer content = ByteBuffer.wrap(inode.bytes, 0, inode.length);
            for (int at = 0; at + Long.BYTES <= inode.length; at++) {
                if (content.getLong(at) == mark) {
                    return true;
                }
            }
        }
        return false;
    }

    int length(String name) {
        Inode inode = files.get(name);
        return inode == null ? 0 : inode.length;
    }

    /** Loses everything: another disk was put in. */
    public void wipe() {
        namesLost = false;
        ownNamesLost = false;
        files.clear();
        durableNames.clear();
        unforced.clear();
    }

    /** @return a disk with all that is on this one now, as a backup has it */
    SimDisk copy() {
        SimDisk copy = new SimDisk();
        files.forEach((name, inode) -> {
            Inode same = new Inode();
            same.bytes = Arrays.copyOf(inode.bytes, inode.length);
            same.length = inode.length;
            same.rotten = inode.rotten;
            same.settle();
            copy.files.put(name, same);
        });
        copy.durableNames.putAll(copy.files);
        return copy;
    }

    /** Holds what another disk holds, and nothing else. */
    void restore(SimDisk backup) {
        wipe();
        files.putAll(backup.copy().files);
        durableNames.putAll(files);
    }

    /** @return a disk with what a power cut that loses all it can would leave of this one, which stays as it is */
    public SimDisk afterPowerCut() {
        SimDisk left = new SimDisk();
        durableNames.forEach((name, inode) -> {
            Inode copy = new Inode();
            copy.bytes = inode.forced.clone();
            copy.length = copy.bytes.length;
            copy.settle();
            left.durableNames.put(name, copy);
        });
        left.files.putAll(left.durableNames);
        return left;
    }

    /**
     * The files of a folder whose names survive a power cut.
     *
     * @param folder empty for the disk itself
     * @return in alphabetical order
     */
    List<String> durableNames(String folder) {
        return durableNames.keySet().stream()
                .filter(name -> folderOf(name).equals(folder))
                .toList();
    }

    /** @return the names of all files, for people */
    public List<String> names() {
        return List.copyOf(files.keySet());
    }

    /**
     * The disk as one process sees it.
     *
     * @param gate every operation goes through it
     * @param cost takes the time that an operation needs
     * @return the disk
     */
    Disk mount(IoGate gate, IoCost cost) {
        return new Mounted(gate, cost);
    }

    private static String folderOf(String name) {
        int slash = name.lastIndexOf('/');
        return slash < 0 ? "" : name.substring(0, slash);
    }

    private void change(NameChange change) {
        change.applyTo(files);
        unforced.add(change);
    }

    private final class Mounted implements Disk {
        private final IoGate gate;
        private final IoCost cost;

        Mounted(IoGate gate, IoCost cost) {
            this.gate = gate;
            this.cost = cost;
        }

        @Override
        public List<String> list(String folder) {
            begin(false);
            List<String> names = new ArrayList<>();
            for (String name : files.keySet()) {
                if (folderOf(name).equals(folder)) {
                    names.add(name);
                }
            }
            gate.leave();
            return names;
        }

        @Override
        public File open(String name) throws IOException {
            Inode inode = files.get(name);
            if (inode == null) {
                beginChange();
                inode = files.get(name);
            } else {
                begin(false);
            }
            if (inode == null) {
                inode = new Inode();
                change(new NameChange(null, name, inode));
            }
            gate.leave();
            return new Opened(gate, cost, inode);
        }

        @Override
        public void rename(String from, String to) throws IOException {
            beginChange();
            Inode inode = files.get(from);
            if (inode == null) {
                throw new IOException("no file " + from);
            }
            change(new NameChange(from, to, inode));
            gate.leave();
        }

        @Override
        public void delete(String name) throws IOException {
            beginChange();
            if (files.containsKey(name)) {
                change(new NameChange(name, null, null));
            }
            gate.leave();
        }

        @Override
        public void forceFolder(String folder) throws IOException {
            begin(true);
            IOException trouble = cost.syncFails(IoGate.Device.FILE);
            if (trouble != null) {
                namesLost |= unforced.removeIf(change -> change.isIn(folder));
                ownNamesLost |= folder.isEmpty();
                throw trouble;
            }
            unforced.removeIf(change -> {
                if (change.isIn(folder)) {
                    change.applyTo(durableNames);
                    return true;
                }
                return false;
            });
            gate.leave();
        }

        private void beginChange() throws IOException {
            begin(false);
            IOException trouble = cost.changeFails();
            if (trouble != null) {
                throw trouble;
            }
        }

        /** Operations on names are atomic: in the middle of one is before it. */
        private void begin(boolean force) {
            cost.spend(force);
            if (force) {
                gate.enterForce(IoGate.Device.FILE);
            } else if (gate.enter()) {
                throw gate.crash();
            }
        }
    }

    private static final class Opened implements Disk.File {
        private final IoGate gate;
        private final IoCost cost;
        private final Inode inode;

        Opened(IoGate gate, IoCost cost, Inode inode) {
            this.gate = gate;
            this.cost = cost;
            this.inode = inode;
        }

        @Override
        public long length() {
            return inode.length;
        }

        @Override
        public int read(long position, byte[] bytes, int offset, int length) {
            if (gate.enter()) {
                throw gate.crash();
            }
            if (position >= inode.length) {
                gate.leave();
                return -1;
            }
            int at = (int) position;
            int count = Math.min(length, inode.length - at);
            System.arraycopy(inode.bytes, at, bytes, offset, count);
            gate.leave();
            return count;
        }

        @Override
        public void write(long position, byte[] bytes, int offset, int length) throws IOException {
            cost.spend(false);
            if (gate.enter()) {
                inode.write(position, bytes, offset, length / 2);
                throw gate.crash();
            }
            IOException trouble = cost.changeFails();
            if (trouble != null) {
                inode.write(position, bytes, offset, length / 2);
                throw trouble;
            }
            inode.write(position, bytes, offset, length);
            gate.leave();
        }

        @Override
        public void truncate(long length) throws IOException {
            cost.spend(false);
            if (gate.enter()) {
                throw gate.crash();
            }
            IOException trouble = cost.changeFails();
            if (trouble != null) {
                throw trouble;
            }
            if (length < inode.length) {
                inode.resize((int) length);
            }
            gate.leave();
        }

        @Override
        public void force() throws IOException {
            cost.spend(true);
            gate.enterForce(IoGate.Device.FILE);
            IOException trouble = cost.syncFails(IoGate.Device.FILE);
            if (trouble != null) {
                inode.failForce();
                throw trouble;
            }
            inode.force();
            gate.leave();
        }

        @Override
        public void close() {}
    }
}
