package dev.huck.example.clone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The log of one of three nodes is damaged while it is down. It starts all the same, and nothing is lost. */
class DamagedLogIT {
    private static final String MARK = "a value that is found again in a file";
    private static final int KEYS = 3_000;

    @TempDir
    Path folder;

    /** What happens to a log of LMDB. */
    enum Damage {
        FLIPPED_BYTE("checksum is") {
            @Override
            void happenTo(Path data) throws IOException {
                flip(data);
            }
        },
        CUT_OFF("was cut off") {
            @Override
            void happenTo(Path data) throws IOException {
                try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
                    file.setLength(file.length() / 2);
                }
            }
        },
        MISSING_FILE("is missing") {
            @Override
            void happenTo(Path data) throws IOException {
                Files.delete(data);
            }
        };

        final String told;

        Damage(String told) {
            this.told = told;
        }

        abstract void happenTo(Path data) throws IOException;
    }

    /** In every place: LMDB leaves old copies of pages in its file, which nobody reads. */
    private static void flip(Path data) throws IOException {
        byte[] mark = MARK.getBytes(StandardCharsets.US_ASCII);
        byte[] bytes = Files.readAllBytes(data);
        int found = 0;
        for (int at = 0; at + mark.length <= bytes.length; at++) {
            if (bytes[at] == mark[0] && new String(bytes, at, mark.length, StandardCharsets.US_ASCII).equals(MARK)) {
                bytes[at] ^= 1;
                found++;
            }
        }
        assertTrue(found > 0, "the value is not in the file");
        Files.write(data, bytes);
    }

    @ParameterizedTest
    @EnumSource
    void theNodeStartsRecoversAndNothingIsLost(Damage damage) throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(folder).grow(3)) {
            NodeProcess leader = cluster.awaitLeader();
            assertEquals("OK", leader.ask("SET", "marked", MARK));
            Checks.fill(leader, "before:", KEYS);
            cluster.awaitCaughtUp();
            NodeProcess damaged = cluster.others(leader).get(0);
            assertEquals(0, damaged.terminate(), damaged.complained());
            damage.happenTo(damaged.data().resolve("log").resolve("data.mdb"));
            Checks.fill(leader, "meanwhile:", KEYS);

            damaged.start();
            ClusterProcesses.awaitRecovered(damaged);
            cluster.awaitCaughtUp();
            String told = damaged.complained();
            assertTrue(told.contains("the log of this node is damaged and kept as"), told);
            assertTrue(told.contains(damage.told), told);
            assertTrue(Files.isDirectory(damaged.data().resolve("log.bad")));
            if (damage != Damage.MISSING_FILE) {
                assertTrue(Files.exists(damaged.data().resolve("log.bad").resolve("data.mdb")));
            }

            // It is a voter like any other again: without it there would be no leader now.
            NodeProcess gone = cluster.awaitLeader();
            if (gone == damaged) {
                gone = cluster.others(damaged).get(0);
            }
            gone.kill();
            NodeProcess next = cluster.awaitLeader();
            assertEquals(MARK, next.ask("GET", "marked"));
            Checks.holds(next, "before:", KEYS);
            Checks.holds(next, "meanwhile:", KEYS);

            // And it starts as ever from what it has got.
            assertEquals(0, damaged.terminate(), damaged.complained());
            damaged.start();
            cluster.awaitLeader();
            assertEquals("no", damaged.info("raft").get("raft_recovering"));
            assertEquals(
                    told.split("is damaged and kept as", -1).length,
                    damaged.complained().split("is damaged and kept as", -1).length);
        }
    }
}
