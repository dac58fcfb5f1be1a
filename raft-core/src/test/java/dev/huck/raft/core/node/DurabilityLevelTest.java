package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.Options;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogStore;
import dev.huck.raft.core.storage.NodeFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Durability is the cluster's: the option of a later start changes nothing. */
@Timeout(60)
class DurabilityLevelTest {
    private final List<LogStore> opened = new ArrayList<>();
    private final NodeWorld world = new NodeWorld(this::withWhatTheLastOneHeld);

    private LogStore withWhatTheLastOneHeld(LogStore fresh) {
        try {
            if (!opened.isEmpty()) {
                List<LogEntry> entries = new ArrayList<>();
                opened.get(opened.size() - 1).read(1, entries::add);
                fresh.append(entries);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        opened.add(fresh);
        return fresh;
    }

    @ParameterizedTest
    @EnumSource
    void whoFoundsTheClusterChoosesAndWhoIsStartedWithAnotherLevelFollows(Durability option) throws Exception {
        world.open(Options.builder().durability(Durability.MEDIUM)).close();
        RaftNode again = world.open(Options.builder().durability(option));
        // A change of the configuration, which has the level in it, is when the log would take another up.
        NodeWorld.changed(again, "127.0.0.1:3");
        assertEquals(Durability.MEDIUM, again.raft().configuration().settings().durability());
        again.close();
        try (NodeFile file = NodeFile.open(world.disk)) {
            assertEquals(
                    Durability.MEDIUM, Objects.requireNonNull(file.record()).lastDurability());
        }
    }
}
