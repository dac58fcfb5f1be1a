package dev.huck.example.clone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Client;
import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.MembershipChange;
import dev.huck.raft.api.Node;
import dev.huck.raft.api.NodeStatus;
import dev.huck.raft.api.Options;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the program prints, and the code with which it ends. */
class CloneTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void readyNodeIsAnnouncedInOneLine() {
        assertEquals(0, run(options -> new IdleNode(options, null), "-p", "7999"));
        assertEquals("listening on 127.0.0.1:7999\n", printed(out));
        assertEquals("", printed(err));
    }

    @Test
    void nodeThatCannotStartIsReportedInOneLine() {
        int code = run(options -> {
            throw new HuckException.StartFailed("ERR port 7481 is in use: stop what listens there", null);
        });
        assertEquals(1, code);
        assertEquals("", printed(out));
        assertEquals("clone: can't start: port 7481 is in use: stop what listens there\n", printed(err));
    }

    @Test
    void nodeThatFailsWhileRunningIsReportedAndClosed() {
        IdleNode[] node = new IdleNode[1];
        int code = run(
                options -> node[0] = new IdleNode(options, new HuckException.StorageFailed("ERR disk is full", null)));
        assertEquals(3, code);
        assertEquals("clone: stopped: disk is full\n", printed(err));
        assertTrue(node[0].closed);
    }

    @Test
    void nodeThatCannotJoinCannotStart() {
        int code = run(options -> new IdleNode(options, new HuckException.StartFailed("ERR could not join", null)));
        assertEquals(1, code);
        assertEquals("clone: can't start: could not join\n", printed(err));
    }

    @Test
    void wrongCallIsReportedInOneLineAndStartsNothing() {
        assertEquals(2, run(CloneTest::mustNotOpen, "--durability", "x"));
        assertEquals("", printed(out));
        assertEquals("clone: --durability 'x': allowed are low, medium, high\n", printed(err));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-h", "--help", "-help"})
    void helpIsPrintedAndNothingStarted(String option) {
        assertEquals(0, run(CloneTest::mustNotOpen, option));
        assertTrue(printed(out).contains("--dir"), printed(out));
        assertTrue(printed(out).contains("log store: chronicle, lmdb, memory (what"), printed(out));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-v", "--version", "-version"})
    void versionIsPrintedAndNothingStarted(String option) {
        assertEquals(0, run(CloneTest::mustNotOpen, option));
        assertTrue(printed(out).matches("huck clone \\d+\\.\\d+\\.\\S+ on Java \\S+\n"), printed(out));
    }

    private int run(Function<Options, Node> opener, String... line) {
        return new Clone(Map.of("HUCK_LOGLEVEL", "quiet"), new PrintStream(out), new PrintStream(err), opener)
                .run(line);
    }

    private static Node mustNotOpen(Options options) {
        throw new AssertionError("a node was opened");
    }

    private static String printed(ByteArrayOutputStream bytes) {
        return bytes.toString(UTF_8).replace(System.lineSeparator(), "\n");
    }

    /** Stops at once, by itself. */
    private static final class IdleNode implements Node {
        private final Options options;
        private final HuckException failure;
        private boolean closed;

        IdleNode(Options options, HuckException failure) {
            this.options = options;
            this.failure = failure;
        }

        @Override
        public String address() {
            return options.address();
        }

        @Override
        public void awaitClose() {
            if (failure != null) {
                throw failure;
            }
        }

        @Override
        public void close() {
            closed = true;
        }

        @Override
        public Client client() {
            throw new UnsupportedOperationException();
        }

        @Override
        public NodeStatus status() {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Void> changeMembers(MembershipChange change) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Void> transferLeadership() {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Void> transferLeadership(String idOrAddress) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Long> snapshot() {
            throw new UnsupportedOperationException();
        }

        @Override
        public java.util.Map<String, Long> metrics() {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Void> shrinkLog() {
            throw new UnsupportedOperationException();
        }
    }
}
