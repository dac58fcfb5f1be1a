package dev.huck.raft.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.spi.Engine;
import dev.huck.raft.api.spi.Providers;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class OptionsTest {

    @Test
    void theDefaultsAreSafeForAStranger() {
        Options options = Options.builder().build();
        assertEquals(Durability.HIGH, options.durability());
        assertEquals(Consistency.HIGH, options.consistency());
        assertTrue(options.address().startsWith("127.0.0.1:"));
    }

    @Test
    void aBuilderTakesOverEveryOption() {
        Options options =
                Options.builder().directory(Path.of("x")).id("n").insecure(true).build();
        Options same = options.toBuilder().build();
        assertEquals(Path.of("x"), same.directory());
        assertEquals("n", same.id().orElseThrow());
        assertTrue(same.insecure());
    }

    @Test
    void boundsOfSessionsAreTakenOverAndChecked() {
        Options options = Options.builder()
                .sessionExpiry(Duration.ofMinutes(1))
                .maxSessions(2)
                .sessionReplyBytes(3)
                .sessionTotalBytes(4)
                .build()
                .toBuilder()
                .build();
        assertEquals(Duration.ofMinutes(1), options.sessionExpiry());
        assertEquals(2, options.maxSessions());
        assertEquals(3, options.sessionReplyBytes());
        assertEquals(4, options.sessionTotalBytes());
        for (Options.Builder wrong : new Options.Builder[] {
            Options.builder().sessionExpiry(Duration.ZERO),
            Options.builder().sessionExpiry(Duration.ofDays(4000)),
            Options.builder().maxSessions(0),
            Options.builder().sessionReplyBytes(-1),
            Options.builder().sessionTotalBytes(-1)
        }) {
            assertThrows(HuckException.StartFailed.class, wrong::build);
        }
    }

    @Test
    void contradictionsAreRefused() {
        assertThrows(HuckException.StartFailed.class, () -> Options.builder()
                .electionTimeoutMin(Duration.ofMillis(200))
                .build());
        assertThrows(HuckException.StartFailed.class, () -> Options.builder()
                .address("127.0.0.1:1")
                .join("127.0.0.1:1")
                .build());
    }

    @Test
    void aMissingProviderIsNamed() {
        HuckException refused = assertThrows(
                HuckException.StartFailed.class, () -> Providers.choose(Engine.class, Engine::name, "nope"));
        assertTrue(String.valueOf(refused.getMessage()).contains("no Engine 'nope'"), refused.getMessage());
    }
}
