package dev.huck.log.chronicle;

import java.io.IOException;

/**
 * What a record says of itself before its payload.
 *
 * @param kind what it is
 * @param part which part of its entry, from 0
 * @param place in the queue
 * @param index of the entry; of the log's last, if it is about bounds
 * @param term that goes with the index
 * @param durable place in the queue up to which everything was synced when this was written
 * @param length of the payload, in bytes
 * @param payloadChecksum over index, term and payload
 */
record RecordHeader(
        Kind kind, int part, long place, long index, long term, long durable, int length, int payloadChecksum) {

    /** Names the record, for errors. */
    String name() {
        return switch (kind) {
            case SEGMENT -> "the segment's first record";
            case BOUNDS -> "the record of a change of the log's ends";
            case ENTRY, PART -> "entry " + index;
        };
    }

    /** A record of a format that this version doesn't know. */
    static final class UnknownFormatException extends IOException {
        private static final long serialVersionUID = 1;

        UnknownFormatException(int format) {
            super("format " + format + " is unknown; this version reads format " + RecordCodec.FORMAT
                    + ": a newer version of Huck wrote it, update this node");
        }
    }
}
