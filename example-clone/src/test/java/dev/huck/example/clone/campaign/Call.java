package dev.huck.example.clone.campaign;

import java.util.Locale;

/**
 * A command of a client, and what is known of it.
 *
 * @param client who called
 * @param node whom it asked last
 * @param kind what it is
 * @param key of what
 * @param value what it writes; empty where nothing is written
 * @param called when, by this process's monotonic clock; nanoseconds
 * @param returned when the outcome was known; {@link Long#MAX_VALUE} if it never was
 * @param outcome what became of it
 * @param output the reply's text; empty for nil, and where there was none
 */
record Call(
        int client,
        String node,
        Kind kind,
        String key,
        String value,
        long called,
        long returned,
        Outcome outcome,
        String output) {

    /** What a call does to its key. */
    enum Kind {
        GET,
        SET,
        INCR,
        APPEND;

        boolean isWrite() {
            return this != GET;
        }
    }

    /** What the client knows. */
    enum Outcome {
        /** It was executed, and this is its reply. */
        DONE,
        /** It may have been executed, or may yet be. */
        UNKNOWN
    }

    boolean isAcknowledgedWrite() {
        return kind.isWrite() && outcome == Outcome.DONE;
    }

    boolean isRead() {
        return kind == Kind.GET && outcome == Outcome.DONE;
    }

    @Override
    public String toString() {
        return String.join(
                "\t",
                "" + client,
                node,
                kind.name().toLowerCase(Locale.ROOT),
                key,
                value,
                "" + called,
                returned == Long.MAX_VALUE ? "never" : "" + returned,
                outcome.name().toLowerCase(Locale.ROOT),
                output);
    }

    /** Reads a line of a kept history. */
    static Call parse(String line) {
        String[] fields = line.split("\t", -1);
        if (fields.length != 9) {
            throw new IllegalArgumentException("not a call: '" + line + "'");
        }
        return new Call(
                Integer.parseInt(fields[0]),
                fields[1],
                Kind.valueOf(fields[2].toUpperCase(Locale.ROOT)),
                fields[3],
                fields[4],
                Long.parseLong(fields[5]),
                fields[6].equals("never") ? Long.MAX_VALUE : Long.parseLong(fields[6]),
                Outcome.valueOf(fields[7].toUpperCase(Locale.ROOT)),
                fields[8]);
    }
}
