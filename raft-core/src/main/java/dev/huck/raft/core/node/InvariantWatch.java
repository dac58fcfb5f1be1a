package dev.huck.raft.core.node;

import dev.huck.raft.core.check.CoreMemory;
import dev.huck.raft.core.check.OwnInvariants;
import dev.huck.raft.core.consensus.Effect;
import dev.huck.raft.core.consensus.Raft;
import java.util.List;

/** Shows the loop's core to the checks, turn by turn. What they find is thrown, and nothing of that turn is carried out. */
final class InvariantWatch {
    private final OwnInvariants invariants = new OwnInvariants();
    private final RaftView core;
    private final CoreMemory memory;

    InvariantWatch(Raft raft) {
        this.core = new RaftView(raft);
        this.memory = new CoreMemory(OwnInvariants.THROW, raft.limits());
    }

    void after(List<Effect> effects) {
        for (Effect effect : effects) {
            if (effect instanceof Effect.Persist persist) {
                if (persist.reset() != null) {
                    invariants.truncated(core, persist.reset().index() + 1);
                } else if (persist.truncateFrom() > 0) {
                    invariants.truncated(core, persist.truncateFrom());
                }
            }
        }
        invariants.after(core);
        memory.observe(core, core.raft().held());
    }
}
