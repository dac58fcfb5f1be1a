package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.huck.raft.api.Role;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Effect;
import dev.huck.raft.core.consensus.Entries;
import dev.huck.raft.core.consensus.Event;
import dev.huck.raft.core.consensus.HardState;
import dev.huck.raft.core.consensus.Limits;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Message;
import dev.huck.raft.core.consensus.Raft;
import dev.huck.raft.core.consensus.Recovery;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What others see of the core. */
class ViewTest {
    private static final long MILLIS = 1_000_000L;
    private long now = 1_000 * MILLIS;

    private static Member member(long id) {
        return new Member(id, "n" + id, "host:" + id, Member.Voting.VOTER, Member.Versions.CURRENT);
    }

    /** Carries out what the core wants: its disk is there at once, and so is store 2. */
    private void answer(Raft raft) {
        for (Effect effect : raft.effects()) {
            if (effect instanceof Effect.Persist persist) {
                raft.step(now, new Event.Synced(persist.sequence()));
                raft.step(now, new Event.Persisted(persist.sequence()));
            }
            Message sent = effect instanceof Effect.Send send
                    ? send.message()
                    : effect instanceof Effect.SendAfter after ? after.message() : null;
            if (sent == null || sent.to() != 2) {
                continue;
            }
            if (sent instanceof Message.PreVote ask) {
                raft.step(now, new Event.Received(new Message.PreVoteReply(2, 1, ask.term(), true, LogPosition.START)));
            } else if (sent instanceof Message.RequestVote ask) {
                raft.step(now, new Event.Received(new Message.VoteReply(2, 1, ask.term(), true)));
            } else if (sent instanceof Message.Append append) {
                long match = append.previous().index() + append.entries().size();
                raft.step(
                        now,
                        new Event.Received(new Message.AppendReply(
                                2,
                                1,
                                append.term(),
                                append.session(),
                                append.round(),
                                true,
                                match,
                                match,
                                LogPosition.START,
                                0)));
            }
        }
    }

    private void run(Raft raft, long millis) {
        for (long passed = 0; passed < millis; passed += 50) {
            now += 50 * MILLIS;
            raft.step(now, new Event.Tick());
            answer(raft);
        }
    }

    @Test
    void aLeaderNamesTheMembersThatDoNotAnswer() {
        Recovery recovery = new Recovery(
                1, new HardState(1, 0), LogPosition.START, Configuration.EMPTY, 0, LogPosition.START, Limits.DEFAULT);
        Configuration three =
                new Configuration(1, List.of(member(1), member(2), member(3)), Configuration.Settings.DEFAULT);
        recovery.load(new LogEntry(1, 1, Entries.configuration(0, three)));
        Raft raft = recovery.start(Limits.DEFAULT, new SplittableRandom(1), now);
        assertEquals(List.of(), View.of(raft).silent(), "it does not lead");
        while (raft.role() != Role.LEADER) {
            run(raft, 50);
        }
        assertEquals(List.of(), View.of(raft).silent(), "nobody had the time to answer");
        run(raft, 1_500);
        assertEquals(Role.LEADER, raft.role());
        assertEquals(List.of(3L), View.of(raft).silent());
    }
}
