package dev.huck.raft.core.storage;

import dev.huck.raft.core.env.Disk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A disk in memory that can lose power at any change. What was forced survives; of the rest some: of a file any of its
 * sectors, of a folder its first changes up to some point. What a sync that failed was for is lost, and seen until then.
 */
final class CrashDisk implements Disk {
    private static final int SECTOR = 512;
    private static final int NEVER = -1;

    private final SplittableRandom random;
    private final Map<String, Inode> names = new TreeMap<>();
    private final Map<String, Inode> durableNames = new HashMap<>();
    private final Map<String, List<NameChange>> unforced = new TreeMap<>();
    private int openFiles;
    private int operations;
    private int troubleAt = NEVER;
    private boolean losesPower;
    private boolean off;

    private static final class Inode {
        private byte[] content = new byte[0];
        private byte[] durable = new byte[0];
    }

    @FunctionalInterface
    private interface NameChange {
        void apply(Map<String, Inode> to);
    }

    CrashDisk(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** The power goes at the change with this number, counted from now and from 0. */
    void losePowerAt(int change) {
        operations = 0;
        troubleAt = change;
        losesPower = true;
    }

    /** The change with this number fails, counted from now and from 0; those after it do not. */
    void failAt(int change) {
        operations = 0;
        troubleAt = change;
        losesPower = false;
    }

    /** Whether what was announced has happened. */
    boolean hasFailed() {
        return operations > troubleAt;
    }

    /** How many files are open. */
    int openFiles() {
        return openFiles;
    }

    /** The disk after the power has come back. */
    CrashDisk afterPowerCut() {
        unforced.forEach((folder, changes) ->
                changes.subList(0, random.nextInt(changes.size() + 1)).forEach(change -> change.apply(durableNames)));
        CrashDisk after = new CrashDisk(random.nextLong());
        durableNames.forEach((name, inode) -> {
            // Without its folder's name nobody finds the file.
            String folder = folder(name);
            if (!isFolder(name) && (folder.isEmpty() || durableNames.containsKey(folder + "/"))) {
                after.put(name, survivor(inode));
            }
        });
        return after;
    }

    /** The disk after the process has died, and nothing else: all that was written is there, forced or not. */
    CrashDisk afterKill() {
        off = false;
        troubleAt = NEVER;
        return this;
    }

    private byte[] survivor(Inode inode) {
        byte[] survivor =
                Arrays.copyOf(inode.durable, random.nextBoolean() ? inode.content.length : inode.durable.length);
        int kind = random.nextInt(3);
        for (int at = 0; at < survivor.length; at += SECTOR) {
            if (kind == 1 || (kind == 2 && random.nextBoolean())) {
                int length = Math.min(SECTOR, Math.min(survivor.length, inode.content.length) - at);
                System.arraycopy(inode.content, at, survivor, at, Math.max(0, length));
            }
        }
        return survivor;
    }

    /** Puts a durable file there. */
    void put(String name, byte[] content) {
        Inode inode = new Inode();
        inode.content = content.clone();
        inode.durable = content.clone();
        names.put(name, inode);
        durableNames.put(name, inode);
        if (!folder(name).isEmpty()) {
            names.put(folder(name) + "/", new Inode());
            durableNames.put(folder(name) + "/", new Inode());
        }
    }

    /** A copy of a file's content. */
    byte[] content(String name) {
        return names.get(name).content.clone();
    }

    void flipBit(String name, int bit) {
        byte[] content = content(name);
        content[bit / 8] ^= (byte) (1 << bit % 8);
        put(name, content);
    }

    @Override
    public List<String> list(String folder) {
        return new TreeSet<>(names.keySet())
                .stream()
                        .filter(name -> !isFolder(name) && folder(name).equals(folder))
                        .toList();
    }

    @Override
    public File open(String name) throws IOException {
        if (!names.containsKey(name)) {
            String folder = folder(name);
            if (!folder.isEmpty() && !names.containsKey(folder + "/")) {
                Inode made = new Inode();
                change("", to -> to.put(folder + "/", made));
            }
            Inode made = new Inode();
            change(folder, to -> to.put(name, made));
        }
        return new OpenFile(names.get(name));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Inode moved = names.get(from);
        if (moved == null) {
            throw new IOException("no file " + from);
        }
        change(folder(from), map -> {
            map.remove(from);
            map.put(to, moved);
        });
    }

    @Override
    public void delete(String name) throws IOException {
        if (names.containsKey(name)) {
            change(folder(name), map -> map.remove(name));
        }
    }

    @Override
    public void forceFolder(String folder) throws IOException {
        try {
            step(() -> {});
        } catch (IOException e) {
            if (!losesPower) {
                unforced.remove(folder); // No later sync brings them to the disk.
            }
            throw e;
        }
        List<NameChange> changes = unforced.remove(folder);
        if (changes != null) {
            changes.forEach(change -> change.apply(durableNames));
        }
    }

    private void change(String folder, NameChange change) throws IOException {
        Runnable effect = () -> {
            change.apply(names);
            unforced.computeIfAbsent(folder, key -> new ArrayList<>()).add(change);
        };
        step(effect);
        effect.run();
    }

    /** Counts a change; when it is the one that does not return, its effect may or may not have come. */
    private void step(Runnable effect) throws IOException {
        if (off) {
            throw new IOException("the power is off");
        }
        if (operations++ == troubleAt) {
            off = losesPower;
            if (losesPower && random.nextBoolean()) {
                effect.run();
            }
            throw new IOException(losesPower ? "the power goes" : "the disk fails");
        }
    }

    private static String folder(String name) {
        return name.contains("/") && !isFolder(name) ? name.substring(0, name.indexOf('/')) : "";
    }

    private static boolean isFolder(String name) {
        return name.endsWith("/");
    }

    /** A file stays the same under another name, and without any. */
    private final class OpenFile implements File {
        private final Inode inode;
        private boolean closed;

        OpenFile(Inode inode) {
            this.inode = inode;
            openFiles++;
        }

        @Override
        public long length() throws IOException {
            checkOpen();
            return inode.content.length;
        }

        @Override
        public int read(long position, byte[] bytes, int offset, int length) throws IOException {
            checkOpen();
            if (position >= inode.content.length) {
                return -1;
            }
            // Readers must live with less than they asked for.
            int part = Math.min(1 + random.nextInt(length), inode.content.length - (int) position);
            System.arraycopy(inode.content, (int) position, bytes, offset, part);
            return part;
        }

        @Override
        public void write(long position, byte[] bytes, int offset, int length) throws IOException {
            checkOpen();
            Runnable effect = () -> {
                int end = (int) position + length;
                byte[] content = Arrays.copyOf(inode.content, Math.max(inode.content.length, end));
                System.arraycopy(bytes, offset, content, (int) position, length);
                inode.content = content;
            };
            step(effect);
            effect.run();
        }

        @Override
        public void truncate(long length) throws IOException {
            checkOpen();
            Runnable effect =
                    () -> inode.content = Arrays.copyOf(inode.content, Math.min(inode.content.length, (int) length));
            step(effect);
            effect.run();
        }

        @Override
        public void force() throws IOException {
            checkOpen();
            step(() -> {});
            inode.durable = inode.content.clone();
        }

        @Override
        public void close() {
            openFiles -= closed ? 0 : 1;
            closed = true;
        }

        private void checkOpen() throws IOException {
            if (closed) {
                throw new IOException("the file is closed");
            }
        }
    }
}
