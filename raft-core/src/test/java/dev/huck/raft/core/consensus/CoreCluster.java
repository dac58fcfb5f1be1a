package dev.huck.raft.core.consensus;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.Durability;
import dev.huck.raft.api.Role;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Configuration.Settings;
import dev.huck.raft.core.consensus.Member.Versions;
import dev.huck.raft.core.consensus.Member.Voting;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Several cores in one thread, for scripted scenarios: messages wait until the script delivers them, disks hold what was
 * written and know what was synced, and time stands still until the script moves it.
 */
final class CoreCluster {
    static final long MILLIS = 1_000_000L;
    static final Settings SETTINGS =
            new Settings(Durability.HIGH, 100 * MILLIS, 600 * MILLIS, 1200 * MILLIS, 100, SessionBounds.DEFAULT);

    /** 0.9 of the shortest election timeout. */
    static final long LEASE = 540 * MILLIS;

    final TreeMap<Long, Host> hosts = new TreeMap<>();
    final ArrayDeque<Message> network = new ArrayDeque<>();
    final Set<Long> cutOff = new HashSet<>();
    /** Whose clocks stand still. */
    final Set<Long> frozen = new HashSet<>();

    Predicate<Message> drop = message -> false;
    Limits limits = new Limits(4096, 64 << 10, 64, 1 << 20, 1 << 20, 1 << 20, Long.MAX_VALUE, 0, 1024);
    long now = 1000 * MILLIS;
    private long batches;

    /** One node's disk and core. */
    final class Host {
        final long id;
        HardState hardState = new HardState(1, 0);
        final ArrayList<LogEntry> disk = new ArrayList<>();
        LogPosition base = LogPosition.START;
        LogPosition snapshot = LogPosition.START;
        Configuration snapshotConfiguration = Configuration.EMPTY;
        final List<LogEntry> applied = new ArrayList<>();
        final List<Effect> notable = new ArrayList<>();
        final ArrayDeque<Effect.Persist> unwritten = new ArrayDeque<>();
        final ArrayDeque<Effect.SendAfter> held = new ArrayDeque<>();
        boolean slowDisk;
        /** The machine takes entries and applies none. */
        boolean stuckMachine;

        Loss loss = Loss.NONE;
        private boolean ending;

        @Nullable
        Raft raft;

        Host(long id) {
            this.id = id;
        }

        void start() {
            Recovery recovery = new Recovery(id, hardState, snapshot, snapshotConfiguration, 0, base, limits);
            recovery.recovering(loss);
            disk.forEach(recovery::load);
            applied.removeIf(entry -> entry.index() > snapshot.index());
            raft = recovery.start(limits, new SplittableRandom(id), now);
            drain();
        }

        void crash() {
            raft = null;
            ending = false;
            unwritten.clear();
            held.clear();
        }

        /** Loses power, and with it the last entries of the log. */
        void losePower(int entries) {
            crash();
            for (int i = 0; i < entries; i++) {
                disk.remove(disk.size() - 1);
            }
            loss = Loss.POWER;
        }

        Raft up() {
            if (raft == null) {
                throw new AssertionError("host " + id + " is down");
            }
            return raft;
        }

        void step(Event event) {
            up().step(now, event);
            drain();
        }

        void drain() {
            for (Effect effect : up().effects()) {
                if (effect instanceof Effect.Send send) {
                    network.add(send.message());
                } else if (effect instanceof Effect.SendAfter after) {
                    held.add(after);
                } else if (effect instanceof Effect.Persist persist) {
                    unwritten.add(persist);
                } else if (effect instanceof Effect.Apply apply) {
                    if (!stuckMachine) {
                        applied.addAll(apply.entries());
                        step(new Event.Applied(
                                apply.entries().get(apply.entries().size() - 1).index()));
                    }
                } else if (effect instanceof Effect.ReadEntries read) {
                    step(new Event.EntriesRead(
                            read.token(),
                            disk.stream().filter(e -> e.index() >= read.from()).toList()));
                } else if (effect instanceof Effect.EndRecovery) {
                    ending = true;
                    notable.add(effect);
                } else {
                    notable.add(effect);
                }
            }
            if (!slowDisk) {
                write();
            }
        }

        /** Writes and syncs all that waits. */
        void write() {
            while (!unwritten.isEmpty()) {
                Effect.Persist persist = unwritten.removeFirst();
                if (persist.hardState() != null) {
                    hardState = persist.hardState();
                }
                LogPosition reset = persist.reset();
                if (reset != null) {
                    disk.clear();
                    base = reset;
                }
                if (persist.truncateFrom() > 0) {
                    disk.removeIf(e -> e.index() >= persist.truncateFrom());
                }
                disk.addAll(persist.entries());
                if (persist.compactThrough() > 0) {
                    base = new LogPosition(persist.compactThrough(), termOnDisk(persist.compactThrough()));
                    disk.removeIf(e -> e.index() <= persist.compactThrough());
                }
                while (!held.isEmpty() && held.getFirst().sequence() <= persist.sequence()) {
                    network.add(held.removeFirst().message());
                }
                step(new Event.Synced(persist.sequence()));
                step(new Event.Persisted(persist.sequence()));
            }
            if (ending) {
                ending = false;
                loss = Loss.NONE;
                step(new Event.Recovered());
            }
        }

        private long termOnDisk(long index) {
            return disk.stream()
                    .filter(e -> e.index() == index)
                    .findFirst()
                    .orElseThrow()
                    .term();
        }

        <E extends Effect> List<E> seen(Class<E> kind) {
            return notable.stream().filter(kind::isInstance).map(kind::cast).toList();
        }

        /** Commands applied, as text. */
        List<String> commands() {
            List<String> names = new ArrayList<>();
            for (LogEntry entry : applied) {
                if (Entries.type(entry.payload()) == Entries.COMMANDS) {
                    Entries.commands(entry.payload()).forEach(c -> names.add(c.name()));
                }
            }
            return names;
        }
    }

    /** Hosts 1 to n, all voters, with the configuration as first entry; none started. */
    static CoreCluster of(int voters) {
        CoreCluster cluster = new CoreCluster();
        List<Member> members = new ArrayList<>();
        for (long id = 1; id <= voters; id++) {
            members.add(member(id, Voting.VOTER));
        }
        LogEntry first = new LogEntry(1, 1, Entries.configuration(0, new Configuration(1, members, SETTINGS)));
        for (long id = 1; id <= voters; id++) {
            cluster.add(id).disk.add(first);
        }
        return cluster;
    }

    static Member member(long id, Voting voting) {
        return new Member(id, "n" + id, "host:" + id, voting, Versions.CURRENT);
    }

    Host add(long id) {
        Host host = new Host(id);
        hosts.put(id, host);
        return host;
    }

    Host host(long id) {
        Host host = hosts.get(id);
        if (host == null) {
            throw new AssertionError("no host " + id);
        }
        return host;
    }

    CoreCluster start() {
        hosts.values().forEach(Host::start);
        return this;
    }

    /** Delivers everything that is under way, and what that leads to. */
    void settle() {
        int budget = 100_000;
        while (!network.isEmpty()) {
            deliver(network.removeFirst());
            if (--budget == 0) {
                throw new AssertionError("messages never end");
            }
        }
    }

    void deliver(Message message) {
        Host to = hosts.get(message.to());
        boolean cut = cutOff.contains(message.from()) || cutOff.contains(message.to());
        if (to != null && to.raft != null && !cut && !drop.test(message)) {
            to.step(new Event.Received(message));
        }
    }

    /** From now on loses nothing, and notes in the one field when the newest append that arrives anywhere left. */
    long[] beats() {
        long[] at = {0};
        drop = message -> {
            if (message instanceof Message.Append) {
                at[0] = now; // It is delivered before time goes on.
            }
            return false;
        };
        return at;
    }

    /** Lets time pass in small steps, delivering all messages in between. */
    void run(long millis) {
        for (long i = 0; i < millis; i += 10) {
            tick();
            settle();
        }
    }

    /** Lets ten milliseconds pass, and delivers nothing. */
    void tick() {
        now += 10 * MILLIS;
        for (Host host : hosts.values()) {
            if (host.raft != null && !frozen.contains(host.id) && now >= host.raft.deadline()) {
                host.step(new Event.Tick());
            }
        }
    }

    /** Lets time pass until there is one leader that its quorum follows. */
    Host elect() {
        for (int i = 0; i < 1000; i++) {
            run(10);
            for (Host host : hosts.values()) {
                if (host.raft != null && host.raft.role() == Role.LEADER && !cutOff.contains(host.id)) {
                    run(150);
                    return host;
                }
            }
        }
        throw new AssertionError("no leader after ten seconds");
    }

    void propose(Host host, String name) {
        host.step(new Event.Propose(++batches, List.of(Command.of(name)), now, 7));
    }

    /** Asks for a change of voters and delivers messages until it is proposed, and not one more. */
    void proposeChange(Host leader, Change change) {
        leader.step(new Event.ChangeMembers(1, change));
        while (!leader.up().configuration().isJoint()) {
            deliver(network.removeFirst());
        }
    }

    Map<Long, List<String>> commands() {
        Map<Long, List<String>> all = new TreeMap<>();
        hosts.forEach((id, host) -> all.put(id, host.commands()));
        return all;
    }
}
