package dev.huck.raft.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class ExactlyOnceClientTest {
    private final List<String> sent = new ArrayList<>();
    private final Deque<Result> answers = new ArrayDeque<>();
    private final List<Optional<String>> connected = new ArrayList<>();
    private int interruptAt;

    /** A cluster by script: each command gets the next answer; null for none. */
    private final class Scripted implements Client {
        @Override
        public CompletionStage<Result> send(Command command) {
            StringBuilder text = new StringBuilder(command.name());
            for (int i = 0; i < command.count(); i++) {
                text.append(' ').append(command.string(i));
            }
            sent.add(text.toString());
            if (sent.size() == interruptAt) {
                Thread.currentThread().interrupt();
            }
            Result answer = answers.remove();
            return answer instanceof Result.Nil
                    ? CompletableFuture.failedFuture(new IOException("connection lost"))
                    : CompletableFuture.completedFuture(answer);
        }

        @Override
        public CompletionStage<Result> send(ReadOptions options, Command command) {
            return send(command);
        }

        @Override
        public long lastIndex() {
            return 0;
        }

        @Override
        public void close() {}
    }

    private ExactlyOnceClient client(Duration patience) {
        return new ExactlyOnceClient(
                leader -> {
                    connected.add(leader);
                    return new Scripted();
                },
                patience);
    }

    private void script(Result... all) {
        answers.addAll(List.of(all));
    }

    private static Result error(String message) {
        return new Result.Error(message);
    }

    private static final Result LOST = new Result.Nil();

    @Test
    void commandIsRepeatedUnderItsNumberUntilItHasAnAnswer() {
        script(new Result.Int(7), LOST, error("UNKNOWN what"), error("BUSY no"), new Result.Int(1), new Result.Int(2));
        ExactlyOnceClient client = client(Duration.ofSeconds(30));
        assertEquals(1, client.send("incr", "k").asLong());
        assertEquals(2, client.send("incr", "k").asLong());
        assertEquals(
                List.of(
                        "raft SESSION OPEN",
                        "raft SESSION DO 7 1 1 incr k",
                        "raft SESSION DO 7 1 1 incr k",
                        "raft SESSION DO 7 1 1 incr k",
                        "raft SESSION DO 7 1 1 incr k",
                        "raft SESSION DO 7 2 2 incr k"),
                sent);
    }

    @Test
    void namedLeaderIsAsked() {
        script(error("TRY 10.0.0.2:1"), new Result.Int(7), new Result.Simple("OK"));
        assertEquals("OK", client(Duration.ofSeconds(30)).send("set", "k", 1).asString());
        assertEquals(List.of(Optional.empty(), Optional.of("10.0.0.2:1")), connected);
    }

    @Test
    void machinesOwnErrorIsTheResult() {
        script(new Result.Int(7), error("WRONGTYPE no"));
        assertEquals(error("WRONGTYPE no"), client(Duration.ofSeconds(30)).send("incr", "k"));
    }

    @Test
    void commandOfALostSessionGoesIntoANewOneIfItCannotHaveRun() {
        script(new Result.Int(7), error("BUSY"), error("NOSESSION 7"), new Result.Int(8), new Result.Int(1));
        assertEquals(1, client(Duration.ofSeconds(30)).send("incr", "k").asLong());
        assertEquals("raft SESSION DO 8 1 1 incr k", sent.get(sent.size() - 1));
    }

    @Test
    void commandOfALostSessionIsUnknownIfItMayHaveRun() {
        script(new Result.Int(7), LOST, error("NOSESSION 7"), new Result.Int(8), new Result.Int(5));
        ExactlyOnceClient client = client(Duration.ofSeconds(30));
        assertTrue(((Result.Error) client.send("incr", "k")).message().startsWith("UNKNOWN "));
        assertEquals(5, client.send("incr", "k").asLong());
    }

    @Test
    void atTheEndOfThePatienceTheResultSaysWhatIsKnown() {
        ExactlyOnceClient nobody = new ExactlyOnceClient(
                leader -> {
                    throw new IOException("refused");
                },
                Duration.ofMillis(30));
        assertTrue(((Result.Error) nobody.send("incr", "k")).message().startsWith("CLUSTERDOWN "));
    }

    @Test
    void sessionOfAnUnknownOutcomeIsClosedBeforeAnotherIsOpened() {
        script(new Result.Int(7), LOST, LOST);
        interruptAt = 3;
        ExactlyOnceClient client = client(Duration.ofMinutes(10));
        assertTrue(((Result.Error) client.send("incr", "k")).message().startsWith("UNKNOWN "));
        assertTrue(Thread.interrupted(), "which is how its patience ended here");
        sent.clear();
        script(error("CLUSTERDOWN"), new Result.Int(1), new Result.Int(9), new Result.Int(2));
        assertEquals(2, client.send("incr", "k").asLong());
        assertEquals(
                List.of(
                        "raft SESSION CLOSE 7",
                        "raft SESSION CLOSE 7",
                        "raft SESSION OPEN",
                        "raft SESSION DO 9 1 1 incr k"),
                sent);
        script(new Result.Int(1));
        client.close();
        assertEquals("raft SESSION CLOSE 9", sent.get(sent.size() - 1));
    }
}
