package dev.huck.raft.testkit.search;

import dev.huck.raft.api.Role;
import dev.huck.raft.testkit.core.Durable;
import dev.huck.raft.testkit.search.Step.Kind;
import dev.huck.raft.testkit.search.World.Counted;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks at every world that a few cores can get into within bounds, the nearest first, each once. So the way to the first
 * broken one is the shortest there is.
 */
public final class Search {
    private final Bounds bounds;
    private final Nodes nodes;
    private final Canon canon;
    private final Properties properties;
    private final Idle idle;
    private final Visited visited = new Visited();
    private List<World> level = new ArrayList<>();
    private List<World> next = new ArrayList<>();
    private List<Integer> places = new ArrayList<>();
    private List<Integer> nextPlaces = new ArrayList<>();
    private long transitions;
    private @Nullable String violation;
    private int brokenFrom;
    private @Nullable Step brokenBy;

    /**
     * What a search found.
     *
     * @param states worlds met, counted once however their nodes are numbered
     * @param transitions events tried
     * @param nodeStates states in which a single node was met
     * @param depth events on the shortest way to the farthest
     * @param complete whether there is nothing more within the bounds
     * @param violation what is broken, or null
     * @param transcript the shortest way there, a line each; empty if nothing is broken
     */
    public record Result(
            int states,
            long transitions,
            int nodeStates,
            int depth,
            boolean complete,
            @Nullable String violation,
            List<String> transcript) {
        /** @return one line for machines */
        public String line() {
            return "states=" + states + " transitions=" + transitions + " depth=" + depth + " complete="
                    + (complete ? "yes" : "no") + " violations=" + (violation == null ? 0 : 1);
        }
    }

    /**
     * A search.
     *
     * @param bounds how far it goes
     */
    public Search(Bounds bounds) {
        this.bounds = bounds;
        this.nodes = new Nodes(bounds);
        this.canon = new Canon(nodes, bounds.nodes());
        this.properties = new Properties(nodes);
        this.idle = new Idle(nodes, bounds);
    }

    /**
     * Searches.
     *
     * @param progress told now and then how far it is
     * @return what was found
     */
    public Result run(Progress progress) {
        World first = first();
        visited.add(canon.of(first), -1, 0);
        next.add(first);
        nextPlaces.add(0);
        int depth = 0;
        boolean complete = true;
        while (!next.isEmpty() && violation == null) {
            if ((bounds.depth() > 0 && depth == bounds.depth())
                    || (bounds.states() > 0 && visited.size() >= bounds.states())) {
                complete = false;
                break;
            }
            level = next;
            places = nextPlaces;
            next = new ArrayList<>();
            nextPlaces = new ArrayList<>();
            for (int i = 0; i < level.size() && violation == null; i++) {
                expand(level.get(i), places.get(i));
            }
            depth += next.isEmpty() && violation == null ? 0 : 1;
            progress.reached(depth, visited.size(), transitions, nodes.count());
        }
        return new Result(
                visited.size(),
                transitions,
                nodes.count(),
                depth,
                complete && violation == null,
                violation,
                violation == null ? List.of() : new Transcript(nodes, first).of(wayToBroken(), violation));
    }

    /** Told how far a search is. */
    @FunctionalInterface
    public interface Progress {
        /**
         * Another event in a row is done.
         *
         * @param depth events in a row
         * @param states worlds met
         * @param transitions events tried
         * @param nodeStates states of single nodes
         */
        void reached(int depth, int states, long transitions, int nodeStates);
    }

    private World first() {
        List<Durable> disks = nodes.beginning(bounds);
        int[] states = new int[disks.size()];
        int[] messages = new int[0];
        for (int node = 0; node < states.length; node++) {
            Local.Outcome outcome = nodes.start(node, disks.get(node));
            if (outcome.violation() != null) {
                throw new AssertionError(outcome.violation());
            }
            states[node] = outcome.next();
            messages = World.joined(messages, outcome.sent());
        }
        World world = new World(states, messages);
        if (bounds.lagging()) {
            world.commit(Lagging.COVERED.index(), Lagging.COVERED.term(), Lagging.COVERED.term());
        }
        return world;
    }

    // ---- what may happen next

    private void expand(World world, int place) {
        for (int node = 0; node < world.nodes.length; node++) {
            ofItself(world, place, nodes.local(world.nodes[node]));
        }
        int previous = -1;
        for (int message : world.messages) {
            if (message != previous) {
                previous = message;
                delivery(world, place, nodes.message(message));
            }
        }
    }

    private void ofItself(World world, int place, Local local) {
        boolean leads = local.role == Role.LEADER;
        if ((local.voter || bounds.changes() > 0) && (leads || local.term < bounds.terms())) {
            happens(world, place, local, Kind.TIMEOUT, 0);
        }
        if (local.unwritten > 0) {
            happens(world, place, local, Kind.WRITTEN, 0);
        }
        if (local.unstored > 0) {
            happens(world, place, local, Kind.STORED, 0);
        }
        if (world.used(Counted.CRASHES) < bounds.crashes()) {
            counted(world, place, local, Kind.RESTART, 0, Counted.CRASHES);
        }
        if (!leads) {
            return;
        }
        happens(world, place, local, Kind.BEAT, 0);
        if (world.used(Counted.ENTRIES) < bounds.entries()) {
            counted(world, place, local, Kind.PROPOSE, world.used(Counted.ENTRIES), Counted.ENTRIES);
        }
        if (world.used(Counted.READS) < bounds.reads()) {
            counted(world, place, local, Kind.READ, world.used(Counted.READS), Counted.READS);
        }
        if (world.used(Counted.TRANSFERS) < bounds.transfers()) {
            counted(world, place, local, Kind.TRANSFER, 0, Counted.TRANSFERS);
        }
        if (world.used(Counted.CHANGES) < bounds.changes()) {
            for (int node = 0; node < world.nodes.length; node++) {
                Kind kind = local.configuration.member(Nodes.id(node)) == null ? Kind.ADD : Kind.REMOVE;
                counted(world, place, local, kind, node, Counted.CHANGES);
            }
        }
    }

    private void delivery(World world, int place, Sent message) {
        Local to = nodes.local(world.nodes[message.to()]);
        happens(world, place, to, Kind.DELIVER, message.number());
        if (message.asksForVote() && to.role != Role.LEADER) {
            happens(world, place, to, Kind.DELIVER_LATE, message.number());
        }
        if (world.used(Counted.REPEATS) < bounds.repeats()) {
            counted(world, place, to, Kind.REPEAT, message.number(), Counted.REPEATS);
        }
        if (bounds.losses()) {
            transitions++;
            int[] left = world.without(message.number());
            meet(world.with(message.to(), to.number, left), place, new Step(Kind.LOSE, message.to(), message.number()));
        }
    }

    private void happens(World world, int place, Local local, Kind kind, int argument) {
        counted(world, place, local, kind, argument, null);
    }

    private void counted(World world, int place, Local local, Kind kind, int argument, @Nullable Counted counted) {
        if (violation != null) {
            return;
        }
        transitions++;
        Step step = new Step(kind, local.node, argument);
        Local.Outcome outcome = nodes.step(local, step);
        if (outcome.violation() != null) {
            broken(outcome.violation(), place, step);
            return;
        }
        int[] messages = kind == Kind.DELIVER || kind == Kind.DELIVER_LATE ? world.without(argument) : world.messages;
        if (messages.length + outcome.sent().length + held(world, local, outcome.next()) > bounds.messages()
                || nodes.local(outcome.next()).term > bounds.terms()) {
            return; // Beyond the bounds.
        }
        World after = world.with(local.node, outcome.next(), World.joined(messages, outcome.sent()));
        if (counted != null) {
            after.use(counted);
        }
        if (kind == Kind.READ) {
            after.readFloors |= world.lastCommitted() << (4 * argument);
        }
        String found = properties.broken(after, local.node, local, kind == Kind.RESTART);
        if (found == null) {
            found = Properties.read(after, outcome);
        }
        if (found != null) {
            broken(found, place, step);
            return;
        }
        meet(after, place, step);
    }

    /** Messages that wait for a write are under way too. */
    private int held(World world, Local changed, int to) {
        int held = nodes.local(to).held - changed.held;
        for (int state : world.nodes) {
            held += nodes.local(state).held;
        }
        return held;
    }

    private void meet(World met, int place, Step step) {
        World world = idle.without(met);
        if (visited.add(canon.of(world), place, step.code())) {
            next.add(world);
            nextPlaces.add(visited.size() - 1);
        }
    }

    private void broken(String what, int place, Step step) {
        violation = what;
        brokenFrom = place;
        brokenBy = step;
    }

    private List<Step> wayToBroken() {
        ArrayDeque<Step> way = new ArrayDeque<>();
        if (brokenBy != null) {
            way.addFirst(brokenBy);
        }
        for (int place = brokenFrom; visited.parent(place) >= 0; place = visited.parent(place)) {
            way.addFirst(Step.of(visited.step(place)));
        }
        return List.copyOf(way);
    }
}
