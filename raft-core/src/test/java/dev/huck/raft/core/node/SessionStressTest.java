package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.huck.raft.api.Applier;
import dev.huck.raft.api.Command;
import dev.huck.raft.api.Consistency;
import dev.huck.raft.api.Machine;
import dev.huck.raft.api.ReadOptions;
import dev.huck.raft.api.Reply;
import dev.huck.raft.api.Snapshot;
import java.io.DataInput;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Several connections, the machine stage and a core, each on a thread of its own. */
final class SessionStressTest {
    private static final int CLIENTS = 3;
    private static final int COMMANDS = 20_000;

    /** A number per client. */
    private static final class Numbers implements Machine {
        private final Map<String, Long> numbers = new HashMap<>();

        @Override
        public void command(Applier applier, Command command) {
            String key = command.string(0);
            if (command.name().equals("inc")) {
                applier.write(context -> numbers.merge(key, 1L, Long::sum), Reply::integer);
            } else {
                applier.read(context -> numbers.getOrDefault(key, 0L), Reply::integer);
            }
        }

        @Override
        public Snapshot snapshot() {
            return Snapshot.disabled();
        }

        @Override
        public void restore(DataInput in) {
            throw new AssertionError("no snapshots");
        }
    }

    /** A client that checks that nobody writes to it while somebody else does. */
    private static final class Checked extends TextSink {
        private final AtomicBoolean busy;
        private final AtomicInteger clashes;

        Checked(AtomicBoolean busy, AtomicInteger clashes) {
            super(false);
            this.busy = busy;
            this.clashes = clashes;
        }

        @Override
        public void integer(long value) {
            enter(() -> super.integer(value));
        }

        @Override
        public void simple(String value) {
            enter(() -> super.simple(value));
        }

        @Override
        public void error(String message) {
            enter(() -> super.error(message.split(" ")[0]));
        }

        void enter(Runnable task) {
            if (!busy.compareAndSet(false, true)) {
                clashes.incrementAndGet();
            }
            task.run();
            busy.set(false);
        }
    }

    @Test
    void repliesOfEveryConnectionFollowFromItsOwnCommandsInOrder() throws Exception {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        ThreadStage machineStage = new ThreadStage("machine", e -> failure.compareAndSet(null, e));
        ConcurrentLinkedQueue<List<Operation>> submitted = new ConcurrentLinkedQueue<>();
        Shell shell = new Shell(new MemoryDisk(), Numbers::new, machineStage, submitted::add);
        AtomicBoolean done = new AtomicBoolean();
        Thread core = new Thread(() -> playCore(shell, submitted, done));
        core.start();
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            Client client = new Client(shell, "client" + i, new Random(i));
            clients.add(client);
            client.thread.start();
        }
        for (Client client : clients) {
            client.thread.join();
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> client.replies() >= COMMANDS);
        }
        done.set(true);
        core.join();
        machineStage.close();
        assertEquals(null, failure.get());
        for (Client client : clients) {
            client.check();
        }
    }

    /** Proposes, rejects, commits and confirms in random portions, in the order of a log. */
    private static void playCore(Shell shell, ConcurrentLinkedQueue<List<Operation>> submitted, AtomicBoolean done) {
        Random random = new Random(99);
        List<Operation> writes = new ArrayList<>();
        List<Operation> reads = new ArrayList<>();
        while (!done.get()) {
            List<Operation> batch = submitted.poll();
            if (batch == null) {
                Thread.onSpinWait();
            }
            if (batch != null) {
                boolean reject = random.nextInt(20) == 0;
                for (Operation operation : batch) {
                    if (operation.kind == Operation.Kind.READ) {
                        reads.add(operation);
                    } else if (reject) {
                        shell.machines.fail(List.of(operation), "BUSY later");
                    } else {
                        writes.add(operation);
                    }
                }
            }
            if (!writes.isEmpty() && (batch == null || random.nextInt(4) == 0)) {
                shell.commit(writes.toArray(new Operation[0]));
                writes.clear();
            }
            if (!reads.isEmpty() && (batch == null || random.nextInt(4) == 0)) {
                shell.machines.readReady(List.copyOf(reads), 0, 0);
                reads.clear();
            }
        }
    }

    /** Sends commands in random pipelines on a thread of its own. */
    private static final class Client {
        final Thread thread = new Thread(this::send);
        private final Shell shell;
        private final String name;
        private final Random random;
        private final List<String> sent = new ArrayList<>();
        private final AtomicInteger clashes = new AtomicInteger();
        private final AtomicBoolean busy = new AtomicBoolean();
        private final Checked sink = new Checked(busy, clashes);
        private final StringBuilder received = new StringBuilder();
        private final AtomicInteger replies = new AtomicInteger();
        private final TestConnection connection = new TestConnection(sink) {
            @Override
            public void flush() {
                sink.enter(() -> {
                    received.append(' ').append(sink.text);
                    if (!sink.text.isEmpty()) {
                        replies.addAndGet(sink.text.toString().split(" ").length);
                    }
                    sink.text.setLength(0);
                });
            }
        };

        Client(Shell shell, String name, Random random) {
            this.shell = shell;
            this.name = name;
            this.random = random;
        }

        int replies() {
            return replies.get();
        }

        private void send() {
            ClientSession session = new ClientSession(connection, shell.loop, shell.machines, shell.builtIns);
            while (sent.size() < COMMANDS) {
                int pipeline = Math.min(1 + random.nextInt(16), COMMANDS - sent.size());
                for (int i = 0; i < pipeline; i++) {
                    String command = List.of("inc", "get", "low", "PING").get(random.nextInt(4));
                    sent.add(command);
                    switch (command) {
                        case "low" -> session.submit(Command.of("get", name), ReadOptions.at(Consistency.LOW));
                        case "PING" -> session.submit(Command.of("PING"));
                        default -> session.submit(Command.of(command, name));
                    }
                }
                session.flush();
                if (random.nextInt(50) == 0) {
                    // So that the connection's own thread gets to answer, too.
                    Awaitility.await()
                            .pollInterval(Duration.ofMillis(1))
                            .atMost(Duration.ofSeconds(60))
                            .until(() -> replies() >= sent.size());
                }
            }
        }

        void check() {
            String[] got = received.toString().strip().split("\\s+");
            assertEquals(sent.size(), got.length);
            long number = 0;
            for (int i = 0; i < got.length; i++) {
                String expected;
                if (sent.get(i).equals("PING")) {
                    expected = "+PONG";
                } else if (got[i].equals("-BUSY") && sent.get(i).equals("inc")) {
                    expected = "-BUSY";
                } else {
                    number += sent.get(i).equals("inc") ? 1 : 0;
                    expected = ":" + number;
                }
                assertEquals(expected, got[i], name + " command " + i + " " + sent.get(i));
            }
            assertEquals(0, clashes.get(), "two threads wrote at once");
        }
    }
}
