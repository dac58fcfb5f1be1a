package dev.huck.raft.core.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The core takes time, randomness and the disk's word as inputs; nothing in it may reach for them. */
class PurityTest {
    private static final Path CORE = Path.of("src/main/java/dev/huck/raft/core/consensus");
    private static final Pattern AMBIENT = Pattern.compile(
            "System\\.(nanoTime|currentTimeMillis)|Instant\\.now|new Random\\(|ThreadLocalRandom|SecureRandom|\\bThread\\b"
                    + "|java\\.(io|net|nio\\.file|nio\\.channels)\\.|java\\.util\\.concurrent|org\\.slf4j"
                    + "|synchronized|volatile|identityHashCode|IdentityHashMap|\\.hashCode\\(\\)");
    /** Their order of iteration is nobody's promise; only {@code contains} and the like are allowed, on a HashSet of longs. */
    private static final Pattern UNORDERED = Pattern.compile("new HashMap|Set\\.of\\(|Map\\.of\\(");

    @Test
    void theCoreHasNoClockNoThreadNoDiskAndNoOrderByChance() throws IOException {
        assertEquals(List.of(), offences(AMBIENT));
        assertEquals(List.of(), offences(UNORDERED));
    }

    private static List<String> offences(Pattern pattern) throws IOException {
        List<String> offences = new ArrayList<>();
        try (Stream<Path> files = Files.list(CORE)) {
            List<Path> sources =
                    files.filter(f -> f.toString().endsWith(".java")).sorted().toList();
            assertTrue(sources.size() > 20, "the core's sources are not at " + CORE.toAbsolutePath());
            for (Path source : sources) {
                List<String> lines = Files.readAllLines(source);
                for (int i = 0; i < lines.size(); i++) {
                    String code = lines.get(i).replaceFirst("^\\s*(\\*|//|/\\*).*", "");
                    if (pattern.matcher(code).find()) {
                        offences.add(source.getFileName() + ":" + (i + 1) + " " + code.strip());
                    }
                }
            }
        }
        return offences;
    }
}
