package dev.huck.raft.core.consensus;

import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Message.CatchUp;
import dev.huck.raft.core.consensus.Message.Query;
import dev.huck.raft.core.consensus.Message.QueryReply;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What a node may not do while it may have forgotten what it acknowledged, and how that ends.
 *
 * <p>An acknowledgement is a promise to elect nobody who lacks the entry. Whoever may have forgotten promises keeps them
 * all by electing nobody, until a leader of its own term or a later one has given back what it promised: all that such a
 * leader had in its log at some moment after this node's start. That moment is proven by a random number, drawn after the
 * start, which the leader returns; what it said before the crash does not hold that number.
 *
 * <p>If so many voters lost power that the others are no quorum, there would never be a leader. Then, and only when every
 * voter has been heard, the promises are given up, and the best log of all is elected. Every voter is asked twice, the
 * second time after all have answered the first: who was recovering in one and the same run both times, was so when the
 * second round began, and so all of them at one moment. Answers of one round alone might add up a majority of machines
 * that lost power one after the other, each after the last had recovered.
 */
final class Recovering {
    private final Raft raft;
    /** This start of the node, told from others in answers to queries. */
    private final long run;

    private Loss loss;
    /** What the leader of that term has to return; zero when there is nothing to recover. */
    private long nonce;

    private long nonceTerm;
    /** The leader's last entry after it had heard the nonce; negative while it has not answered. */
    private long target = -1;

    private boolean ending;

    /** The round of queries under way and the one before, if that is complete. */
    private long query;

    private Map<Long, QueryReply> answers = new TreeMap<>();
    private @Nullable Map<Long, QueryReply> before;
    /** The best log of all; null while not all voters have been heard, or those that forgot nothing are a quorum. */
    private @Nullable LogPosition best;

    Recovering(Raft raft, Loss loss) {
        this.raft = raft;
        this.loss = loss;
        this.run = fresh();
        if (loss != Loss.NONE) {
            nonce = fresh();
            query = fresh();
        }
    }

    private long fresh() {
        long drawn = raft.random.nextLong();
        return drawn == 0 ? 1 : drawn;
    }

    Loss loss() {
        return loss;
    }

    boolean isActive() {
        return loss != Loss.NONE;
    }

    /** Goes with every answer to a leader; zero says that this node is not recovering. */
    long nonce() {
        return nonce;
    }

    // ---- catching up with a leader

    /** The term's leader has spoken: there is no need to do without one. */
    void heardLeader() {
        if (!isActive()) {
            return;
        }
        if (best != null || before != null || !answers.isEmpty()) {
            forgetAnswers();
        }
        if (nonceTerm != raft.term) {
            // Another leader is asked anew.
            nonceTerm = raft.term;
            nonce = fresh();
            target = -1;
        }
    }

    void caughtUpAt(CatchUp answer) {
        if (isActive()
                && answer.nonce() == nonce
                && answer.term() == raft.term
                && answer.from() == raft.leader
                && target < 0) {
            target = answer.index();
        }
    }

    /** Up to here the log is known to equal that of the term's leader. */
    void verified(long index) {
        if (target >= 0 && nonceTerm == raft.term && index >= target) {
            end();
        }
    }

    /** Elected with the best log of all: there is nobody to catch up with. */
    void elected() {
        if (isActive()) {
            end();
        }
    }

    private void end() {
        if (isActive() && !ending) {
            ending = true;
            raft.outbox.add(new Effect.EndRecovery());
        }
    }

    /** All that is in the log is synced, and that this node is not recovering any more is written down. */
    void ended() {
        loss = Loss.NONE;
        nonce = 0;
        target = -1;
        forgetAnswers();
    }

    // ---- doing without one

    boolean mayVoteFor(LogPosition last) {
        return !isActive() || (best != null && !isBetter(best, last));
    }

    boolean mayCampaign() {
        return mayVoteFor(raft.log.last());
    }

    /** No leader is heard: asks the voters that have not answered yet, if that can lead to anything. */
    void ask() {
        if (!isActive()) {
            return;
        }
        if (loss == Loss.POWER) {
            if (isComplete()) {
                nextRound();
            }
            decide();
            send();
        }
        if (best == null) {
            raft.outbox.add(new Effect.RecoveryWaits(loss, silent()));
        }
    }

    private void send() {
        for (long voter : silent()) {
            raft.send(new Query(raft.self, voter, raft.term, query));
        }
    }

    /** Voters that have not answered the round under way. */
    private List<Long> silent() {
        TreeSet<Long> silent = new TreeSet<>();
        for (Configuration configuration : List.of(raft.configuration(), newest())) {
            for (Member member : configuration.members()) {
                if (configuration.isVoter(member.storeId())) {
                    silent.add(member.storeId());
                }
            }
        }
        silent.remove(raft.self);
        silent.removeAll(answers.keySet());
        return List.copyOf(silent);
    }

    /** The newest configuration known to anybody who answers: what is in force there this node may have missed. */
    private Configuration newest() {
        Configuration newest = raft.configuration();
        for (QueryReply answer : answers.values()) {
            newest = answer.configuration().index() > newest.index() ? answer.configuration() : newest;
        }
        return newest;
    }

    private boolean isComplete() {
        return silent().isEmpty();
    }

    private void nextRound() {
        before = answers;
        answers = new TreeMap<>();
        query = fresh();
    }

    private void forgetAnswers() {
        before = null;
        answers = new TreeMap<>();
        query = fresh();
        best = null;
    }

    QueryReply reply(Query asked) {
        return new QueryReply(
                raft.self,
                asked.from(),
                raft.term,
                asked.nonce(),
                run,
                isActive(),
                raft.leader != 0,
                raft.log.last(),
                raft.configuration());
    }

    void answered(QueryReply answer) {
        if (loss != Loss.POWER || answer.nonce() != query || raft.leader != 0) {
            return;
        }
        if (answer.hearsLeader()) {
            forgetAnswers(); // It will be heard here too, or replaced.
            return;
        }
        answers.put(answer.from(), answer);
        if (isComplete()) {
            if (before == null) {
                nextRound();
                send();
            } else {
                decide();
            }
        }
    }

    private void decide() {
        Map<Long, QueryReply> first = before;
        if (!isComplete() || (first == null && !raft.configuration().isSoleVoter(raft.self))) {
            return;
        }
        LongPredicate remembers = voter -> voter != raft.self && hasForgottenNothing(voter, first);
        // In either: one that is in force elsewhere may need this node's vote although one's own does not.
        boolean enough = raft.configuration().isQuorum(remembers) && newest().isQuorum(remembers);
        boolean had = best != null;
        best = enough ? null : raft.log.last();
        if (best != null) {
            for (QueryReply answer : answers.values()) {
                best = isBetter(answer.last(), best) ? answer.last() : best;
            }
            if (!had) {
                raft.outbox.add(new Effect.RecoveryGivenUp(best));
            }
        }
    }

    /** By the measure of elections (Raft §5.4.1). */
    private static boolean isBetter(LogPosition one, LogPosition other) {
        return one.term() > other.term() || (one.term() == other.term() && one.index() > other.index());
    }

    private boolean hasForgottenNothing(long voter, @Nullable Map<Long, QueryReply> first) {
        QueryReply earlier = first == null ? null : first.get(voter);
        QueryReply later = answers.get(voter);
        return earlier == null
                || later == null
                || !earlier.recovering()
                || !later.recovering()
                || earlier.run() != later.run();
    }
}
