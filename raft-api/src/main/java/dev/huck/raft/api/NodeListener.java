package dev.huck.raft.api;

/** Takes what happens inside of a node. */
@FunctionalInterface
public interface NodeListener {

    /**
     * Something has happened.
     *
     * <p><b>Threading.</b> One call at a time, on a thread of the node's that does nothing else: whoever takes long here
     * holds up later events and nothing more. <b>Ordering.</b> In the order in which things happened, as far as they happened
     * in one part of the node. <b>On failure.</b> What this throws is logged. When 1,024 events wait, further ones are
     * dropped and counted ({@code events_dropped} of {@link Node#metrics}).
     *
     * @param event what it is
     */
    void happened(NodeEvent event);
}
