package dev.huck.raft.core.node;

import dev.huck.raft.api.Arity;
import dev.huck.raft.api.Command;
import dev.huck.raft.api.CommandSpec;
import dev.huck.raft.api.Consistency;
import dev.huck.raft.api.Durability;
import dev.huck.raft.api.Machine;
import dev.huck.raft.api.Options;
import dev.huck.raft.api.ReadOptions;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogStore;
import dev.huck.raft.api.spi.Transport;
import dev.huck.raft.core.consensus.Entries;
import dev.huck.raft.core.env.Disk;
import dev.huck.raft.core.env.Environment;
import dev.huck.raft.core.env.Stage;
import dev.huck.raft.core.storage.Incarnation;
import dev.huck.raft.core.storage.SnapshotFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Everything between a connection and the core, on one thread; the test plays the client and the core. */
final class Shell {
    final StepStage stage = new StepStage();
    final StepStage files = new StepStage();
    final Environment environment;
    final TestLoop loop;
    private final Stage machineStage;
    final Disk disk;
    final SnapshotFiles snapshots;
    final BuiltIns builtIns;
    final MachineRunner machines;
    /** Whether commands that fail for reasons outside of the state fail. */
    boolean broken = true;
    /** Last entry in the log. */
    private long last;

    private final List<LogEntry> log = new ArrayList<>();

    Shell() throws IOException {
        this(new MemoryDisk(), null);
    }

    Shell(Options options) throws IOException {
        this(new MemoryDisk(), null, null, null, options);
    }

    Shell(Disk disk) throws IOException {
        this(disk, null);
    }

    Shell(Disk disk, Supplier<Machine> machine) throws IOException {
        this(disk, machine, null, null);
    }

    /** With a stage of one's own instead of {@link #stage}, and somebody to take what is submitted. */
    Shell(Disk disk, Supplier<Machine> machine, Stage machineStage, Consumer<List<Operation>> submitted)
            throws IOException {
        this(disk, machine, machineStage, submitted, Options.builder().build());
    }

    private Shell(
            Disk disk,
            Supplier<Machine> machine,
            Stage machineStage,
            Consumer<List<Operation>> submitted,
            Options options)
            throws IOException {
        this.disk = disk;
        this.machineStage = machineStage == null ? stage : machineStage;
        this.loop = new TestLoop(submitted, stage::now);
        snapshots = SnapshotFiles.open(disk, 2);
        Environment env = new World();
        environment = env;
        List<CommandSpec> transports = List.of(CommandSpec.of("hello3", Arity.atLeast(0), "fast"));
        builtIns = new BuiltIns(env, Options.builder().build(), loop, transports);
        Supplier<Machine> machineOrDefault = machine == null ? () -> new TestMachine(() -> broken) : machine;
        machines = new MachineRunner(
                env,
                machineOrDefault,
                snapshots,
                loop,
                builtIns,
                options,
                files,
                1,
                new Peers(1, new Incarnation(1, 1), "127.0.0.1:7481", new TestTransport(), 1, new Metrics()));
    }

    /** A client and its session. */
    final class Guest {
        final TestConnection connection;
        final ClientSession session;

        Guest(boolean resp3) {
            connection = new TestConnection(resp3);
            session = new ClientSession(connection, loop, machines, builtIns);
        }

        /** Sends commands, their words apart by spaces, in one batch. */
        Guest send(String... commands) {
            for (String command : commands) {
                session.submit(command(command));
            }
            session.flush();
            return this;
        }

        Guest read(Consistency consistency, String command) {
            return read(ReadOptions.at(consistency), command);
        }

        Guest read(ReadOptions options, String command) {
            session.submit(command(command), options);
            session.flush();
            return this;
        }

        /** What has arrived since the last call, once the stage has run. */
        String received() {
            stage.run();
            return connection.received();
        }
    }

    Guest connect() {
        return new Guest(false);
    }

    static Command command(String line) {
        String[] words = line.split(" ");
        return Command.of(words[0], (Object[]) Arrays.copyOfRange(words, 1, words.length));
    }

    /** Commits one entry with these operations' commands and hands it to the machine stage, which does not run yet. */
    LogEntry commit(Operation... operations) {
        LogEntry entry = entry(Arrays.stream(operations).map(o -> o.command).toList());
        machines.apply(List.of(entry), List.<Operation[]>of(operations));
        return entry;
    }

    /** Commits one entry that came from elsewhere. */
    LogEntry commit(String... commands) {
        LogEntry entry = entry(Arrays.stream(commands).map(Shell::command).toList());
        List<Operation[]> none = new ArrayList<>();
        none.add(null);
        machines.apply(List.of(entry), none);
        return entry;
    }

    /** Commits all writes that were submitted as one entry; reads stay with the loop. */
    LogEntry commitAll() {
        List<Operation> writes = new ArrayList<>(loop.submitted);
        writes.removeIf(operation -> operation.kind != Operation.Kind.WRITE);
        loop.submitted.removeAll(writes);
        return commit(writes.toArray(new Operation[0]));
    }

    private LogEntry entry(List<Command> commands) {
        last++;
        LogEntry entry = new LogEntry(last, 3, Entries.commands(1000 * last, 77 * last, commands));
        log.add(entry);
        return entry;
    }

    /** Sends entries again, from the one after an index, as the core does for a machine that restarted. */
    void replayAfter(long index) {
        List<LogEntry> again = log.subList((int) index, log.size());
        List<Operation[]> none = new ArrayList<>();
        again.forEach(entry -> none.add(null));
        machines.apply(List.copyOf(again), none);
    }

    private final class World implements Environment {
        @Override
        public long nanoTime() {
            return stage.now();
        }

        @Override
        public long wallNanos() {
            return 1_700_000_000_123_456_789L;
        }

        @Override
        public String bootId() {
            return "boot";
        }

        @Override
        public RandomGenerator random() {
            throw new AssertionError("not for the machine");
        }

        @Override
        public Stage stage(String name) {
            return machineStage;
        }

        @Override
        public Disk disk() {
            return disk;
        }

        @Override
        public LogStore openLog(Durability durability) {
            throw new AssertionError("not for the machine");
        }

        @Override
        public String setLogAside(boolean again) {
            throw new AssertionError("not for the machine");
        }

        @Override
        public Transport openTransport() {
            throw new AssertionError("not for the machine");
        }
    }
}
