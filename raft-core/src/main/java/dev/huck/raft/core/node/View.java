package dev.huck.raft.core.node;

import dev.huck.raft.api.Role;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Loss;
import dev.huck.raft.core.consensus.Raft;

/**
 * What the loop lets other threads see of the core: one consistent moment, published at the end of each turn.
 *
 * @param loss why the node is recovering, if it is
 * @param applyBytes handed to the machine and not yet applied
 */
record View(
        Role role,
        long term,
        long leader,
        LogPosition last,
        long commitIndex,
        LogPosition snapshot,
        Configuration configuration,
        long leaseUntil,
        Loss loss,
        long applyBytes) {

    static View of(Raft raft) {
        return new View(
                raft.role(),
                raft.term(),
                raft.leader(),
                raft.last(),
                raft.commitIndex(),
                raft.snapshot(),
                raft.configuration(),
                raft.leaseUntil(),
                raft.loss(),
                raft.applyBytes());
    }
}
