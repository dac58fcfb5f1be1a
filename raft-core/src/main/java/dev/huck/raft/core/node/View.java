package dev.huck.raft.core.node;

import dev.huck.raft.api.Role;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Loss;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Message;
import dev.huck.raft.core.consensus.Raft;
import java.util.ArrayList;
import java.util.List;

/**
 * What the loop lets other threads see of the core: one consistent moment, published at the end of each turn.
 *
 * @param loss why the node is recovering, if it is
 * @param applied how far members' machines have come, where this node leads and they say so
 * @param silent store ids of members that this leader does not hear; none where it does not lead
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
        List<Applied> applied,
        Loss loss,
        List<Long> silent,
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
                applied(raft),
                raft.loss(),
                silent(raft),
                raft.applyBytes());
    }

    /**
     * How far a member's machine has come.
     *
     * @param member store id
     * @param index the last entry that it has applied
     */
    record Applied(long member, long index) {}

    private static List<Long> silent(Raft raft) {
        List<Long> silent = List.of();
        if (raft.role() == Role.LEADER) {
            for (Member member : raft.configuration().members()) {
                if (!raft.answers(member.storeId())) {
                    silent = silent.isEmpty() ? new ArrayList<>() : silent;
                    silent.add(member.storeId());
                }
            }
        }
        return silent;
    }

    private static List<Applied> applied(Raft raft) {
        List<Applied> known = List.of();
        for (Member member : raft.configuration().members()) {
            Message.Applied applied = raft.appliedOf(member.storeId());
            if (applied != null) {
                known = known.isEmpty() ? new ArrayList<>() : known;
                known.add(new Applied(member.storeId(), applied.index()));
            }
        }
        return known;
    }
}
