package dev.huck.raft.api;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * A change of a cluster's membership: any number of steps that take effect together, in one joint configuration, so that
 * several nodes are replaced at once and the cluster is never weaker on the way than before or after. Who is to vote
 * catches up first. Immutable.
 *
 * <pre>{@code
 * node.changeMembers(MembershipChange.builder()
 *         .basedOn(node.status().configuration().index())
 *         .replace("n1", "10.0.0.4:7481")
 *         .replace("n2", "10.0.0.5:7481")
 *         .build());
 * }</pre>
 */
public final class MembershipChange {
    private final OptionalLong basis;
    private final List<Step> steps;

    private MembershipChange(Builder builder) {
        this.basis = builder.basis;
        this.steps = List.copyOf(builder.steps);
    }

    /** What is done with one member. */
    public enum Kind {
        /** A node that belongs to no cluster, or a learner, becomes a voter. */
        ADD_VOTER,
        /** A node that belongs to no cluster becomes a learner, and stays one until it is promoted. */
        ADD_LEARNER,
        /** A member leaves. */
        REMOVE,
        /** A learner becomes a voter, once it has caught up. */
        PROMOTE,
        /** A voter becomes a learner. */
        DEMOTE,
        /** A member is reached at another address. */
        MOVE
    }

    /**
     * One step.
     *
     * @param kind what is done
     * @param member the member's id or address, or the address of a node that belongs to no cluster
     * @param address the new address of a {@link Kind#MOVE}; else empty
     */
    public record Step(Kind kind, String member, String address) {}

    /**
     * Begins a change.
     *
     * @return a builder without steps
     */
    public static Builder builder() {
        return new Builder();
    }

    /** @return index of the configuration that it was made for; empty for any */
    public OptionalLong basis() {
        return basis;
    }

    /** @return the steps, at least one */
    public List<Step> steps() {
        return steps;
    }

    /** Collects the steps of a change. */
    public static final class Builder {
        private OptionalLong basis = OptionalLong.empty();
        private final List<Step> steps = new ArrayList<>();

        private Builder() {}

        /**
         * Has the change refused unless this configuration is in force: compare and set.
         *
         * @param configurationIndex from {@link ConfigurationInfo#index}; positive
         * @return this
         */
        public Builder basedOn(long configurationIndex) {
            if (configurationIndex <= 0) {
                throw new IllegalArgumentException("a configuration's index is positive, not " + configurationIndex);
            }
            basis = OptionalLong.of(configurationIndex);
            return this;
        }

        /**
         * Has a node vote, once it has caught up.
         *
         * @param member host:port of a node that runs and belongs to no cluster; or a learner's id or address
         * @return this
         */
        public Builder addVoter(String member) {
            return step(Kind.ADD_VOTER, member, "");
        }

        /**
         * Adds a node that stays a learner until it is promoted.
         *
         * @param address host:port of a node that runs and belongs to no cluster
         * @return this
         */
        public Builder addLearner(String address) {
            return step(Kind.ADD_LEARNER, address, "");
        }

        /**
         * Removes a member.
         *
         * @param idOrAddress the member
         * @return this
         */
        public Builder remove(String idOrAddress) {
            return step(Kind.REMOVE, idOrAddress, "");
        }

        /**
         * Removes a member in favour of another, which votes in its place.
         *
         * @param idOrAddress who leaves
         * @param by as {@link #addVoter}
         * @return this
         */
        public Builder replace(String idOrAddress, String by) {
            return remove(idOrAddress).addVoter(by);
        }

        /**
         * Makes a learner a voter, once it has caught up.
         *
         * @param idOrAddress the member
         * @return this
         */
        public Builder promote(String idOrAddress) {
            return step(Kind.PROMOTE, idOrAddress, "");
        }

        /**
         * Makes a voter a learner.
         *
         * @param idOrAddress the member
         * @return this
         */
        public Builder demote(String idOrAddress) {
            return step(Kind.DEMOTE, idOrAddress, "");
        }

        /**
         * Has a member reached at another address. A node that starts at another address says so by itself; this is for
         * one that can't.
         *
         * @param idOrAddress the member
         * @param address host:port from now on
         * @return this
         */
        public Builder move(String idOrAddress, String address) {
            if (address.isEmpty()) {
                throw new IllegalArgumentException("a member has an address");
            }
            return step(Kind.MOVE, idOrAddress, address);
        }

        private Builder step(Kind kind, String member, String address) {
            if (member.isEmpty()) {
                throw new IllegalArgumentException("a step names a member");
            }
            steps.add(new Step(kind, member, address));
            return this;
        }

        /**
         * Ends the change.
         *
         * @return the change
         * @throws IllegalStateException when it has no steps
         */
        public MembershipChange build() {
            if (steps.isEmpty()) {
                throw new IllegalStateException("a change of membership without a step");
            }
            return new MembershipChange(this);
        }
    }
}
