package dev.huck.raft.core.node;

import dev.huck.raft.core.consensus.Comparison.Answer;
import dev.huck.raft.core.consensus.Comparison.Question;
import dev.huck.raft.core.consensus.Comparison.Report;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.env.Stage;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether the members' machines still agree. Each tells all others its digest once a second; who sees another
 * one than its own, asks everybody for theirs at that index, searches for the first entry at which they differ, and
 * knows then who stands alone. Machine stage only.
 */
final class Agreement {
    private static final long PERIOD = TimeUnit.SECONDS.toNanos(1);
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(1);

    private final long self;
    private final Peers peers;
    private final Stage stage;
    private final Consumer<Runnable> inbox;
    private final MachineState state;
    private final Consumer<Finding> found;
    private final Digest digest;
    /** What a peer said of an entry that is not applied here yet; the oldest such word of each. */
    private final Map<Long, Report> waiting = new TreeMap<>();
    /** What was said already of peers that differ. */
    private final Map<Long, Finding> named = new TreeMap<>();

    private @Nullable Inquiry inquiry;
    private long calls;
    private boolean ended;

    /**
     * What was found out.
     *
     * @param index the first entry at which the digests differ, or the oldest one of which that is known
     * @param exact whether it is the first
     * @param alone the store whose digest nobody shares, while a majority of the voters shares another one; 0 if that can't
     *     be said of any
     * @param others those who differ from this node
     */
    record Finding(long index, boolean exact, long alone, Set<Long> others) {}

    /** One search, from the difference that was seen down to the first. */
    private static final class Inquiry {
        /** The number of what is asked now. */
        long call;
        /** What this node's machine had. */
        final long mine;
        /** Who has which digest. */
        final Map<Long, TreeSet<Long>> groups = new TreeMap<>();
        /** What each said first: how far back it can tell. */
        final Map<Long, Answer> first = new TreeMap<>();
        /** The peer with which the search is done; 0 while everybody is asked. */
        long partner;
        /**
         * The last entry that is known to be the same, and the first known not to be. What the partner said before the search
         * is not taken for known: since then it may have started again and computed the same entries anew, and not the same.
         */
        long low;

        long high;
        /** What both can tell: from here on, as the partner said last. */
        long oldest;
        /** Up to here. */
        long newest;
        /** The search is over, and the partner is asked once more whether it is still as it was. */
        boolean isConfirming;

        Inquiry(long call, long at, long mine) {
            this.call = call;
            this.high = at;
            this.mine = mine;
        }

        void heard(Answer answer) {
            first.put(answer.storeId(), answer);
            groups.computeIfAbsent(answer.digest(), any -> new TreeSet<>()).add(answer.storeId());
        }

        int answers() {
            return groups.values().stream().mapToInt(TreeSet::size).sum();
        }

        Set<Long> others() {
            Set<Long> others = new TreeSet<>();
            groups.forEach((digest, stores) -> {
                if (digest != mine) {
                    others.addAll(stores);
                }
            });
            return others;
        }
    }

    /**
     * Compares nothing before {@link #start}.
     *
     * @param found told what was found, once for each difference
     */
    Agreement(
            long self,
            Peers peers,
            Stage stage,
            Consumer<Runnable> inbox,
            MachineState state,
            Consumer<Finding> found) {
        this.self = self;
        this.peers = peers;
        this.stage = stage;
        this.inbox = inbox;
        this.state = state;
        this.found = found;
        this.digest = state.digest();
    }

    void start() {
        stage.schedule(PERIOD, () -> inbox.accept(this::report));
    }

    void stop() {
        ended = true;
    }

    /** The machine begins anew from a snapshot: what was found out about its state before is void. */
    void restarted() {
        inquiry = null;
        waiting.clear();
        named.clear();
    }

    /** The machine has applied more: what had to wait for that is compared now. */
    void moved() {
        if (!waiting.isEmpty()) {
            waiting.values().removeIf(report -> report.index() <= digest.index() && compare(report));
        }
    }

    private void report() {
        if (ended) {
            return;
        }
        Configuration configuration = state.configuration();
        if (state.suspect() == null && digest.index() > 0 && configuration.member(self) != null) {
            Report report = new Report(self, digest.index(), digest.value());
            toAll(configuration, member -> peers.send(member.address(), member.storeId(), report));
        }
        start();
    }

    private void toAll(Configuration configuration, Consumer<Member> what) {
        for (Member member : configuration.members()) {
            if (member.storeId() != self) {
                what.accept(member);
            }
        }
    }

    /** A member tells its digest. */
    void reported(Report report) {
        if (state.suspect() != null || state.configuration().member(report.storeId()) == null) {
            return;
        }
        if (report.index() > digest.index()) {
            waiting.putIfAbsent(report.storeId(), report);
        } else {
            compare(report);
        }
    }

    private boolean compare(Report report) {
        if (!digest.knows(report.index())) {
            return true;
        }
        long peer = report.storeId();
        if (digest.at(report.index()) == report.digest()) {
            named.remove(peer);
        } else if (inquiry == null && !isSettled(named.get(peer))) {
            begin(report.index());
        }
        return true;
    }

    /** As long as nobody stands alone, those who lagged or were away may still tell. */
    private static boolean isSettled(@Nullable Finding finding) {
        return finding != null && finding.alone() != 0;
    }

    // ---- the search

    private void begin(long at) {
        Inquiry begun = new Inquiry(++calls, at, digest.at(at));
        inquiry = begun;
        begun.heard(answer(begun.call, at));
        Configuration configuration = state.configuration();
        toAll(configuration, member -> ask(member.storeId(), begun.call, at));
        patience(begun, () -> {
            if (begun.partner == 0) {
                search(begun);
            }
        });
    }

    private void ask(long peer, long call, long index) {
        String address = peers.addressOf(peer);
        if (address != null) {
            peers.send(address, peer, new Question(call, index));
        }
    }

    private void patience(Inquiry of, Runnable otherwise) {
        stage.schedule(
                PATIENCE,
                () -> inbox.accept(() -> {
                    if (inquiry == of) {
                        otherwise.run();
                    }
                }));
    }

    /** Somebody wants to know the digest at an entry. */
    void asked(Question question, String sender) {
        peers.send(sender, 0, answer(question.call(), question.index()));
    }

    private Answer answer(long call, long at) {
        return new Answer(call, self, at, digest.oldest(), digest.index(), digest.at(at));
    }

    /** Somebody tells it. */
    void answered(Answer answer) {
        Inquiry current = inquiry;
        if (current == null || answer.call() != current.call) {
            return;
        }
        if (current.partner == 0) {
            if (answer.isKnown() && state.configuration().member(answer.storeId()) != null) {
                current.heard(answer);
            }
            if (current.answers() == state.configuration().members().size()) {
                search(current);
            }
        } else if (answer.storeId() == current.partner && current.isConfirming) {
            confirmed(current, answer);
        } else if (answer.storeId() == current.partner) {
            range(current, answer);
            narrow(current, answer);
        }
    }

    /** All who can have answered: with one who differs, the first difference is searched. */
    private void search(Inquiry current) {
        Answer partner = null;
        int most = 0;
        for (Map.Entry<Long, TreeSet<Long>> group : current.groups.entrySet()) {
            if (group.getKey() != current.mine && group.getValue().size() > most) {
                most = group.getValue().size();
                partner = farthest(current, group.getValue());
            }
        }
        if (partner == null || current.mine != digest.at(current.high)) {
            inquiry = null; // The other one was rebuilt meanwhile, or does not answer any more.
            return;
        }
        current.partner = partner.storeId();
        range(current, partner);
        patience(current, () -> inquiry = null);
        next(current);
    }

    private static Answer farthest(Inquiry current, Set<Long> group) {
        return group.stream()
                .map(current.first::get)
                .min(Comparator.comparingLong(Answer::oldest))
                .orElseThrow();
    }

    private void range(Inquiry current, Answer of) {
        current.oldest = Math.max(of.oldest(), digest.oldest());
        current.newest = Math.min(of.newest(), digest.index());
    }

    private void next(Inquiry current) {
        if (current.high - current.low <= 1 || current.high <= current.oldest) {
            confirm(current);
            return;
        }
        // Both ends are known where they can be: the oldest entry that both know is looked at before the middle.
        long middle = current.low < current.oldest ? current.oldest : (current.low + current.high) >>> 1;
        ask(current.partner, current.call, middle);
    }

    private void narrow(Inquiry current, Answer answer) {
        long at = answer.index();
        if (at <= current.low || at >= current.high) {
            return;
        }
        if (!answer.isKnown() && at > answer.newest()) {
            inquiry = null; // It was rebuilt meanwhile and has not come so far again: it would be asked the same for
            // ever.
            return;
        }
        if (answer.isKnown() && digest.knows(at)) {
            if (answer.digest() == digest.at(at)) {
                current.low = at;
            } else {
                current.high = at;
            }
        }
        next(current);
    }

    /**
     * A machine that was rebuilt amid the search has answered as the old one first and as the new one then, and what lies
     * between the two means nothing. So the last word is the partner's, under a number of its own: whether it still differs,
     * at the newest entry that both had, as what was searched may be too old to be known by now.
     */
    private void confirm(Inquiry current) {
        current.isConfirming = true;
        current.call = ++calls;
        ask(current.partner, current.call, Math.max(current.newest, current.high));
    }

    private void confirmed(Inquiry current, Answer answer) {
        if (answer.isKnown() && digest.knows(answer.index()) && answer.digest() != digest.at(answer.index())) {
            end(current);
        } else {
            inquiry = null;
        }
    }

    private void end(Inquiry current) {
        inquiry = null;
        Set<Long> others = current.others();
        Finding finding = new Finding(current.high, current.high - current.low == 1, alone(current), others);
        boolean news = false;
        for (long other : others) {
            news |= !finding.equals(named.put(other, finding));
        }
        if (news) {
            found.accept(finding);
        }
    }

    /** The one whose digest nobody shares, while more than half of the voters share another one. */
    private long alone(Inquiry current) {
        Configuration configuration = state.configuration();
        long voters = configuration.members().stream()
                .filter(member -> configuration.isVoter(member.storeId()))
                .count();
        for (TreeSet<Long> group : current.groups.values()) {
            if (2 * group.stream().filter(configuration::isVoter).count() > voters) {
                TreeSet<Long> minority = new TreeSet<>();
                current.groups.values().stream()
                        .filter(other -> !other.equals(group))
                        .forEach(minority::addAll);
                return minority.size() == 1 ? minority.first() : 0;
            }
        }
        return 0;
    }
}
