package dev.huck.raft.core.consensus;

/** A change of membership. */
public sealed interface Change {

    /**
     * Adds a member as a newcomer, to be promoted when it has caught up; done when it votes. If its store id is a member
     * already, only its address and versions change.
     *
     * @param member the newcomer
     */
    record Add(Member member) implements Change {}

    /**
     * Removes a member; done when the configuration without it is committed.
     *
     * @param storeId the member
     */
    record Remove(long storeId) implements Change {}
}
