package dev.huck.raft.core.consensus;

/** How a node that belongs to no cluster gets into one. Handled by the shell; the core sees only the change it leads to. */
public sealed interface Admission extends PeerMessage {

    /**
     * A node that wants in, to any member; one that does not lead passes it on to the leader once.
     *
     * @param member the newcomer as it describes itself
     * @param passedOn whether a member has passed this on already
     * @param readmit whether it stands in for a member with its name that is silent, because that one's directory is lost
     */
    record JoinRequest(Member member, boolean passedOn, boolean readmit) implements Admission {}

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

    /**
     * Tells a node that its directory was opened again elsewhere, or is an old copy: nobody listens to it any more.
     *
     * @param storeId of the node that is refused
     * @param number the incarnation that is refused
     * @param run its run: whoever else the message reaches is not meant
     * @param newest the incarnation that is known
     */
    record Outdated(long storeId, long number, long run, long newest) implements Admission {}
}
