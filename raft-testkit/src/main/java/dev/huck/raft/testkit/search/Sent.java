package dev.huck.raft.testkit.search;

import dev.huck.raft.core.consensus.Message;

/** A message, known by a number. */
record Sent(int number, Message message, Row row, int to, boolean asksForVote) {
    @Override
    public boolean equals(Object other) {
        return other instanceof Sent sent && sent.number == number;
    }

    @Override
    public int hashCode() {
        return number;
    }
}
