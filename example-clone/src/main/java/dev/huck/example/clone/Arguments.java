package dev.huck.example.clone;

import dev.huck.raft.api.Consistency;
import dev.huck.raft.api.Durability;
import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.Options;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** What the command line and the environment say, checked. */
final class Arguments {
    private static final int DEFAULT_PORT = 7481;
    private static final String LOOPBACK = "127.0.0.1";

    private final Map<Setting, Given> given = new EnumMap<>(Setting.class);
    private final boolean help;
    private final boolean version;

    /**
     * Reads both.
     *
     * @throws UsageException for what is unknown
     */
    Arguments(String[] line, Map<String, String> environment) {
        ParseResult parsed = parse(line);
        help = parsed.hasMatchedOption("--help");
        version = parsed.hasMatchedOption("--version");
        for (Setting setting : Setting.values()) {
            String option = parsed.matchedOptionValue(setting.option(), null);
            String variable = environment.getOrDefault(setting.variable(), "");
            if (option != null) {
                given.put(setting, new Given(setting.option(), option, true));
            } else if (!variable.isBlank()) {
                given.put(setting, new Given(setting.variable(), variable.strip(), false));
            }
        }
    }

    boolean isHelp() {
        return help;
    }

    boolean isVersion() {
        return version;
    }

    LogLevel logLevel() {
        Given level = given.get(Setting.LOGLEVEL);
        return level == null ? LogLevel.NOTICE : LogLevel.of(level);
    }

    /**
     * The help, as picocli lays it out.
     *
     * @param backends the log stores that are there
     */
    static String usage(List<String> backends) {
        CommandSpec spec = spec(Setting::names, backends)
                .addOption(flag("print the version", "-v", "--version"))
                .addOption(flag("print this", "-h", "--help"));
        CommandLine line = new CommandLine(spec);
        line.setUsageHelpAutoWidth(true);
        return line.getUsageMessage(CommandLine.Help.Ansi.OFF);
    }

    /**
     * The node's options.
     *
     * @param backends names the log stores that are there; asked only if one is wanted
     * @throws UsageException for values that are not allowed or contradict each other
     */
    Options options(Supplier<List<String>> backends) {
        Options.Builder options = Options.builder().address(address());
        with(Setting.ADVERTISE, value -> options.advertise(HostPort.reachable(value)));
        with(Setting.ID, value -> options.id(value.value()));
        with(Setting.DIR, value -> options.directory(directory(value)));
        with(Setting.JOIN, value -> options.join(join(value)));
        with(Setting.LEARNER, value -> options.learner(value.yes()));
        with(Setting.READMIT, value -> options.readmit(value.yes()));
        with(Setting.PROTOCOL_MAX, value -> options.protocolMax(value.number(1, Integer.MAX_VALUE)));
        with(Setting.BACKEND, value -> options.backend(backend(value, backends)));
        with(Setting.DURABILITY, value -> options.durability(value.oneOf(Durability.class)));
        with(Setting.CONSISTENCY, value -> options.consistency(value.oneOf(Consistency.class)));
        with(Setting.FOLLOWER_READS, value -> options.followerReads(value.yes()));
        with(Setting.FORWARD, value -> options.forward(value.yes()));
        with(Setting.CHECK_INVARIANTS, value -> options.checkInvariants(value.yes()));
        with(Setting.INSECURE, value -> options.insecure(value.yes()));
        times(options);
        sizes(options);
        try {
            return options.build();
        } catch (HuckException.StartFailed e) {
            throw new UsageException(asOptions(Clone.plain(e)));
        }
    }

    /** What the API calls {@code electionTimeoutMin} is {@code --election-timeout-min} here. */
    private static String asOptions(String message) {
        String text = message;
        for (Setting setting : Setting.values()) {
            text = text.replaceAll(
                    "(^" + setting.property() + "|\\b" + setting.property() + "Bytes) must",
                    setting.option() + " must");
            if (!setting.property().equals(setting.property().toLowerCase(Locale.ROOT))) {
                text = text.replaceAll("\\b" + setting.property() + "\\b", setting.option());
            }
        }
        return text;
    }

    private void times(Options.Builder options) {
        time(Setting.HEARTBEAT, options::heartbeat);
        time(Setting.ELECTION_TIMEOUT_MIN, options::electionTimeoutMin);
        time(Setting.ELECTION_TIMEOUT_MAX, options::electionTimeoutMax);
        time(Setting.REQUEST_TIMEOUT, options::requestTimeout);
        time(Setting.JOIN_TIMEOUT, options::joinTimeout);
        time(Setting.SESSION_EXPIRY, options::sessionExpiry);
        time(Setting.IDLE_TIMEOUT, options::idleTimeout);
        time(Setting.PARTIAL_COMMAND_TIMEOUT, options::partialCommandTimeout);
    }

    private void sizes(Options.Builder options) {
        with(Setting.SNAPSHOT_EVERY, value -> options.snapshotEveryBytes(value.size(Long.MAX_VALUE)));
        with(Setting.LOG_TAIL, value -> options.logTailBytes(value.size(Long.MAX_VALUE)));
        with(Setting.MEMORY_BUDGET, value -> options.memoryBudgetBytes(value.size(Long.MAX_VALUE)));
        with(Setting.MAX_SESSIONS, value -> options.maxSessions(value.number(1, Integer.MAX_VALUE)));
        with(Setting.SESSION_REPLY_BYTES, value -> options.sessionReplyBytes((int) value.size(Integer.MAX_VALUE)));
        with(Setting.SESSION_TOTAL_BYTES, value -> options.sessionTotalBytes(value.size(Long.MAX_VALUE)));
        with(Setting.MAX_OUTPUT, value -> options.maxOutputBytes(value.size(Long.MAX_VALUE)));
        with(Setting.MAX_COMMAND, value -> options.maxCommandBytes((int) value.size(Integer.MAX_VALUE)));
        with(Setting.SNAPSHOTS_FROM_MEMBERS, value -> options.snapshotsFromMembers(value.yes()));
        with(Setting.SNAPSHOT_RATE, value -> options.snapshotBytesPerSecond(value.size(Long.MAX_VALUE)));
        with(Setting.SNAPSHOTS_KEPT, value -> options.snapshotsKept(value.number(1, 1_000)));
        with(Setting.MAX_ARGUMENTS, value -> options.maxArguments(value.number(1, Integer.MAX_VALUE)));
        with(Setting.MAX_CONNECTIONS, value -> options.maxConnections(value.number(1, 1_000_000)));
    }

    /** Port and address may be given apart; what the command line says of the port wins, but not in two ways. */
    private String address() {
        Given addr = given.get(Setting.ADDR);
        Given port = given.get(Setting.PORT);
        HostPort address = addr == null ? new HostPort(LOOPBACK, OptionalInt.empty()) : HostPort.of(addr);
        if (port == null) {
            return address.host() + ":" + address.port().orElse(DEFAULT_PORT);
        }
        int wanted = port.number(0, 65535);
        if (addr != null && address.port().isPresent()) {
            if (addr.isOption() == port.isOption() && address.port().getAsInt() != wanted) {
                throw addr.refused("contradicts " + port.name() + " " + port.value() + "; give the port once");
            }
            if (addr.isOption() && !port.isOption()) {
                wanted = address.port().getAsInt();
            }
        }
        return address.host() + ":" + wanted;
    }

    private static String join(Given given) {
        boolean bare = given.value().matches("\\d+");
        return bare ? LOOPBACK + ":" + given.number(1, 65535) : HostPort.reachable(given);
    }

    private static Path directory(Given given) {
        try {
            return Path.of(given.value());
        } catch (InvalidPathException e) {
            throw given.refused("not a path: " + e.getReason());
        }
    }

    private static String backend(Given given, Supplier<List<String>> backends) {
        String wanted = given.value().toLowerCase(Locale.ROOT);
        List<String> there = backends.get();
        if (!there.contains(wanted)) {
            throw given.refused("allowed are " + String.join(", ", there));
        }
        return wanted;
    }

    private void with(Setting setting, Consumer<Given> set) {
        Given value = given.get(setting);
        if (value != null) {
            set.accept(value);
        }
    }

    private void time(Setting setting, Consumer<Duration> set) {
        with(setting, value -> set.accept(value.time()));
    }

    private static ParseResult parse(String[] line) {
        CommandSpec spec = spec(Setting::spellings, List.of())
                .addOption(flag("", "--version", "-v", "-version"))
                .addOption(flag("", "--help", "-h", "-help"));
        CommandLine commandLine = new CommandLine(spec);
        commandLine.setExpandAtFiles(false);
        // Or -dirr, mistyped, would be -d with the value "irr".
        commandLine.setPosixClusteredShortOptionsAllowed(false);
        try {
            return commandLine.parseArgs(line);
        } catch (UnmatchedArgumentException e) {
            throw new UsageException(
                    "unknown argument '" + e.getUnmatched().get(0) + "'; allowed are " + Setting.all());
        } catch (ParameterException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private static CommandSpec spec(Function<Setting, List<String>> names, List<String> backends) {
        CommandSpec spec = CommandSpec.create().name("clone");
        spec.usageMessage()
                .description("A small Redis that survives the loss of a minority of its machines.", "")
                .footer(
                        "",
                        "Each option can be given by the environment too: --election-timeout-min is"
                                + " HUCK_ELECTION_TIMEOUT_MIN.")
                .abbreviateSynopsis(true)
                .sortOptions(false);
        for (Setting setting : Setting.values()) {
            String help = setting.help().replace(Setting.BACKENDS, String.join(", ", backends));
            spec.addOption(option(setting, names.apply(setting), help));
        }
        return spec;
    }

    private static OptionSpec flag(String description, String... names) {
        return OptionSpec.builder(names).description(description).build();
    }

    private static OptionSpec option(Setting setting, List<String> names, String help) {
        OptionSpec.Builder option = OptionSpec.builder(names.toArray(new String[0]))
                .type(String.class)
                .description(help);
        if (setting.label().isEmpty()) {
            return option.arity("0..1")
                    .fallbackValue("true")
                    .paramLabel("true|false")
                    .build();
        }
        return option.arity("1").paramLabel(setting.label()).build();
    }

    /** A value, for tests of precedence. */
    @Nullable
    Given given(Setting setting) {
        return given.get(setting);
    }
}
