package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.huck.raft.api.Consistency;
import dev.huck.raft.api.Options;
import dev.huck.raft.api.ReadOptions;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Effect;
import dev.huck.raft.core.consensus.HardState;
import dev.huck.raft.core.consensus.Limits;
import dev.huck.raft.core.consensus.Raft;
import dev.huck.raft.core.consensus.Recovery;
import dev.huck.raft.core.node.Shell.Guest;
import java.io.IOException;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class RequestsTest {
    private static final long MILLIS = 1_000_000L;

    private final Shell shell;
    private final Requests requests;

    RequestsTest() throws IOException {
        shell = new Shell();
        Recovery recovery = new Recovery(
                1, new HardState(1, 0), LogPosition.START, Configuration.EMPTY, 0, LogPosition.START, Limits.DEFAULT);
        Raft raft = recovery.start(Limits.DEFAULT, new SplittableRandom(1), shell.stage.now());
        requests = new Requests(
                shell.environment,
                Options.builder().build(),
                shell.stage,
                raft,
                shell.machines,
                () -> {
                    throw new AssertionError("nobody is refused");
                },
                Runnable::run,
                message -> {});
    }

    private Guest reads(long maxStaleMillis) {
        Guest client = shell.connect();
        client.read(ReadOptions.at(Consistency.LOW).maxStale(Duration.ofMillis(maxStaleMillis)), "get");
        return client;
    }

    @Test
    void theStateIsAsOldAsTheQuestionHowFarTheLogIsAndNotAsTheAnswer() {
        requests.refresh();
        shell.stage.pass(300 * MILLIS);
        requests.readReady(new Effect.ReadReady(-1, 0));
        assertEquals("", reads(299).received());
        assertEquals(":0", reads(300).received());
    }

    @Test
    void aQuestionIsAskedOnceUntilItIsAnsweredAndCountsFromTheFirstTime() {
        requests.refresh();
        shell.stage.pass(200 * MILLIS);
        requests.refresh(); // for somebody else
        shell.stage.pass(100 * MILLIS);
        requests.readReady(new Effect.ReadReady(-1, 0));
        assertEquals("", reads(299).received());
        requests.refresh();
        requests.readReady(new Effect.ReadReady(-2, 0));
        assertEquals(":0", reads(0).received());
    }
}
