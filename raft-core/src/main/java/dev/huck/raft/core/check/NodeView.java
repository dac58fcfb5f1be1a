package dev.huck.raft.core.check;

/** What checks look at of a node's memory around its core, between two of the node's events. */
public interface NodeView {

    /** @return bytes that all clients' commands and recorded replies hold, as they are counted */
    long commandBytes();

    /** @return bytes of forwarded commands under way to the leader, without the newest */
    long forwardedBytes();

    /** @return how many messages wait until the term in which they speak is durable */
    int messagesHeldBack();

    /** @return bytes of members' messages that wait until their new incarnation is on disk */
    long earlyBytes();

    /** @return what members have sent and the loop has not taken yet */
    Arrived arrived();

    /**
     * Bytes of messages that wait for the loop, by kind; without a message that is alone among its kind.
     *
     * @param repeated appends with entries, pieces of snapshots
     * @param forwarded clients' commands and their replies
     * @param control all others
     */
    record Arrived(long repeated, long forwarded, long control) {}

    /** @return how many client sessions are open */
    int sessions();

    /** @return bytes that they hold, as they are counted */
    long sessionBytes();

    /** @return the same, counted anew */
    long sessionBytesAnew();
}
