package dev.huck.example.clone.campaign;

import dev.huck.example.clone.NodeProcess;
import dev.huck.raft.testkit.cli.LedgerFile;
import dev.huck.raft.testkit.planted.PlantedRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Breaks a cluster of real processes again and again, and says whether it kept its promises. */
@Command(
        name = "huck-campaign",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = {
            "Runs a cluster of real processes with clients that write and read, and does one fault after the other to it.",
            "Exit code 0: it kept its promises; 1: it did not; 2: wrong usage."
        })
final class HuckCampaign implements Callable<Integer> {
    /** The defaults of the clone. */
    static final String ELECTION_TIMEOUT = "600ms..1200ms";

    private static final Path HOME = Path.of(System.getProperty("huck.home", ".."));

    @Option(
            names = "--cycles",
            paramLabel = "N",
            description = "faults in all, those of the ledger included (default: 10)")
    private int cycles = 10;

    @Option(names = "--nodes", paramLabel = "N", description = "nodes of the cluster (default: 5)")
    private int nodes = 5;

    @Option(names = "--seed", paramLabel = "S", description = "of the random choices (default: 1)")
    private long seed = 1;

    @Option(
            names = "--faults",
            paramLabel = "LIST",
            description = "kinds of faults, with commas between them; all (the default), or some of those below")
    private String faults = "all";

    @Option(names = "--failover", description = "as --faults kill-leader")
    private boolean failover;

    @Option(
            names = "--ledger",
            paramLabel = "FILE",
            description = "note there every cycle that is done; the same command again goes on behind it")
    private Path ledger;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "for the nodes' data, and for histories in which something is wrong"
                    + " (default: example-clone/target/campaign/run)")
    private Path folder = HOME.resolve("example-clone/target/campaign/run");

    @Option(
            names = "--planted",
            paramLabel = "BUG",
            description = "plant a known bug into every node's engine: is it seen? Those of bin/huck-sim --planted")
    private String planted;

    @Option(names = "--check", paramLabel = "FILE", description = "judge a kept history again, and do nothing else")
    private Path check;

    @Spec
    private CommandLine.Model.CommandSpec command;

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new HuckCampaign());
        StringBuilder kinds = new StringBuilder("%nKinds of faults:%n");
        for (FaultKind kind : FaultKind.values()) {
            kinds.append(String.format(Locale.ROOT, "  %-22s%s%%n", kind.label(), kind.about()));
        }
        line.getCommandSpec().usageMessage().footer(kinds.toString());
        return line;
    }

    @Override
    public Integer call() throws Exception {
        if (check != null) {
            List<String> violations = HistoryCheck.check(History.read(check)).violations();
            violations.forEach(System.out::println);
            System.out.println("violations=" + violations.size());
            return violations.isEmpty() ? 0 : 1;
        }
        Set<FaultKind> kinds = kinds();
        Network network = null;
        if (kinds.stream().anyMatch(FaultKind::isPartition)) {
            String missing = Namespaces.missing();
            if (missing == null) {
                network = Namespaces.open();
            } else {
                System.out.println("SKIPPED partitions: " + missing);
                kinds.removeIf(FaultKind::isPartition);
            }
        }
        if (kinds.isEmpty()) {
            return 0;
        }
        try (LedgerFile book = ledger == null ? null : LedgerFile.open(ledger)) {
            return run(kinds, book, network == null ? Network.loopback() : network);
        }
    }

    private Set<FaultKind> kinds() {
        try {
            return failover ? EnumSet.of(FaultKind.KILL_LEADER) : FaultKind.parse(faults);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage());
        }
    }

    private int run(Set<FaultKind> kinds, LedgerFile book, Network network) throws Exception {
        String of = " of=" + FaultKind.labels(kinds) + " nodes=" + nodes + " campaign-seed=" + seed
                + (planted == null ? "" : " planted=" + planted);
        List<CycleResult> done = new ArrayList<>();
        for (String line : book == null ? List.<String>of() : book.lines()) {
            if (line.endsWith(of)) {
                done.add(CycleResult.parse(line.substring(0, line.length() - of.length())));
            }
        }
        int changed = 0;
        if (done.size() < cycles) {
            for (Path left : List.of(folder.resolve("nodes"), folder.resolve("planted"))) {
                clear(left);
            }
            CountDownLatch over = new CountDownLatch(1);
            Runtime.getRuntime().addShutdownHook(end(Thread.currentThread(), over));
            try (Campaign campaign = new Campaign(seed, kinds, folder, network, jvm())) {
                campaign.start(nodes);
                while (done.size() < cycles && campaign.isWhole()) {
                    CycleResult result = campaign.run(done.size() + 1);
                    done.add(result);
                    if (book != null) {
                        book.add(result + of);
                    }
                    System.out.println(result);
                }
                if (campaign.isWhole()) {
                    List<String> keys = campaign.changed();
                    keys.forEach(key -> System.out.println("  changed behind its cycle: " + key));
                    changed = keys.size();
                }
            } finally {
                over.countDown();
            }
        }
        System.out.println(Summary.of(done, ELECTION_TIMEOUT));
        return changed == 0 && done.stream().allMatch(cycle -> cycle.violations() == 0) ? 0 : 1;
    }

    /** Flags for the nodes' JVMs that bring the planted bug in; null for the launcher's own. */
    private String jvm() throws IOException {
        if (planted == null) {
            return null;
        }
        Path classes = folder.resolve("planted").toAbsolutePath();
        for (Map.Entry<String, byte[]> type :
                new PlantedRun(HOME, 1, System.out).classes(planted).entrySet()) {
            Path file = classes.resolve(type.getKey().replace('.', '/') + ".class");
            Files.createDirectories(file.getParent());
            Files.write(file, type.getValue());
        }
        return "-XX:+UseSerialGC -Xms16m -XX:-UsePerfData --patch-module=dev.huck.raft.core=" + classes;
    }

    /** Told to end, this program first ends what it has started. */
    private static Thread end(Thread main, CountDownLatch over) {
        return new Thread(() -> {
            main.interrupt();
            try {
                over.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Empties the folder of an earlier run, and ends what that may have left running. */
    private static void clear(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> nodes = Files.list(folder)) {
            for (Path node : nodes.toList()) {
                NodeProcess.endLeftOver(node); // A folder without a node has none.
            }
        }
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.delete(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
