package dev.huck.raft.core.node;

import dev.huck.raft.core.env.Disk;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/** Files in memory, for several nodes of a test one after the other. */
final class MemoryDisk implements Disk {
    private final TreeMap<String, byte[]> files = new TreeMap<>();

    @Override
    public List<String> list(String folder) {
        String prefix = folder.isEmpty() ? "" : folder + "/";
        return files.keySet().stream()
                .filter(name -> name.startsWith(prefix))
                .filter(name -> name.indexOf('/', prefix.length()) < 0)
                .toList();
    }

    @Override
    public File open(String name) {
        files.putIfAbsent(name, new byte[0]);
        return new MemoryFile(name);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        byte[] bytes = files.remove(from);
        if (bytes == null) {
            throw new IOException("there is no " + from);
        }
        files.put(to, bytes);
    }

    @Override
    public void delete(String name) {
        files.remove(name);
    }

    @Override
    public void forceFolder(String folder) {}

    /** Damages the last file of a folder. */
    void damageLast(String folder) {
        byte[] bytes = files.get(list(folder).get(list(folder).size() - 1));
        bytes[bytes.length - 9] ^= 1;
    }

    private final class MemoryFile implements File {
        private final String name;

        MemoryFile(String name) {
            this.name = name;
        }

        private byte[] bytes() {
            return files.get(name);
        }

        @Override
        public long length() {
            return bytes().length;
        }

        @Override
        public int read(long position, byte[] bytes, int offset, int length) {
            int count = (int) Math.min(length, bytes().length - position);
            if (count <= 0) {
                return -1;
            }
            System.arraycopy(bytes(), (int) position, bytes, offset, count);
            return count;
        }

        @Override
        public void write(long position, byte[] bytes, int offset, int length) {
            byte[] grown = Arrays.copyOf(bytes(), (int) Math.max(bytes().length, position + length));
            System.arraycopy(bytes, offset, grown, (int) position, length);
            files.put(name, grown);
        }

        @Override
        public void truncate(long length) {
            files.put(name, Arrays.copyOf(bytes(), (int) length));
        }

        @Override
        public void force() {}

        @Override
        public void close() {}
    }
}
