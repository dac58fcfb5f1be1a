package dev.huck.raft.testkit.partial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * Links fail between some nodes and not between others. What happens is written in {@code docs/partial-connectivity.md},
 * whose tables these tests check; {@code -Dhuck.tables=write} writes what they see into it.
 */
class PartialConnectivityTest {
    private static final Path DOCUMENT = Path.of("../docs/partial-connectivity.md");
    private static final int SEEDS = 5;
    private static final long TEN = 10 * TimedCores.TIMEOUT;

    /** The graphs of the literature; nodes from 1, the old leader first. */
    private record Scenario(String name, int nodes, int leader, String links, boolean staleHub) {}

    private static final List<Scenario> SCENARIOS = List.of(
            new Scenario("bridge: two halves that only one node joins", 5, 1, "1-2 1-3 2-3 3-4 3-5 4-5", false),
            new Scenario("chained: three nodes in a row, the leader at an end", 3, 1, "1-2 2-3", false),
            new Scenario("quorum-loss: all reach one node, which does not lead", 5, 1, "1-3 2-3 3-4 3-5", false),
            new Scenario("constrained-election: the one that all reach lacks entries", 5, 1, "2-3 3-4 3-5", true),
            new Scenario("Cloudflare: the leader and one follower do not reach each other", 3, 1, "1-3 2-3", false),
            new Scenario(
                    "Howard: a full triangle, and one node beside each of two corners",
                    5,
                    1,
                    "1-2 1-3 2-3 2-4 3-5",
                    false));

    /** What was seen over all seeds. */
    private record Seen(int led, long slowest, int mostChanges) {
        String row() {
            return led + "/" + SEEDS + " | "
                    + (led == 0 ? "–" : String.format(Locale.ROOT, "%.1f", (double) slowest / TimedCores.TIMEOUT))
                    + " | " + (led == 0 ? "–" : String.valueOf(mostChanges));
        }
    }

    private static Seen see(int nodes, int leader, Links links, boolean staleHub) {
        int led = 0;
        long slowest = 0;
        int mostChanges = 0;
        for (int seed = 1; seed <= SEEDS; seed++) {
            TimedCores cores = new TimedCores(nodes, seed);
            cores.elect(leader);
            if (staleHub) {
                // Node 3 misses a write; then the leader is gone, and only node 3 reaches a majority.
                cores.links(Links.of(nodes, "1-2 1-4 1-5 2-4 2-5 4-5"));
                cores.propose(leader);
                cores.run(TimedCores.TIMEOUT / 4);
            }
            cores.links(links);
            cores.changes();
            // A leader that has lost its majority may still think that it leads, but it commits nothing.
            long took = cores.runUntilLed(TEN);
            cores.changes();
            if (took >= 0) {
                cores.run(20 * TimedCores.TIMEOUT);
                if (cores.commits()) {
                    led++;
                    slowest = Math.max(slowest, took);
                    mostChanges = Math.max(mostChanges, cores.changes());
                }
            }
        }
        return new Seen(led, slowest, mostChanges);
    }

    private static boolean isAsPromised(Seen seen) {
        return seen.led == SEEDS && seen.slowest <= TEN && seen.mostChanges <= 1;
    }

    @Test
    void theGraphsOfTheLiteratureBehaveAsDocumented() throws IOException {
        List<String> rows = new ArrayList<>();
        for (Scenario scenario : SCENARIOS) {
            Seen seen = see(
                    scenario.nodes, scenario.leader - 1, Links.of(scenario.nodes, scenario.links), scenario.staleHub);
            rows.add("| " + scenario.name + " | " + scenario.links + " | " + seen.row() + " |");
            assertTrue(scenario.staleHub || isAsPromised(seen), () -> scenario + ": " + seen);
            assertTrue(!scenario.staleHub || seen.led == 0, () -> "no exception any more: " + scenario + ": " + seen);
        }
        isDocumented("literature", rows);
    }

    @Test
    void everyConnectedGraphOfFiveNodesBehavesAsDocumentedWhoeverLed() throws IOException {
        List<Links> graphs = Links.connected(5);
        assertEquals(21, graphs.size());
        List<String> rows = new ArrayList<>();
        List<String> broken = new ArrayList<>();
        for (Links graph : graphs) {
            StringBuilder hubs = new StringBuilder();
            for (int node = 0; node < 5; node++) {
                hubs.append(graph.isQuorumConnected(node) ? " " + (node + 1) : "");
            }
            Seen worst = new Seen(SEEDS, 0, 0);
            for (int leader = 0; leader < 5; leader++) {
                Seen seen = see(5, leader, graph, false);
                worst = new Seen(
                        Math.min(worst.led, seen.led),
                        Math.max(worst.slowest, seen.slowest),
                        Math.max(worst.mostChanges, seen.mostChanges));
                if (!hubs.isEmpty() && !isAsPromised(seen)) {
                    broken.add(graph + " led by " + (leader + 1) + ": " + seen);
                }
            }
            rows.add("| " + graph + " |" + (hubs.isEmpty() ? " none" : hubs) + " | " + worst.row() + " |");
        }
        assertEquals(List.of(), broken);
        isDocumented("graphs", rows);
    }

    /** Between two marks of the document. */
    private static void isDocumented(String table, List<String> rows) throws IOException {
        String begin = "<!-- " + table + " -->\n";
        String end = "<!-- end of " + table + " -->";
        String text = Files.readString(DOCUMENT);
        int from = text.indexOf(begin) + begin.length();
        int to = text.indexOf(end);
        assertTrue(from >= begin.length() && to >= from, "no table " + table);
        int body = text.indexOf("|\n", text.indexOf("|---", from)) + 2;
        String now = text.substring(0, body) + String.join("\n", rows) + "\n" + text.substring(to);
        if ("write".equals(System.getProperty("huck.tables"))) {
            Files.writeString(DOCUMENT, now);
        } else {
            assertEquals(now, text, "-Dhuck.tables=write writes what is seen");
        }
    }

    @Test
    void aNodeThatWasCutOffAndReturnsCausesNoElection() {
        for (int seed = 1; seed <= 100; seed++) {
            TimedCores cores = new TimedCores(5, seed);
            cores.elect(0);
            long term = cores.highestTerm();
            cores.links(Links.of(5, "1-2 1-3 1-4 2-3 2-4 3-4"));
            cores.run(10 * TimedCores.TIMEOUT);
            cores.propose(0);
            cores.links(Links.all(5));
            cores.changes();
            cores.run(10 * TimedCores.TIMEOUT);
            int at = seed;
            assertEquals(0, cores.changes(), () -> "seed " + at);
            assertEquals(term, cores.highestTerm(), () -> "seed " + at);
            assertEquals(0, cores.leader(), () -> "seed " + at);
        }
    }

    @Test
    void afterHealingThereIsALeaderWithinTenElectionTimeouts() {
        List<Links> graphs = Links.connected(5);
        long slowest = 0;
        int runs = 0;
        for (int seed = 1; seed <= 50; seed++) {
            TimedCores cores = new TimedCores(5, seed);
            cores.run(5 * TimedCores.TIMEOUT);
            cores.links(graphs.get(seed % graphs.size()));
            cores.run(5 * TimedCores.TIMEOUT);
            cores.links(Links.of(5, "1-2 3-4"));
            cores.run((seed % 7) * TimedCores.TIMEOUT);
            cores.links(Links.all(5));
            long took = cores.runUntilLed(TEN);
            int at = seed;
            assertTrue(took >= 0, () -> "seed " + at + ": nobody leads");
            slowest = Math.max(slowest, took);
            runs++;
        }
        System.out.printf(
                Locale.ROOT,
                "healed %d times, a leader within %.2f election timeouts each time%n",
                runs,
                (double) slowest / TimedCores.TIMEOUT);
    }
}
