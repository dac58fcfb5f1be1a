package dev.huck.raft.testkit.search;

import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.HardState;
import dev.huck.raft.core.consensus.Loss;
import dev.huck.raft.testkit.core.Durable;
import java.util.List;

/** A cluster in which the first entries are compacted and the last node has none of them. */
final class Lagging {
    static final LogPosition COVERED = new LogPosition(1, 1);

    private Lagging() {}

    static Durable ahead(Durable disk, Configuration configuration) {
        return new Durable(new HardState(1, 0), COVERED, List.of(), COVERED, configuration, Loss.NONE);
    }
}
