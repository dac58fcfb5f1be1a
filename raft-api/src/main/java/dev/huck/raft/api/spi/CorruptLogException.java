package dev.huck.raft.api.spi;

import java.io.IOException;

/** A record that was once durable is damaged or missing. Never served, never silently dropped. */
public class CorruptLogException extends IOException {
    private static final long serialVersionUID = 1;
    private final long index;

    /**
     * Damage.
     *
     * @param message file, offset where there is one, index, and what is wrong
     * @param index of the entry, or 0 if unknown
     */
    public CorruptLogException(String message, long index) {
        super(message);
        this.index = index;
    }

    /**
     * The damaged entry.
     *
     * @return its index, or 0 if unknown
     */
    public long index() {
        return index;
    }
}
