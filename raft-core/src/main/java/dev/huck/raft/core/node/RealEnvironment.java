package dev.huck.raft.core.node;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.HuckException.StartFailed;
import dev.huck.raft.api.Options;
import dev.huck.raft.api.spi.LogStore;
import dev.huck.raft.api.spi.LogStoreProvider;
import dev.huck.raft.api.spi.Providers;
import dev.huck.raft.api.spi.Transport;
import dev.huck.raft.api.spi.TransportProvider;
import dev.huck.raft.core.env.Disk;
import dev.huck.raft.core.env.Environment;
import dev.huck.raft.core.env.Stage;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The real world: threads, the system's clocks, a directory, and the log store and transport that the options choose. */
public final class RealEnvironment implements Environment, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RealEnvironment.class);
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    /** A system property, or else a variable of the environment, in place of the operating system's own word. */
    private static final String BOOT_ID_PROPERTY = "huck.boot.id";

    private static final String BOOT_ID_VARIABLE = "HUCK_BOOT_ID";
    private static final String LOG_FOLDER = "log";
    private static final String BAD_LOG_FOLDER = "log.bad";
    private static final String DEFAULT_BACKEND = "lmdb";
    /** How long a stage may take to end: about as long as a disk that is slow, but not stuck. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final int HEAPS_PARTS = 8;
    private static final long SMALLEST_BUDGET = 1L << 20;

    private final Options options;
    private final Consumer<Throwable> failed;
    private final RealDisk disk;
    private final RandomGenerator random = new SplittableRandom(new SecureRandom().nextLong());
    private final List<ThreadStage> stages = new ArrayList<>();
    private boolean forgetsLog;

    /**
     * Locks the directory.
     *
     * @param options of the node
     * @param failed takes what a task of a stage throws, on the stage's thread; is to end the node
     * @throws StartFailed when the directory can't be used
     */
    public RealEnvironment(Options options, Consumer<Throwable> failed) {
        this.options = options;
        this.failed = failed;
        this.disk = new RealDisk(options.directory());
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public long wallNanos() {
        Instant now = Instant.now();
        return Math.addExact(Math.multiplyExact(now.getEpochSecond(), 1_000_000_000L), now.getNano());
    }

    @Override
    public String bootId() {
        String given = System.getProperty(BOOT_ID_PROPERTY, System.getenv(BOOT_ID_VARIABLE));
        if (given != null) {
            return given.trim();
        }
        try {
            return Files.readString(BOOT_ID).trim();
        } catch (IOException | SecurityException e) {
            return "";
        }
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    /** Whatever the option says, a small heap must hold every purpose at once, and the application's state. */
    @Override
    public long memoryBudget(long wanted) {
        return Math.min(wanted, Math.max(SMALLEST_BUDGET, Runtime.getRuntime().maxMemory() / HEAPS_PARTS));
    }

    @Override
    public synchronized Stage stage(String name) {
        ThreadStage stage = new ThreadStage("huck-" + name + "-" + options.address(), failed);
        stages.add(stage);
        return stage;
    }

    @Override
    public Disk disk() {
        return disk;
    }

    @Override
    public LogStore openLog(Durability durability) throws IOException {
        Path directory = options.directory().resolve(LOG_FOLDER);
        LogStoreProvider provider = chooseLogStore(Providers.all(LogStoreProvider.class), directory, options.backend());
        forgetsLog = !provider.isDurable();
        return provider.open(directory, durability);
    }

    @Override
    public String setLogAside(boolean again) throws IOException {
        String name = again ? BAD_LOG_FOLDER + ".again" : BAD_LOG_FOLDER;
        disk.setFolderAside(LOG_FOLDER, name);
        return options.directory().resolve(name).toString();
    }

    @Override
    public boolean forgetsLog() {
        return forgetsLog;
    }

    /**
     * What is on disk, else what is named, else the default, else the only durable one.
     *
     * @param all the providers there are
     * @param directory the log's
     * @param named by the option
     * @return the provider
     * @throws StartFailed when there is none to choose, or no telling which
     * @throws IOException when the directory can't be read
     */
    static LogStoreProvider chooseLogStore(List<LogStoreProvider> all, Path directory, Optional<String> named)
            throws IOException {
        List<LogStoreProvider> onDisk =
                all.stream().filter(store -> store.existsIn(directory)).toList();
        LogStoreProvider wanted = named.isPresent() ? named(all, named.get()) : null;
        if (onDisk.size() > 1) {
            throw new StartFailed(
                    "ERR " + directory + " holds logs of several log stores, " + names(onDisk)
                            + "; move all but the right one away",
                    null);
        }
        if (onDisk.size() == 1) {
            LogStoreProvider there = onDisk.get(0);
            if (wanted != null && wanted != there) {
                LOG.warn(
                        "the log in {} is of the log store '{}' and stays there; the option '{}' is ignored",
                        directory,
                        there.name(),
                        wanted.name());
            }
            return there;
        }
        if (!isEmpty(directory)) {
            throw new StartFailed(
                    "ERR " + directory + " holds what none of the log stores " + names(all)
                            + " knows; add the one that made it to the module path or the class path",
                    null);
        }
        return wanted != null ? wanted : byDefault(all);
    }

    private static LogStoreProvider named(List<LogStoreProvider> all, String name) {
        return all.stream()
                .filter(store -> store.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new StartFailed("ERR no log store '" + name + "': there are " + names(all), null));
    }

    private static LogStoreProvider byDefault(List<LogStoreProvider> all) {
        List<LogStoreProvider> durable =
                all.stream().filter(LogStoreProvider::isDurable).toList();
        if (durable.size() == 1) {
            return durable.get(0);
        }
        return durable.stream()
                .filter(store -> store.name().equals(DEFAULT_BACKEND))
                .findFirst()
                .orElseThrow(() -> new StartFailed(
                        "ERR no log store chosen" + (durable.isEmpty() ? ", and none that is durable is there" : "")
                                + ": name one of " + names(all),
                        null));
    }

    private static List<String> names(List<LogStoreProvider> stores) {
        return stores.stream().map(LogStoreProvider::name).toList();
    }

    private static boolean isEmpty(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return true;
        }
        try (DirectoryStream<Path> list = Files.newDirectoryStream(directory)) {
            return !list.iterator().hasNext();
        }
    }

    @Override
    public Transport openTransport() throws IOException {
        return Providers.choose(TransportProvider.class, TransportProvider::name, options.transport())
                .open(options.toBuilder()
                        .memoryBudgetBytes(memoryBudget(options.memoryBudgetBytes()))
                        .build());
    }

    /**
     * Ends the stages, waits for them, and unlocks the directory; if one hangs, the directory stays locked until the
     * process ends, so that nobody writes beside it. May be called by a stage itself, which is not waited for. Idempotent.
     */
    @Override
    public synchronized void close() {
        stages.forEach(ThreadStage::close);
        boolean ended = true;
        for (ThreadStage stage : stages) {
            ended &= hasEnded(stage);
        }
        if (ended) {
            disk.close();
        } else {
            LOG.warn("a stage has not ended after {}; {} stays locked", PATIENCE, options.directory());
        }
    }

    private static boolean hasEnded(ThreadStage stage) {
        try {
            return stage.awaitEnd(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
