package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.huck.raft.api.Role;
import dev.huck.raft.core.consensus.Member.Voting;
import dev.huck.raft.core.consensus.Raft;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What others see of the core. */
class ViewTest {
    private final ScriptedCore core = new ScriptedCore();

    @Test
    void aLeaderNamesTheMembersThatDoNotAnswer() {
        assertEquals(
                List.of(),
                View.of(core.started(Voting.VOTER, Voting.VOTER, Voting.VOTER)).silent(),
                "it does not lead");
        Raft raft = core.leader(Voting.VOTER, Voting.VOTER, Voting.VOTER);
        assertEquals(List.of(), View.of(raft).silent(), "nobody had the time to answer");
        core.run(raft, 1_500);
        assertEquals(Role.LEADER, raft.role());
        assertEquals(List.of(3L), View.of(raft).silent());
    }
}
