package dev.huck.raft.core.node;

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
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A core of store 1 whose disk is there at once, and to which store 2 answers and nobody else. */
final class ScriptedCore {
    private static final long MILLIS = 1_000_000L;
    private long now = 1_000 * MILLIS;
    private boolean recovers;

    /** Store 1, before anything has happened, among as many members as are named. */
    Raft started(Member.Voting... members) {
        Recovery recovery = new Recovery(
                1, new HardState(1, 0), LogPosition.START, Configuration.EMPTY, 0, LogPosition.START, Limits.DEFAULT);
        List<Member> all = new ArrayList<>();
        for (Member.Voting voting : members) {
            long id = 1L + all.size();
            all.add(new Member(id, "n" + id, "host:" + id, voting, Member.Versions.CURRENT));
        }
        recovery.load(new LogEntry(
                1, 1, Entries.configuration(0, new Configuration(1, all, Configuration.Settings.DEFAULT))));
        return recovery.start(Limits.DEFAULT, new SplittableRandom(1), now);
    }

    /** The same, once it leads. */
    Raft leader(Member.Voting... members) {
        Raft raft = started(members);
        while (raft.role() != Role.LEADER) {
            run(raft, 50);
        }
        return raft;
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
                                recovers ? 7 : 0)));
            }
        }
    }

    /** Whether store 2 says that it may have forgotten something. */
    void recovers(boolean says) {
        recovers = says;
    }

    void step(Raft raft, Event event) {
        raft.step(now, event);
    }

    void run(Raft raft, long millis) {
        for (long passed = 0; passed < millis; passed += 50) {
            now += 50 * MILLIS;
            raft.step(now, new Event.Tick());
            answer(raft);
        }
    }
}
