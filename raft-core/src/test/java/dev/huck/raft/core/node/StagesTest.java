package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No stage waits for another, so there is no circle of stages that wait for each other, however full they are. */
class StagesTest {
    private static final Path NODE = Path.of("src/main/java/dev/huck/raft/core/node");
    private static final Pattern WAITS = Pattern.compile(
            "CountDownLatch|BlockingQueue|BlockingDeque|CyclicBarrier|Semaphore"
                    + "|Phaser|Exchanger|Thread\\.sleep|\\.(wait|await|park|parkNanos)\\(|(?<!options)\\.join\\(\\)|[fF]uture\\.get\\(");
    /** Of a stage of its own thread, which sleeps when there is nothing to do, and of the thread of whoever closes a node. */
    private static final Set<String> OUTSIDE = Set.of("ThreadStage.java", "RaftNode.java");

    @Test
    void noStageWaitsForAnother() throws IOException {
        List<String> waits = new ArrayList<>();
        try (Stream<Path> files = Files.list(NODE)) {
            List<Path> sources = files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !OUTSIDE.contains(file.getFileName().toString()))
                    .sorted()
                    .toList();
            assertTrue(sources.size() > 50, "the node's sources are not at " + NODE.toAbsolutePath());
            for (Path source : sources) {
                for (String line : Files.readAllLines(source)) {
                    String code = line.replaceFirst("^\\s*(\\*|//|/\\*).*", "");
                    if (WAITS.matcher(code).find()) {
                        waits.add(source.getFileName() + " " + code.strip());
                    }
                }
            }
        }
        assertEquals(List.of(), waits);
    }
}
