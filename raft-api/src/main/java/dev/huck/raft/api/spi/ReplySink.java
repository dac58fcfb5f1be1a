package dev.huck.raft.api.spi;

import dev.huck.raft.api.Reply;

/** A reply sink that can take back what was written of the reply at hand. */
public interface ReplySink extends Reply {

    /**
     * Remembers this place.
     *
     * @return the place, for {@link #rewind}: how many bytes have been written since the last flush, about
     */
    int mark();

    /**
     * Takes back everything written since a mark that was made after the last flush.
     *
     * @param mark from {@link #mark}
     */
    void rewind(int mark);
}
