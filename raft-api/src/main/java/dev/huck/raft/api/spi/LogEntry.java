package dev.huck.raft.api.spi;

/**
 * An entry of the log as a store sees it. The payload is the engine's business; it is encoded once and the same array
 * goes to the log, to peers and to the machine, so nobody changes it.
 *
 * @param index from 1
 * @param term from 1, never lower than the entry's before
 * @param payload the content, possibly empty; never changed by anyone
 */
@SuppressWarnings("ArrayRecordComponent") // identity is what the engine needs; contents are compared by tests
public record LogEntry(long index, long term, byte[] payload) {

    /**
     * What an entry costs in memory and, roughly, on disk.
     *
     * @return bytes
     */
    public int cost() {
        return payload.length + 32;
    }
}
