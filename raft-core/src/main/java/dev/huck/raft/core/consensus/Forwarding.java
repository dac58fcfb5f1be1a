package dev.huck.raft.core.consensus;

import dev.huck.raft.api.Command;
import java.util.List;

/**
 * Clients' commands that a follower passes on to the leader, and the way back. Handled by the shell; the core sees only what
 * is proposed.
 *
 * <p>Frames may be lost, repeated and overtake each other, and a command must be executed once at most. So a link is opened
 * first, and numbered by the leader: it belongs to one run of the follower and one term of one run of the leader, and its
 * commands have consecutive places in it. Whatever does not come exactly in its place closes the link, for ever.
 */
public sealed interface Forwarding extends PeerMessage {

    /** @return the sender's store id */
    long from();

    /** @return the receiver's store id */
    long to();

    /**
     * A follower wants to forward.
     *
     * @param from sender
     * @param to receiver
     * @param term the term in which the receiver leads
     * @param nonce drawn for this link
     */
    record Open(long from, long to, long term, long nonce) implements Forwarding {}

    /**
     * The link is open; the follower's earlier one is closed.
     *
     * @param from sender
     * @param to receiver
     * @param nonce echoed
     * @param link drawn by the leader
     */
    record Opened(long from, long to, long nonce, long link) implements Forwarding {}

    /**
     * A command of a client.
     *
     * @param connection the client's connection at the follower, unique in the follower's run
     * @param consistency how it reads: the place in {@code LOW, MEDIUM, HIGH}; -1 for a write
     * @param minIndex what the state it reads must have applied
     * @param command the command
     */
    record Item(long connection, int consistency, long minIndex, Command command) {}

    /**
     * Commands, in the order in which they are to take effect.
     *
     * @param from sender
     * @param to receiver
     * @param link the link
     * @param place of the first command in the link, from 0
     * @param items at least one
     */
    record Commands(long from, long to, long link, long place, List<Item> items) implements Forwarding {}

    /**
     * A command's reply.
     *
     * @param place the command's
     * @param index what the client has seen of the log with it
     * @param reply the reply, encoded
     */
    record Answer(long place, long index, byte[] reply) {}

    /**
     * Replies, those of one connection in order.
     *
     * @param from sender
     * @param to receiver
     * @param link the link
     * @param answers at least one
     */
    record Answers(long from, long to, long link, List<Answer> answers) implements Forwarding {}

    /**
     * Nothing more is taken from a link.
     *
     * @param from sender
     * @param to receiver
     * @param link the link
     * @param taken commands from this place on were never executed and never will be; {@link Long#MAX_VALUE} if the leader
     *     does not know the link, and so can't tell
     */
    record Closed(long from, long to, long link, long taken) implements Forwarding {}
}
