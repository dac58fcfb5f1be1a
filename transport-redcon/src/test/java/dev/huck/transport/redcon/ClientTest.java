package dev.huck.transport.redcon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientTest {
    private Served served;

    @BeforeEach
    void open() throws IOException {
        served = new Served();
    }

    @AfterEach
    void close() throws IOException {
        served.close();
    }

    @Test
    void arraysAndInlineCommandsAreAnswered() throws IOException {
        Wire wire = served.connect();
        assertEquals("+PONG\r\n", wire.ask("*1\r\n$4\r\nPING\r\n", 7));
        assertEquals("$3\r\na b\r\n", wire.ask("echo \"a b\"\r\n", 9));
    }

    @Test
    void aPipelineIsAnsweredInOrder() throws IOException {
        StringBuilder commands = new StringBuilder();
        StringBuilder replies = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            String text = "m" + i;
            commands.append("*2\r\n$4\r\nECHO\r\n$" + text.length() + "\r\n" + text + "\r\n");
            replies.append("$" + text.length() + "\r\n" + text + "\r\n");
        }
        Wire wire = served.connect();
        Thread sender = new Thread(() -> {
            try {
                wire.send(commands.toString());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        sender.start();
        assertEquals(replies.toString(), wire.read(replies.length()));
    }

    @Test
    void theTransportsOwnAnswersKeepTheirPlaceInAPipeline() throws IOException {
        Wire wire = served.connect();
        String replies = "+PONG\r\n+OK\r\n$1\r\nx\r\n$1\r\nn\r\n+PONG\r\n";
        assertEquals(
                replies,
                wire.ask("PING\r\nCLIENT SETNAME n\r\nECHO x\r\nCLIENT GETNAME\r\nPING\r\n", replies.length()));
    }

    @Test
    void commandsOfOneReadAreOneBatch() throws IOException {
        Wire wire = served.connect();
        assertEquals("+PONG\r\n".repeat(50), wire.ask("PING\r\n".repeat(50), 350));
        assertEquals(List.of(50), served.engine.batches);
    }

    @Test
    void helloSwitchesTheProtocolInItsPlace() throws IOException {
        Wire wire = served.connect();
        String resp2 = "*10\r\n+fine\r\n-ERR no\r\n:-7\r\n$4\r\ntext\r\n$-1\r\n*-1\r\n*2\r\n$1\r\nk\r\n*1\r\n:1\r\n"
                + "$3\r\n2.5\r\n:1\r\n$5\r\nhello\r\n";
        String resp3 = "*10\r\n+fine\r\n-ERR no\r\n:-7\r\n$4\r\ntext\r\n_\r\n_\r\n%1\r\n$1\r\nk\r\n~1\r\n:1\r\n"
                + ",2.5\r\n#t\r\n=9\r\ntxt:hello\r\n";
        String expected = resp2 + hello("%7", 3) + resp3 + hello("*14", 2) + resp2;
        assertEquals(expected, wire.ask("TYPES\r\nHELLO 3\r\nTYPES\r\nHELLO 2\r\nTYPES\r\n", expected.length()));
    }

    private static String hello(String header, int protocol) {
        return header + "\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$5\r\n7.2.0\r\n$5\r\nproto\r\n:" + protocol
                + "\r\n$2\r\nid\r\n:1\r\n$4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n"
                + "$7\r\nmodules\r\n*0\r\n";
    }

    @Test
    void quitAnswersAndExecutesNothingMore() throws IOException {
        assertEquals(
                "+PONG\r\n+OK\r\n",
                served.connect().send("PING\r\nQUIT\r\nECHO x\r\n").rest());
        assertEquals(List.of("ping"), served.engine.executed);
    }

    @Test
    void aProtocolErrorIsAnsweredAfterEarlierRepliesAndCloses() throws IOException {
        assertEquals(
                "+PONG\r\n-ERR Protocol error: invalid multibulk length\r\n",
                served.connect().send("PING\r\n*x\r\nPING\r\n").rest());
        assertEquals(List.of("ping"), served.engine.executed);
    }

    @Test
    void whoSendsNoMoreStillGetsHisReplies() throws IOException {
        assertEquals("+PONG\r\n".repeat(1000), served.exchange("PING\r\n".repeat(1000)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST / HTTP/1.1\r\nHost: x\r\n\r\nECHO x\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\n\r\nECHO x\r\n",
                "OPTIONS * HTTP/1.1\r\n\r\nECHO x\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nECHO x\r\n",
                "Host: x\r\nECHO x\r\n",
                "*1\r\n$4\r\npost\r\nECHO x\r\n",
            })
    void aHttpRequestIsClosedExecutingNothing(String request) throws IOException {
        assertEquals("", served.connect().send(request).rest());
        assertEquals(List.of(), served.engine.executed);
    }

    @Test
    void repliesCanBeSkippedAndSwitchedOff() throws IOException {
        assertEquals(
                "$1\r\n2\r\n+OK\r\n$1\r\n5\r\n+RESET\r\n$1\r\n7\r\n",
                served.exchange("CLIENT REPLY SKIP\r\nECHO 1\r\nECHO 2\r\nCLIENT REPLY OFF\r\nECHO 3\r\n"
                        + "CLIENT REPLY SKIP\r\nECHO 4\r\nCLIENT REPLY ON\r\nECHO 5\r\n"
                        + "CLIENT REPLY OFF\r\nECHO 6\r\nRESET\r\nECHO 7\r\n"));
    }

    @Test
    void aClientIsListedUntilItIsGone() throws IOException {
        Wire one = served.connect();
        one.ask("CLIENT SETNAME first\r\n", 5);
        one.ask("CLIENT SETINFO LIB-NAME tester\r\n", 5);
        Wire other = served.connect();
        String local = "127.0.0.1:" + one.socket.getLocalPort();
        other.send("CLIENT LIST\r\n").line();
        String line = other.line();
        assertTrue(
                line.startsWith("id=1 addr=" + local + " laddr=" + served.transport.address() + " name=first "), line);
        assertTrue(line.endsWith("cmd=client user=default redir=-1 resp=2 lib-name=tester lib-ver="), line);
        one.close();
        await().until(() -> served.exchange("CLIENT LIST ID 1\r\n").equals("$0\r\n\r\n"));
        assertTrue(served.engine.sessions.get(0).closed);
    }

    @Test
    void aClientCanBeKilledByAnother() throws IOException {
        Wire victim = served.connect();
        victim.ask("PING\r\n", 7);
        assertEquals(":1\r\n", served.exchange("CLIENT KILL ID 1\r\n"));
        assertEquals("", victim.rest());
    }

    @Test
    void aClientThatReadsNothingCanBeKilled() throws IOException {
        Wire victim = served.connect();
        victim.send("ZEROS 20000000\r\n");
        await().until(() -> served.exchange("CLIENT LIST ID 1\r\n").matches("(?s).* omem=[1-9].*"));
        assertEquals(":1\r\n", served.exchange("CLIENT KILL ID 1\r\n"));
        await().until(() -> served.engine.sessions.get(0).closed);
    }

    @Test
    void aClientThatKillsItselfIsAnswered() throws IOException {
        Wire wire = served.connect();
        assertEquals(
                ":1\r\n", wire.send("CLIENT KILL ID 1 SKIPME no\r\nPING\r\n").rest());
    }

    @Test
    void maintenanceNotificationsAreAcceptedSoThatClientsPrintNoWarning() throws IOException {
        assertEquals("+OK\r\n", served.exchange("CLIENT MAINT_NOTIFICATIONS ON moving-endpoint-type internal-ip\r\n"));
    }

    @Test
    void theTransportNamesItsCommands() {
        assertEquals(
                List.of("auth", "client", "hello", "quit", "reset", "select"),
                served.transport.commands().stream()
                        .map(spec -> spec.name())
                        .sorted()
                        .toList());
    }

    @Test
    void theEngineCanStopAndResumeReading() throws IOException {
        Wire wire = served.connect();
        wire.ask("PING\r\n", 7);
        served.engine.sessions.get(0).connection.setReading(false);
        // The order reaches the event loop before the answer of a later connection does.
        Wire other = served.connect();
        other.ask("PING\r\n", 7);
        wire.send("ECHO late\r\n");
        other.ask("PING\r\n", 7);
        assertEquals(List.of("ping", "ping", "ping"), served.engine.executed);
        served.engine.sessions.get(0).connection.setReading(true);
        assertEquals("$4\r\nlate\r\n", wire.read(10));
    }

    @Test
    void aConnectionClosedByTheEngineSendsWhatWasFlushed() throws IOException {
        Wire wire = served.connect();
        wire.ask("PING\r\n", 7);
        var connection = served.engine.sessions.get(0).connection;
        connection.replies().error("UNKNOWN leader lost");
        connection.flush();
        connection.close();
        assertEquals("-UNKNOWN leader lost\r\n", wire.rest());
    }

    @Test
    void stoppedClientsAreReadNoMoreButAnswered() throws IOException {
        Wire wire = served.connect();
        wire.ask("PING\r\n", 7);
        served.transport.stopClients();
        assertEquals("", served.connect().send("PING\r\n").rest());
        var connection = served.engine.sessions.get(0).connection;
        wire.send("PING\r\n");
        connection.replies().simple("last words");
        connection.flush();
        assertEquals("+last words\r\n", wire.read(13));
        served.transport.close();
        assertEquals("", wire.rest());
        assertEquals(List.of("ping"), served.engine.executed);
    }
}
