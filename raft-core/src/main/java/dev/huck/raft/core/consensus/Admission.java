package dev.huck.raft.core.consensus;

/** How a node that belongs to no cluster gets into one. Handled by the shell; the core sees only the change it leads to. */
public sealed interface Admission extends PeerMessage {

    /**
     * A node that wants in, to any member; one that does not lead passes it on to the leader once.
     *
     * @param member the newcomer as it describes itself
     * @param passedOn whether a member has passed this on already
     */
    record JoinRequest(Member member, boolean passedOn) implements Admission {}

    /**
     * What became of a request to join.
     *
     * @param storeId the newcomer's
     * @param accepted whether it is, or will be, a member
     * @param message why not, or the leader's address
     */
    record JoinReply(long storeId, boolean accepted, String message) implements Admission {}

    /**
     * A leader asks the node at an address to ask to join, because an operator said so.
     *
     * @param leaderAddress where to send the {@link JoinRequest}
     * @param learner whether it is to stay a learner
     */
    record Invitation(String leaderAddress, boolean learner) implements Admission {}
}
