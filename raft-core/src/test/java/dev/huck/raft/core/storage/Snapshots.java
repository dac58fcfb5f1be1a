package dev.huck.raft.core.storage;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.SessionBounds;
import dev.huck.raft.core.storage.SnapshotFiles.SnapshotInfo;
import java.io.IOException;
import java.util.List;

/** What the tests of snapshot files have in common: at index i the state begins with the number i. */
final class Snapshots {
    static final int KEPT = 2;
    /** More than a block of the file. */
    static final int MANY = 20_000;

    static final Configuration CONFIGURATION = new Configuration(
            5,
            List.of(new Member(-7, "a", "127.0.0.1:7481", Member.Voting.VOTER, Member.Versions.CURRENT)),
            new Configuration.Settings(Durability.MEDIUM, 1, 2, 3, 4, SessionBounds.DEFAULT));

    private Snapshots() {}

    static LogPosition at(long index) {
        return new LogPosition(index, 1 + index / 100);
    }

    static SnapshotInfo save(SnapshotFiles files, long index, int count) throws IOException {
        return files.save(at(index), CONFIGURATION, stamp(index), digest(index), Numbers.snapshot(index, count));
    }

    static long stamp(long index) {
        return 1_000 + index;
    }

    static long digest(long index) {
        return -7 * index;
    }

    static String restored(SnapshotFiles files, SnapshotInfo info) throws IOException {
        Numbers machine = new Numbers();
        files.restore(info, machine::restore);
        return machine.toString();
    }

    static List<Long> indexes(SnapshotFiles files) {
        return files.all().stream().map(info -> info.position().index()).toList();
    }

    /** The content of a file as another node would have made it. */
    static byte[] file(long index, int count) throws IOException {
        CrashDisk disk = new CrashDisk(index);
        try (SnapshotFiles files = SnapshotFiles.open(disk, KEPT)) {
            return disk.content(save(files, index, count).name());
        }
    }
}
