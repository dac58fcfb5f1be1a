package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Client;
import dev.huck.raft.api.Command;
import dev.huck.raft.api.Consistency;
import dev.huck.raft.api.Result;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client in the process behaves as a connection does. */
final class LocalClientTest {
    private Shell shell;
    private Client client;

    @BeforeEach
    void connect() throws IOException {
        shell = new Shell();
        client = new LocalClient(shell.loop, shell.machines, shell.builtIns);
    }

    private CompletableFuture<Result> send(String line) {
        return client.send(Shell.command(line)).toCompletableFuture();
    }

    @Test
    void writeIsAnsweredWhenItIsApplied() {
        CompletableFuture<Result> answer = send("inc");
        shell.stage.run();
        assertFalse(answer.isDone());
        shell.commitAll();
        shell.stage.run();
        assertEquals(1, answer.join().asLong());
    }

    @Test
    void localCommandIsAnsweredAtOnce() {
        assertEquals("PONG", send("ping").join().asString());
    }

    @Test
    void answersBelongToTheirCommands() {
        CompletableFuture<Result> first = send("inc");
        CompletableFuture<Result> second = send("ping");
        CompletableFuture<Result> third = send("refuse");
        shell.commitAll();
        shell.stage.run();
        assertEquals(new Result.Int(1), first.join());
        assertEquals(new Result.Simple("PONG"), second.join());
        assertEquals(new Result.Error("ERR refused"), third.join());
    }

    @Test
    void consistencyOfOneCallOverridesTheNodes() {
        CompletableFuture<Result> answer =
                client.send(Consistency.LOW, Command.of("get")).toCompletableFuture();
        shell.stage.run();
        assertEquals(0, answer.join().asLong());
        assertTrue(shell.loop.submitted.isEmpty());
    }

    @Test
    void whatHangsOnAnAnswerMaySendAgain() {
        List<Result> seen = new ArrayList<>();
        send("ping").thenAccept(pong -> send("echo again").thenAccept(seen::add));
        send("inc").thenAccept(one -> send("inc").thenAccept(seen::add));
        shell.commitAll();
        shell.stage.run();
        shell.commitAll();
        shell.stage.run();
        assertEquals(
                List.of("again", "2"), seen.stream().map(LocalClientTest::text).toList());
    }

    private static String text(Result result) {
        return result instanceof Result.Int integer ? Long.toString(integer.value()) : result.asString();
    }

    @Test
    void nestedReplyBecomesAValue() {
        Result info = send("command info add nosuch").join();
        List<Result> infos = ((Result.Array) info).elements();
        assertEquals(new Result.Nil(), infos.get(1));
        assertEquals("add", ((Result.Array) infos.get(0)).elements().get(0).asString());
    }

    @Test
    void closedClientAnswersWhatIsUnderWayAndRefusesMore() {
        CompletableFuture<Result> answer = send("inc");
        client.close();
        assertTrue(((Result.Error) answer.join()).message().startsWith("UNKNOWN "));
        assertTrue(((Result.Error) send("inc").join()).message().startsWith("CLUSTERDOWN the client"));
        shell.commitAll();
        shell.stage.run();
        assertEquals(1, shell.machines.appliedIndex());
    }

    @Test
    void nodeThatStopsClosesItsClients() {
        CompletableFuture<Result> answer = send("inc");
        boolean[] ended = new boolean[1];
        shell.machines.close(() -> ended[0] = true);
        shell.stage.run();
        assertTrue(answer.isDone());
        assertTrue(ended[0]);
        assertTrue(send("inc").join().isError());
    }

    @Test
    void clientWithTooMuchUnderWayIsToldSo() {
        for (int i = 0; i < ClientSession.MAX_OPERATIONS; i++) {
            send("inc");
        }
        CompletableFuture<Result> refused = send("inc");
        assertTrue(((Result.Error) refused.join()).message().startsWith("BUSY "));
        shell.commitAll();
        shell.stage.run();
        assertFalse(send("inc").isDone());
    }
}
