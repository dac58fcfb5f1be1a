package dev.huck.raft.testkit.transcript;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Change;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Configuration.Settings;
import dev.huck.raft.core.consensus.Effect;
import dev.huck.raft.core.consensus.Entries;
import dev.huck.raft.core.consensus.HardState;
import dev.huck.raft.core.consensus.Limits;
import dev.huck.raft.core.consensus.Loss;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Member.Versions;
import dev.huck.raft.core.consensus.Member.Voting;
import dev.huck.raft.core.consensus.Message;
import dev.huck.raft.testkit.core.CoreHost;
import dev.huck.raft.testkit.core.Describe;
import dev.huck.raft.testkit.core.Durable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Carries out a transcript's commands, which {@code transcripts/README.md} describes, and tells what happens. Messages
 * wait until a command delivers them. Each node has a clock of its own, which stands still until a command moves it.
 */
final class Script {
    private static final long MILLIS = 1_000_000L;
    private static final Settings SETTINGS =
            new Settings(Durability.HIGH, 100 * MILLIS, 1000 * MILLIS, 1000 * MILLIS, 100);

    private final Describe describe = new Describe(id -> "n" + id);
    private final TreeMap<Long, CoreHost> hosts = new TreeMap<>();
    private final TreeMap<Long, Durable> disks = new TreeMap<>();
    private final TreeMap<Long, Long> clocks = new TreeMap<>();
    private final List<Message> network = new ArrayList<>();
    private final Set<Long> slow = new TreeSet<>();
    private final Set<Long> cut = new TreeSet<>();
    private final List<String> out = new ArrayList<>();
    private Limits limits = limits(4096, 64);
    private boolean quiet;
    private long numbers;

    private static Limits limits(int appendBytes, int windowMessages) {
        return new Limits(appendBytes, 64 << 10, windowMessages, 1 << 20, 1 << 20, 1 << 20, Long.MAX_VALUE, 0, 1 << 20);
    }

    /** Carries out a command and gives what it led to. */
    List<String> run(String command) {
        out.clear();
        String[] words = command.trim().split(" +");
        String[] rest = Arrays.copyOfRange(words, 1, words.length);
        switch (words[0]) {
            case "nodes" -> nodes(rest);
            case "disk" -> disk(rest);
            case "limits" -> limits = limits(number(rest, "append", 4096), number(rest, "window", 64));
            case "snapshots-from-members" ->
                hosts.values().forEach(host -> host.raft().snapshotsFromMembers(true));
            case "start" -> forEach(rest, this::start);
            case "crash" -> forEach(rest, this::crash);
            case "power-cut" -> powerCut(id(rest[0]), number(rest, "keep", 0));
            case "timeout" -> timeout(rest);
            case "beat" -> time(rest, 100);
            case "wait" -> clocks.replaceAll((id, clock) -> clock + Long.parseLong(rest[0]) * MILLIS);
            case "tick" -> step(id(rest[0]), CoreHost::tick);
            case "deliver" -> deliver(rest);
            case "drop" -> drop(rest);
            case "settle" -> settle(rest);
            case "cut" -> forEach(rest, cut::add);
            case "heal" -> forEach(rest, cut::remove);
            case "slow" -> forEach(rest, slow::add);
            case "write" -> write(id(rest[0]));
            case "fast" -> fast(id(rest[0]));
            case "store" -> step(id(rest[0]), CoreHost::store);
            case "propose" -> step(id(rest[0]), host -> host.propose(++numbers, rest[1]));
            case "read" -> step(id(rest[0]), host -> host.read(++numbers));
            case "transfer" -> step(id(rest[0]), CoreHost::transfer);
            case "snapshot" -> step(id(rest[0]), CoreHost::snapshot);
            case "change" -> change(id(rest[0]), Arrays.copyOfRange(rest, 1, rest.length));
            case "lease" -> lease(id(rest[0]));
            case "state" -> state();
            case "waiting" -> network.forEach(message -> say(describe.message(message)));
            default -> throw new IllegalArgumentException("no command " + command);
        }
        return List.copyOf(out);
    }

    private void say(String line) {
        if (!quiet) {
            out.add(line);
        }
    }

    private static long id(String name) {
        return Long.parseLong(name.substring(1));
    }

    private interface Action {
        void on(long id);
    }

    private static void forEach(String[] names, Action action) {
        for (String name : names) {
            action.on(id(name));
        }
    }

    private static int number(String[] words, String name, int otherwise) {
        for (String word : words) {
            if (word.startsWith(name + "=")) {
                return Integer.parseInt(word.substring(name.length() + 1));
            }
        }
        return otherwise;
    }

    // ---- nodes and their disks

    private static Member member(long id, Voting voting) {
        return new Member(id, "n" + id, "n" + id + ":1", voting, Versions.CURRENT);
    }

    /** {@code nodes n1 n2 n3 n4:learner n5:outside}. */
    private void nodes(String[] names) {
        List<Member> members = new ArrayList<>();
        for (String name : names) {
            String[] parts = name.split(":");
            if (parts.length == 1 || parts[1].equals("learner")) {
                members.add(member(id(parts[0]), parts.length == 1 ? Voting.VOTER : Voting.LEARNER));
            }
        }
        Configuration configuration = new Configuration(0, members, SETTINGS);
        for (String name : names) {
            boolean outside = name.endsWith(":outside");
            long id = id(name.split(":")[0]);
            disks.put(id, Durable.empty(outside ? new Configuration(0, List.of(), SETTINGS) : configuration));
            clocks.put(id, 1_000_000 * MILLIS);
        }
        for (String name : names) {
            start(id(name.split(":")[0]));
        }
    }

    /** {@code disk n1 term=3 vote=2 log=1,1,2}: as if all that had happened before. */
    private void disk(String[] words) {
        long id = id(words[0]);
        Durable old = disk(id);
        List<LogEntry> log = new ArrayList<>();
        for (String word : words) {
            if (word.startsWith("log=")) {
                for (String term : word.substring(4).split(",")) {
                    log.add(new LogEntry(log.size() + 1, Long.parseLong(term), Entries.noop(0)));
                }
            }
        }
        HardState hard = new HardState(number(words, "term", 0), number(words, "vote", 0));
        hosts.remove(id);
        disks.put(id, new Durable(hard, LogPosition.START, log, LogPosition.START, old.configuration(), Loss.NONE));
        start(id);
    }

    private Durable disk(long id) {
        CoreHost host = hosts.get(id);
        return host != null ? host.durable() : java.util.Objects.requireNonNull(disks.get(id));
    }

    private CoreHost host(long id) {
        CoreHost host = hosts.get(id);
        if (host == null) {
            throw new IllegalArgumentException("n" + id + " is down");
        }
        return host;
    }

    private void start(long id) {
        hosts.put(id, new CoreHost(id, disk(id), limits, () -> 0, clock(id), effect -> tell(id, effect)));
        after(id);
    }

    private void crash(long id) {
        disks.put(id, disk(id));
        hosts.remove(id);
    }

    /** The machine loses power: what was not synced is gone beyond an index, and the node may have acknowledged it. */
    private void powerCut(long id, long keep) {
        Durable old = disk(id);
        List<LogEntry> kept =
                old.log().stream().filter(entry -> entry.index() <= keep).toList();
        hosts.remove(id);
        disks.put(id, new Durable(old.hardState(), old.base(), kept, old.snapshot(), old.configuration(), Loss.POWER));
    }

    private long clock(long id) {
        return java.util.Objects.requireNonNull(clocks.get(id));
    }

    // ---- what happens

    private void step(long id, java.util.function.Consumer<CoreHost> what) {
        CoreHost host = host(id);
        host.advance(clock(id) - host.now());
        what.accept(host);
        after(id);
    }

    private void after(long id) {
        CoreHost host = host(id);
        while (!slow.contains(id) && !host.unwritten().isEmpty()) {
            host.write();
        }
        network.addAll(host.sent());
    }

    private void tell(long id, Effect effect) {
        say("n" + id + " " + describe.effect(effect));
    }

    private void timeout(String[] rest) {
        time(rest, 1000);
    }

    private void time(String[] names, long millis) {
        forEach(names, id -> {
            clocks.merge(id, millis * MILLIS, Long::sum);
            step(id, CoreHost::tick);
        });
    }

    private void write(long id) {
        step(id, host -> {
            say("n" + id + " has written " + describe.write(host.unwritten().get(0)));
            host.write();
        });
    }

    private void fast(long id) {
        slow.remove(id);
        after(id);
    }

    private static boolean matches(String text, String[] words) {
        return Arrays.stream(words).allMatch(word -> word.equals("all") || text.contains(word));
    }

    /** Those that wait now, in order; not what they lead to. */
    private void deliver(String[] words) {
        int delivered = 0;
        for (Message message : List.copyOf(network)) {
            if (matches(describe.message(message), words)) {
                network.remove(message);
                arrive(message);
                delivered++;
            }
        }
        if (delivered == 0) {
            throw new IllegalArgumentException("nothing to deliver for " + String.join(" ", words));
        }
    }

    private void arrive(Message message) {
        if (cut.contains(message.from()) || cut.contains(message.to()) || !hosts.containsKey(message.to())) {
            say("lost " + describe.message(message));
            return;
        }
        say("> " + describe.message(message));
        step(message.to(), host -> host.receive(message));
    }

    private void drop(String[] words) {
        network.removeIf(message -> {
            boolean dropped = matches(describe.message(message), words);
            if (dropped) {
                say("lost " + describe.message(message));
            }
            return dropped;
        });
    }

    /** Delivers all, and what that leads to; snapshots are stored too. {@code settle quietly} tells only how it ends. */
    private void settle(String[] words) {
        quiet = words.length > 0;
        for (int budget = 10_000; budget > 0; budget--) {
            if (!network.isEmpty()) {
                arrive(network.remove(0));
                continue;
            }
            boolean stored = false;
            for (CoreHost host : List.copyOf(hosts.values())) {
                if (!host.unstored().isEmpty()) {
                    step(host.id(), CoreHost::store);
                    stored = true;
                }
            }
            if (!stored) {
                quiet = false;
                if (words.length > 0) {
                    state();
                }
                return;
            }
        }
        throw new AssertionError("it never ends");
    }

    /** {@code change n1 +n4 +n5:learner -n2 ^n4 vn3}: add, add as learner, remove, promote, demote. */
    private void change(long id, String[] steps) {
        List<Change.Step> all = new ArrayList<>();
        for (String step : steps) {
            String name = step.substring(1).split(":")[0];
            all.add(
                    switch (step.charAt(0)) {
                        case '+' ->
                            new Change.Add(
                                    member(id(name), step.endsWith(":learner") ? Voting.LEARNER : Voting.NEWCOMER));
                        case '-' -> new Change.Remove(id(name));
                        case '^' -> new Change.Promote(id(name));
                        case 'v' -> new Change.Demote(id(name));
                        default -> throw new IllegalArgumentException(step);
                    });
        }
        step(id, host -> host.change(++numbers, new Change(0, all)));
    }

    private void lease(long id) {
        long left = host(id).raft().leaseUntil() - clock(id);
        say("n" + id + (left > 0 ? " may answer by its lease for " + left / MILLIS + " ms" : " has no lease"));
    }

    private void state() {
        disks.keySet().forEach(id -> {
            CoreHost host = hosts.get(id);
            say("n" + id + " "
                    + (host == null
                            ? "down"
                            : describe.state(host.raft(), host.durable())
                                    + (host.raft().configuration().index() > 0
                                            ? " members="
                                                    + describe.configuration(
                                                            host.raft().configuration())
                                            : "")
                                    + (host.raft().loss() == Loss.NONE ? "" : " recovering")));
        });
    }
}
