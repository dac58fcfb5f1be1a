package dev.huck.raft.api;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A client that repeats a command, at whatever node, until it has the answer; and the cluster executes it once (Raft §8,
 * dissertation §6.3). It opens a session, numbers its commands, and finds the leader by itself.
 *
 * <p>Commands are sent one after the other, each when the one before it has its result; who wants more at a time opens
 * more clients. Reads are sent as they are: repeating one does no harm.
 *
 * <p><b>Results.</b> As {@link Client}'s: errors are results. At the end of the patience the result is the last refusal
 * ({@code TRY}, {@code CLUSTERDOWN}, {@code BUSY}, …) if no attempt was executed, and {@code UNKNOWN …} if one may have
 * been. A command whose result was {@code UNKNOWN} never takes effect after a later command of this client: its session is
 * ended first.
 *
 * <p><b>Limits.</b> A session that is not used for {@link Options#sessionExpiry}, or is evicted because there are too
 * many, is forgotten; then a command of which no attempt can have been executed goes into a new session, and any other is
 * {@code UNKNOWN}. A machine's own errors must not begin with the code of a refusal, or they are taken for one.
 *
 * <p><b>Threading.</b> Safe for use by several threads, which take turns. Methods wait in the thread that calls them; so
 * they must not be called on a node's own threads.
 */
public final class ExactlyOnceClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long LONGEST_ATTEMPT_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long FIRST_PAUSE_MILLIS = 5;
    private static final long LONGEST_PAUSE_MILLIS = 200;

    private final ReentrantLock turn = new ReentrantLock();
    private final Nodes nodes;
    private final Duration patience;
    private @Nullable Client client;
    private Optional<String> leader = Optional.empty();
    private long session;
    /** To be closed before another is opened: a command of unknown outcome may be under way in it. */
    private long doubtful;

    private long number;

    /** Connects to the nodes of a cluster. */
    @FunctionalInterface
    public interface Nodes {
        /**
         * Connects to one.
         *
         * @param leader host:port of the leader, when a node has named it; else any node will do, best another one each
         *     time
         * @return a connection, which is closed after any failure
         * @throws IOException when that fails; another is asked for, with pauses
         */
        Client connect(Optional<String> leader) throws IOException;
    }

    /**
     * A client with a patience of 30 seconds. Opens its session with the first command.
     *
     * @param nodes the cluster
     */
    public ExactlyOnceClient(Nodes nodes) {
        this(nodes, PATIENCE);
    }

    /**
     * A client. Opens its session with the first command.
     *
     * @param nodes the cluster
     * @param patience how long a command is repeated
     */
    public ExactlyOnceClient(Nodes nodes, Duration patience) {
        this.nodes = nodes;
        this.patience = patience;
    }

    /**
     * Executes a command once.
     *
     * @param name the command's name, in any case
     * @param arguments {@code byte[]} as they are, anything else as text
     * @return its result
     */
    public Result send(String name, Object... arguments) {
        return send(Command.of(name, arguments));
    }

    /**
     * Executes a command once.
     *
     * @param command the command
     * @return its result
     */
    public Result send(Command command) {
        turn.lock();
        try {
            return new Sending(System.nanoTime() + patience.toNanos()).send(command);
        } finally {
            turn.unlock();
        }
    }

    /** Ends the session, if a node takes that at once, and the connection. */
    @Override
    public void close() {
        turn.lock();
        try {
            if (session != 0 && client != null) {
                new Sending(System.nanoTime() + TimeUnit.SECONDS.toNanos(1))
                        .attempt(Command.of("RAFT", "SESSION", "CLOSE", session));
            }
            session = 0;
            disconnect();
        } finally {
            turn.unlock();
        }
    }

    private void disconnect() {
        Client open = client;
        client = null;
        if (open != null) {
            open.close();
        }
    }

    /** What is done for one command. */
    private final class Sending {
        private final long deadline;
        private long pause = FIRST_PAUSE_MILLIS;
        private Result.Error refusal = new Result.Error("CLUSTERDOWN no node could be reached; nothing was done");
        /** An attempt may have been executed. */
        private boolean unknown;

        private boolean interrupted;

        Sending(long deadline) {
            this.deadline = deadline;
        }

        Result send(Command command) {
            Command tagged = null;
            while (!interrupted && System.nanoTime() - deadline < 0) {
                if (session == 0) {
                    // Only before the first attempt, or when none can have been executed.
                    tagged = null;
                    open();
                    continue;
                }
                if (tagged == null) {
                    number++;
                    tagged = tagged(command);
                }
                Result result = attempt(tagged);
                if (result == null) {
                    unknown = true;
                } else if (isGone(result)) {
                    session = 0;
                    if (unknown) {
                        return unknown("its session has ended");
                    }
                } else if (!isRefusal(result)) {
                    return result;
                }
            }
            if (!unknown) {
                return refusal;
            }
            doubtful = session;
            session = 0;
            return unknown("there was no answer in time");
        }

        private Result unknown(String why) {
            return new Result.Error("UNKNOWN " + why + ": the command may have been executed, once");
        }

        private Command tagged(Command command) {
            Object[] words = new Object[6 + command.count()];
            words[0] = "SESSION";
            words[1] = "DO";
            words[2] = session;
            words[3] = number;
            // Whatever has a lower number has its result, or will never be asked for again.
            words[4] = number;
            words[5] = command.typedName();
            for (int i = 0; i < command.count(); i++) {
                words[6 + i] = command.bytes(i);
            }
            return Command.of("RAFT", words);
        }

        private void open() {
            if (doubtful != 0) {
                Result closed = attempt(Command.of("RAFT", "SESSION", "CLOSE", doubtful));
                if (closed instanceof Result.Int) {
                    doubtful = 0;
                }
                return;
            }
            if (attempt(Command.of("RAFT", "SESSION", "OPEN")) instanceof Result.Int opened) {
                session = opened.value();
                number = 0;
            }
        }

        /** One attempt at one node; null if nothing is known of it. Waits a little after one that did not succeed. */
        private @Nullable Result attempt(Command command) {
            Client open = client;
            try {
                if (open == null) {
                    open = nodes.connect(leader);
                    client = open;
                    leader = Optional.empty();
                }
            } catch (IOException | RuntimeException e) {
                refusal = new Result.Error("CLUSTERDOWN no node could be reached; nothing was done: " + e.getMessage());
                leader = Optional.empty();
                pause();
                return refusal;
            }
            Result result = ask(open, command);
            if (result == null || isRefusal(result)) {
                disconnect();
                boolean redirected = result instanceof Result.Error error && redirected(error);
                if (!redirected) {
                    pause();
                }
            }
            return result;
        }

        private @Nullable Result ask(Client open, Command command) {
            long left = Math.max(1, Math.min(LONGEST_ATTEMPT_NANOS, deadline - System.nanoTime()));
            try {
                Result result = open.send(command).toCompletableFuture().get(left, TimeUnit.NANOSECONDS);
                if (result instanceof Result.Error error && error.message().startsWith("UNKNOWN ")) {
                    return null;
                }
                return result;
            } catch (TimeoutException | ExecutionException | RuntimeException e) {
                return null;
            } catch (InterruptedException e) {
                interrupted = true;
                Thread.currentThread().interrupt();
                return null;
            }
        }

        private boolean redirected(Result.Error error) {
            refusal = error;
            String address =
                    error.message().startsWith("TRY ") ? error.message().substring(4) : "";
            // Nodes that point at each other, or at one that is gone, are not asked without a pause.
            leader = address.isEmpty() ? Optional.empty() : Optional.of(address);
            if (leader.isPresent() && pause == FIRST_PAUSE_MILLIS) {
                pause++;
                return true;
            }
            return false;
        }

        private void pause() {
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                interrupted = true;
                Thread.currentThread().interrupt();
            }
            pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
        }
    }

    /** Whether an answer says that this attempt was not, and will not be, executed, and that another may be. */
    private static boolean isRefusal(Result result) {
        if (!(result instanceof Result.Error error)) {
            return false;
        }
        String message = error.message();
        int space = message.indexOf(' ');
        return switch (space < 0 ? message : message.substring(0, space)) {
            case "TRY", "CLUSTERDOWN", "BUSY", "LOADING", "MACHINE" -> true;
            default -> false;
        };
    }

    private static boolean isGone(Result result) {
        return result instanceof Result.Error error && error.message().startsWith("NOSESSION ");
    }
}
