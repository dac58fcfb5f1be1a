package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.Options;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class OwnSettingsTest {
    @Test
    void whoIsStartedAsTheClusterHasAgreedIsToldNothing() {
        Options options = Options.builder().durability(Durability.MEDIUM).build();
        assertEquals(List.of(), OwnSettings.ignored(options, OwnSettings.of(options)));
    }

    @Test
    void everyOptionThatIsIgnoredIsNamedWithWhatHolds() {
        Options own = Options.builder()
                .durability(Durability.LOW)
                .heartbeat(Duration.ofMillis(50))
                .electionTimeoutMin(Duration.ofMillis(300))
                .electionTimeoutMax(Duration.ofMillis(700))
                .build();
        assertEquals(
                List.of(
                        "durability HIGH and not LOW",
                        "heartbeat 100 ms and not 50 ms",
                        "shortest election timeout 600 ms and not 300 ms",
                        "longest election timeout 1200 ms and not 700 ms"),
                OwnSettings.ignored(own, OwnSettings.of(Options.builder().build())));
    }

    @Test
    void boundsOfSessionsAreComparedToo() {
        Options own = Options.builder().maxSessions(7).build();
        assertEquals(
                1,
                OwnSettings.ignored(own, OwnSettings.of(Options.builder().build()))
                        .size());
    }
}
