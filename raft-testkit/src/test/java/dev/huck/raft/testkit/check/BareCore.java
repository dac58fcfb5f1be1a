package dev.huck.raft.testkit.check;

import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.check.CoreView;
import dev.huck.raft.core.consensus.Configuration;

/** A core with nothing in it: tests tell what theirs has. */
interface BareCore extends CoreView {
    @Override
    default long vote() {
        return 0;
    }

    @Override
    default long commitIndex() {
        return 0;
    }

    @Override
    default LogPosition last() {
        return LogPosition.START;
    }

    @Override
    default LogPosition base() {
        return LogPosition.START;
    }

    @Override
    default Configuration configuration() {
        return Configuration.EMPTY;
    }

    @Override
    default long termAt(long index) {
        return 0;
    }
}
