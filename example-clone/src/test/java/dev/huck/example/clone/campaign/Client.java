package dev.huck.example.clone.campaign;

import dev.huck.example.clone.NodeProcess;
import dev.huck.example.clone.Wire;
import dev.huck.example.clone.campaign.Call.Kind;
import dev.huck.example.clone.campaign.Call.Outcome;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/**
 * A client that writes and reads without end, in a thread of its own. Writes follow the leader. Reads do too with every
 * other client; the rest read at one node each, however badly it fares, as that is where something old would be read.
 */
final class Client {
    private static final int TIMEOUT_MILLIS = 1_000;
    private static final int MOST_REST_MILLIS = 8;
    private static final int RETRY_MILLIS = 5;

    private final int number;
    private final Keys keys;
    private final Supplier<List<NodeProcess>> nodes;
    private final History history;
    private final Random random;
    private final Line leading = new Line();
    private final Line reading;
    private final Thread thread;
    private volatile boolean stopped;
    private volatile Throwable failure;
    private int turn;

    /** A connection, and whose it is. */
    private static final class Line {
        Wire wire;
        String address = "";

        /** Closes it; the next call goes to another address, or wherever if that is empty. */
        void leave(String next) {
            address = next;
            if (wire != null) {
                try {
                    wire.close();
                } catch (IOException e) {
                    // It is gone either way.
                }
                wire = null;
            }
        }
    }

    Client(int number, Keys keys, Supplier<List<NodeProcess>> nodes, History history, long seed) {
        this.number = number;
        this.keys = keys;
        this.nodes = nodes;
        this.history = history;
        this.random = new Random(seed);
        this.turn = number;
        this.reading = number % 2 == 0 ? leading : new Line();
        this.thread = new Thread(this::run, "client-" + number);
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            while (!stopped) {
                Keys.Ask ask = keys.next(random);
                call(ask, ask.kind() == Kind.GET ? reading : leading);
                rest(random.nextInt(MOST_REST_MILLIS));
            }
        } catch (RuntimeException | Error e) {
            failure = e;
        } finally {
            leading.leave("");
            reading.leave("");
        }
    }

    /** Asks until the outcome is known or can't be. What was refused for certain is called anew. */
    private void call(Keys.Ask ask, Line line) {
        while (!stopped) {
            if (!connect(line)) {
                continue;
            }
            String node = line.address;
            long called = System.nanoTime();
            Object reply;
            try {
                reply = line.wire.call(ask.words());
            } catch (IOException e) {
                line.leave("");
                note(ask, node, called, Long.MAX_VALUE, Outcome.UNKNOWN, "");
                return;
            }
            if (!(reply instanceof Wire.Failure error)) {
                String output = reply == null || reply.equals("OK") ? "" : reply.toString();
                note(ask, node, called, System.nanoTime(), Outcome.DONE, output);
                return;
            }
            if (!isRefused(error.message(), line)) {
                note(ask, node, called, Long.MAX_VALUE, Outcome.UNKNOWN, "");
                return;
            }
        }
    }

    private boolean connect(Line line) {
        if (line.wire != null) {
            return true;
        }
        if (line.address.isEmpty()) {
            List<NodeProcess> all = nodes.get();
            // A line that is for reads alone stays with its node.
            int which = line == leading ? turn++ : number;
            line.address = all.get(Math.floorMod(which, all.size())).address();
        }
        int colon = line.address.lastIndexOf(':');
        String host = line.address.substring(0, colon);
        try {
            line.wire = new Wire(host, Integer.parseInt(line.address.substring(colon + 1)), TIMEOUT_MILLIS);
            return true;
        } catch (IOException e) {
            line.leave("");
            rest(RETRY_MILLIS);
            return false;
        }
    }

    private void note(Keys.Ask ask, String node, long called, long returned, Outcome outcome, String output) {
        // A read without an answer says nothing.
        if (outcome == Outcome.DONE || ask.kind() != Kind.GET) {
            history.add(new Call(number, node, ask.kind(), ask.key(), ask.value(), called, returned, outcome, output));
        }
    }

    /** Whether an error says that nothing was done, and nothing will be; then the line goes where it says. */
    private static boolean isRefused(String error, Line line) {
        if (error.startsWith("TRY ")) {
            line.leave(error.substring(4));
            return true;
        }
        line.leave("");
        if (error.startsWith("CLUSTERDOWN ") || error.startsWith("BUSY ")) {
            rest(RETRY_MILLIS);
            return true;
        }
        if (error.startsWith("UNKNOWN ")) {
            return false;
        }
        throw new IllegalStateException("an answer that nobody expects: " + error);
    }

    private static void rest(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Tells it to end, and does not wait; what is under way is finished. */
    void stop() {
        stopped = true;
    }

    /** What ended it before it was told to; null if nothing did. */
    Throwable failure() {
        return failure;
    }

    /** Waits until it has ended. */
    void join() throws InterruptedException {
        thread.join();
    }
}
