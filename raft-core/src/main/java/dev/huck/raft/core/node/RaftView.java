package dev.huck.raft.core.node;

import dev.huck.raft.api.Role;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.check.CoreView;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Loss;
import dev.huck.raft.core.consensus.Raft;

/**
 * A core as checks see it.
 *
 * @param raft the core
 */
public record RaftView(Raft raft) implements CoreView {
    @Override
    public long storeId() {
        return raft.storeId();
    }

    @Override
    public Role role() {
        return raft.role();
    }

    @Override
    public long term() {
        return raft.term();
    }

    @Override
    public long vote() {
        return raft.vote();
    }

    @Override
    public long commitIndex() {
        return raft.commitIndex();
    }

    @Override
    public LogPosition last() {
        return raft.last();
    }

    @Override
    public LogPosition base() {
        return raft.base();
    }

    @Override
    public boolean isRecovering() {
        return raft.loss() != Loss.NONE;
    }

    @Override
    public boolean hasLease(long now) {
        return raft.role() == Role.LEADER && now - raft.leaseUntil() < 0;
    }

    @Override
    public Configuration configuration() {
        return raft.configuration();
    }

    @Override
    public long termAt(long index) {
        return raft.termAt(index);
    }
}
