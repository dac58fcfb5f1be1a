package dev.huck.raft.core.consensus;

import dev.huck.raft.core.consensus.Member.Versions;
import java.util.List;

/**
 * A change of membership: any number of steps that take effect together, by one joint configuration.
 *
 * @param basis index of the configuration that it was made for: if another one is in force, it is refused; 0 for any
 * @param steps at least one, carried out in this order; done when all that they ask for is committed
 */
public record Change(long basis, List<Step> steps) {

    /** Copies the list. */
    public Change {
        steps = List.copyOf(steps);
        if (steps.isEmpty()) {
            throw new IllegalArgumentException("a change without a step");
        }
    }

    /**
     * A change for whatever configuration is in force.
     *
     * @param steps at least one
     * @return the change
     */
    public static Change of(Step... steps) {
        return new Change(0, List.of(steps));
    }

    /** One member's part in a change. */
    public sealed interface Step {
        /** @return the member's store id */
        long storeId();
    }

    /**
     * Adds a member: to stay a learner if it is {@link Member.Voting#LEARNER}, else to vote once it has caught up. If its
     * store id is a member already, only its address and versions change.
     *
     * @param member the newcomer
     */
    public record Add(Member member) implements Step {
        @Override
        public long storeId() {
            return member.storeId();
        }
    }

    /**
     * Removes a member. If it was awaited, the change that waits for it is abandoned.
     *
     * @param storeId the member
     */
    public record Remove(long storeId) implements Step {}

    /**
     * Makes a learner a voter, once it has caught up.
     *
     * @param storeId the member
     */
    public record Promote(long storeId) implements Step {}

    /**
     * Makes a voter a learner.
     *
     * @param storeId the member
     */
    public record Demote(long storeId) implements Step {}

    /**
     * Says where a member is and what it understands.
     *
     * @param storeId the member
     * @param address host:port
     * @param versions what it understands
     */
    public record Update(long storeId, String address, Versions versions) implements Step {}
}
