package dev.huck.example.clone;

import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.Node;
import dev.huck.raft.api.Options;
import dev.huck.raft.api.spi.LogStoreProvider;
import dev.huck.raft.api.spi.Providers;
import java.io.PrintStream;
import java.lang.module.ModuleDescriptor;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a node of the clone. Exit codes: 0 stopped as asked, 1 can't start, 2 called wrongly, 3 failed while running.
 */
public final class Clone {
    private static final Logger LOG = LoggerFactory.getLogger(Clone.class);

    static final int STOPPED = 0;
    static final int CANNOT_START = 1;
    static final int CALLED_WRONGLY = 2;
    static final int FAILED = 3;

    private final Map<String, String> environment;
    private final PrintStream out;
    private final PrintStream err;
    private final Function<Options, Node> opener;
    private final AtomicBoolean ending = new AtomicBoolean();

    Clone(Map<String, String> environment, PrintStream out, PrintStream err, Function<Options, Node> opener) {
        this.environment = environment;
        this.out = out;
        this.err = err;
        this.opener = opener;
    }

    /**
     * Runs a node until it is told to stop.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        Clone clone =
                new Clone(System.getenv(), System.out, System.err, options -> Node.open(options, CloneMachine::new));
        System.exit(clone.run(arguments));
    }

    /** Runs and returns the exit code. */
    int run(String[] line) {
        try {
            Arguments arguments = new Arguments(line, environment);
            if (arguments.isHelp()) {
                out.print(Arguments.usage(backends()));
                return STOPPED;
            }
            if (arguments.isVersion()) {
                out.println("huck clone " + version() + " on Java " + Runtime.version());
                return STOPPED;
            }
            Logging.configure(arguments.logLevel());
            return serve(arguments.options(Clone::backends));
        } catch (UsageException e) {
            err.println("clone: " + e.getMessage());
            return CALLED_WRONGLY;
        }
    }

    private int serve(Options options) {
        Node node;
        try {
            node = opener.apply(options);
        } catch (HuckException e) {
            err.println("clone: can't start: " + plain(e));
            return CANNOT_START;
        } catch (RuntimeException e) {
            LOG.debug("a fault inside", e);
            err.println("clone: can't start: a fault inside (-l debug shows where): " + e);
            return CANNOT_START;
        }
        Thread stopper = new Thread(() -> stop(node), "huck-stop");
        Runtime.getRuntime().addShutdownHook(stopper);
        out.println("listening on " + node.address());
        out.flush();
        try (node) {
            node.awaitClose();
            return STOPPED;
        } catch (HuckException.StartFailed e) {
            err.println("clone: can't start: " + plain(e)); // it listened, but could not join
            return CANNOT_START;
        } catch (HuckException e) {
            if (!ending.get()) {
                err.println("clone: stopped: " + plain(e));
            }
            return FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return FAILED;
        } finally {
            ending.set(true);
        }
    }

    /** Runs when the process is told to end, and when it ends by itself: then there is nothing left to do. */
    private void stop(Node node) {
        if (ending.compareAndSet(false, true)) {
            node.close();
            // Left to itself, the JVM would report the signal as its exit code.
            Runtime.getRuntime().halt(closed(node));
        }
    }

    private int closed(Node node) {
        try {
            node.awaitClose();
            return STOPPED;
        } catch (HuckException e) {
            err.println("clone: did not stop cleanly: " + plain(e));
            return FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return FAILED;
        }
    }

    /** An exception's message for a person: without the code word that is meant for a client. */
    static String plain(HuckException e) {
        String message = String.valueOf(e.getMessage());
        return message.startsWith("ERR ") ? message.substring(4) : message;
    }

    private static List<String> backends() {
        return Providers.all(LogStoreProvider.class).stream()
                .map(LogStoreProvider::name)
                .sorted()
                .toList();
    }

    private static String version() {
        ModuleDescriptor module = Clone.class.getModule().getDescriptor();
        return module == null ? "(unknown)" : module.rawVersion().orElse("(unknown)");
    }
}
