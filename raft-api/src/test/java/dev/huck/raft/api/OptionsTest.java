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
