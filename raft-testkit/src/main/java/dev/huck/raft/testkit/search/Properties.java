package dev.huck.raft.testkit.search;

import dev.huck.raft.api.Role;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Member;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/** What must hold in every world; looked at whenever one node has changed. Quorums are counted here, not by the core. */
final class Properties {
    private final Nodes nodes;

    Properties(Nodes nodes) {
        this.nodes = nodes;
    }

    /**
     * Looks at a world and notes in it who leads and what is committed.
     *
     * @param world the world after a step
     * @param node whose step it was
     * @param before that node's state before
     * @param restarted whether the step was a restart
     * @return what is broken, or null
     */
    @Nullable
    String broken(World world, int node, Local before, boolean restarted) {
        Local now = nodes.local(world.nodes[node]);
        String broken = elected(world, now);
        if (broken == null) {
            broken = committed(world, before, now, restarted);
        }
        return broken == null ? matching(world, now) : broken;
    }

    /** Election safety (Raft §5.2) and leader completeness (§5.4). */
    private @Nullable String elected(World world, Local now) {
        if (now.role != Role.LEADER) {
            return null;
        }
        int known = World.nibble(world.leaders, now.term);
        if (known == now.node + 1) {
            return null;
        }
        if (known != 0) {
            return "election safety: n" + known + " and n" + (now.node + 1) + " both lead term " + now.term;
        }
        world.leaders |= (long) (now.node + 1) << (4 * now.term);
        if (now.durable.hardState().term() != now.term
                || now.durable.hardState().vote() != Nodes.id(now.node)) {
            return "a candidate's own vote counts when it is durable: n" + (now.node + 1) + " leads term " + now.term
                    + ", and its disk says " + now.durable.hardState();
        }
        for (int index = (int) now.log.base().index(); index <= world.lastCommitted(); index++) {
            if (index > 0
                    && World.nibble(world.committedIn, index) < now.term
                    && now.log.termAt(index) != World.nibble(world.committed, index)) {
                return "leader completeness: n" + (now.node + 1) + " leads term " + now.term + " without entry " + index
                        + " of term " + World.nibble(world.committed, index) + ", committed in term "
                        + World.nibble(world.committedIn, index);
            }
        }
        return null;
    }

    /** State machine safety (Raft §5.4.3), and nothing is committed but what a quorum holds durably. */
    private @Nullable String committed(World world, Local before, Local now, boolean restarted) {
        String name = "n" + (now.node + 1);
        if (now.commit < before.commit && !restarted) {
            return "what is committed stays: " + name + " goes back from " + before.commit + " to " + now.commit;
        }
        if (now.role == Role.LEADER && now.commit > before.commit && now.log.termAt(now.commit) != now.term) {
            return "a leader commits by an entry of its own term (figure 8): " + name + " leads term " + now.term
                    + " and commits up to entry " + now.commit + " of term " + now.log.termAt(now.commit);
        }
        for (long index = Math.max(1, now.log.base().index()); index <= now.commit; index++) {
            long term = now.log.termAt(index);
            if (index > world.lastCommitted()) {
                if (!isHeld(world, now.configuration, index, term)
                        && !isHeld(world, before.configuration, index, term)) {
                    return "a commit needs a quorum: " + name + " commits entry " + index + " of term " + term
                            + ", which no quorum holds durably";
                }
                world.commit(index, term, now.term);
            } else if (World.nibble(world.committed, index) != term) {
                return "state machine safety: entry " + index + " was committed with term "
                        + World.nibble(world.committed, index) + ", and " + name + " commits it with term " + term;
            }
        }
        return null;
    }

    private boolean isHeld(World world, Configuration configuration, long index, long term) {
        LongPredicate holds = id -> {
            Local local = nodes.local(world.nodes[(int) (id - Nodes.id(0))]);
            return local.durable.snapshot().index() >= index || local.durable.termAt(index) == term;
        };
        return isMajority(configuration, Member::votesInNew, holds)
                && isMajority(configuration, Member::votesInOld, holds);
    }

    private static boolean isMajority(
            Configuration configuration, java.util.function.Predicate<Member> votes, LongPredicate in) {
        int voters = 0;
        int counted = 0;
        for (Member member : configuration.members()) {
            if (votes.test(member)) {
                voters++;
                counted += in.test(member.storeId()) ? 1 : 0;
            }
        }
        return 2 * counted > voters;
    }

    /** Log matching (Raft §5.3): where two logs have the same term at an index, they are the same up to there. */
    private @Nullable String matching(World world, Local now) {
        for (int number : world.nodes) {
            Local other = nodes.local(number);
            long last = Math.min(now.log.last().index(), other.log.last().index());
            long first = Math.max(now.log.base().index(), other.log.base().index()) + 1;
            boolean agrees = false;
            for (long index = last; index >= first; index--) {
                long here = now.contents[(int) (index - now.log.base().index() - 1)];
                long there = other.contents[(int) (index - other.log.base().index() - 1)];
                agrees |= now.log.termAt(index) == other.log.termAt(index);
                if (agrees && here != there) {
                    return "log matching: entry " + index + " differs on n" + (now.node + 1) + " and n"
                            + (other.node + 1) + ", although they agree on one at or behind it";
                }
            }
        }
        return null;
    }

    /** A read index covers all that was committed when the read came (dissertation §6.4). */
    static @Nullable String read(World world, Local.Outcome outcome) {
        if (outcome.answeredRead() < 0) {
            return null;
        }
        int floor = World.nibble(world.readFloors, outcome.answeredRead());
        return outcome.answeredAt() >= floor
                ? null
                : "a linearizable read: read " + outcome.answeredRead() + " is answered at " + outcome.answeredAt()
                        + ", and " + floor + " was committed before it came";
    }
}
