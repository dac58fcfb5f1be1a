package dev.huck.raft.core.consensus;

import dev.huck.raft.api.Durability;
import dev.huck.raft.core.consensus.Member.Voting;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongPredicate;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Who belongs to the cluster and what it has agreed on (Raft §6; dissertation §4.3). Joint when some member is incoming,
 * outgoing or demoted: then every quorum needs a majority of the old voters and one of the new. A change that has to wait
 * for newcomers stands in it as a plan, so that whoever leads when they have caught up carries it out.
 *
 * @param index the log entry that carries it; 0 for none
 * @param members in ascending order of store id
 * @param settings what all members must agree on
 * @param machine the version of the machine's commands that is in use from here on: raised, never lowered, once all members
 *     understand a newer one
 */
public record Configuration(long index, List<Member> members, Settings settings, int machine) {
    /** Nobody: a node before it belongs to a cluster. */
    public static final Configuration EMPTY = new Configuration(0, List.of(), Settings.DEFAULT);

    /**
     * What belongs to the cluster rather than to a node.
     *
     * @param durability when a member's word counts
     * @param heartbeatNanos how often a leader is heard
     * @param electionMinNanos shortest election timeout
     * @param electionMaxNanos longest
     * @param driftPermille how far clocks may drift apart, in thousandths: a lease is this much shorter
     */
    public record Settings(
            Durability durability,
            long heartbeatNanos,
            long electionMinNanos,
            long electionMaxNanos,
            int driftPermille) {
        /** 100 ms; 600 to 1,200 ms; a tenth. */
        public static final Settings DEFAULT =
                new Settings(Durability.HIGH, 100_000_000L, 600_000_000L, 1_200_000_000L, 100);
    }

    /** Sorts the members and checks that nobody is named twice. */
    public Configuration {
        List<Member> sorted = new ArrayList<>(members);
        sorted.sort(Comparator.comparingLong(Member::storeId));
        for (int i = 1; i < sorted.size(); i++) {
            if (sorted.get(i - 1).storeId() == sorted.get(i).storeId()) {
                throw new IllegalArgumentException("store " + sorted.get(i).storeId() + " is a member twice");
            }
        }
        members = List.copyOf(sorted);
    }

    /**
     * A configuration with version 1 of the machine's commands.
     *
     * @param index the log entry that carries it
     * @param members in any order
     * @param settings what all members must agree on
     */
    public Configuration(long index, List<Member> members, Settings settings) {
        this(index, members, settings, 1);
    }

    /**
     * The member with this store.
     *
     * @param storeId the store
     * @return the member, or null
     */
    public @Nullable Member member(long storeId) {
        for (Member member : members) {
            if (member.storeId() == storeId) {
                return member;
            }
        }
        return null;
    }

    /** @return whether two quorums are needed */
    public boolean isJoint() {
        return members.stream().anyMatch(m -> m.votesInNew() != m.votesInOld());
    }

    /** @return whether a change waits for members that have not caught up */
    public boolean isPlanned() {
        return members.stream()
                .anyMatch(m -> m.voting() == Voting.AWAITED
                        || m.voting() == Voting.LEAVING
                        || m.voting() == Voting.RETREATING);
    }

    /** @return the newest version of the peer protocol that all members understand; 1 if there are none */
    public int protocol() {
        return members.stream()
                .mapToInt(member -> member.versions().protocolMax())
                .min()
                .orElse(1);
    }

    /**
     * The same with the newest version of the machine's commands that all members understand, if that is newer than the
     * one in use.
     *
     * @return the configuration, not yet at an index; this one if there is nothing to raise
     */
    Configuration raised() {
        int newest = members.stream()
                .mapToInt(member -> member.versions().machineMax())
                .min()
                .orElse(1);
        return newest <= machine ? this : new Configuration(0, members, settings, newest);
    }

    /**
     * Whether every member understands what the others say, and the commands in use.
     *
     * @param joining the member of which this is asked; the others were asked when they came
     * @return true if it does
     */
    boolean isUnderstoodBy(Member joining) {
        int protocol = protocol();
        return members.stream().allMatch(member -> member.versions().protocolMin() <= protocol)
                && joining.versions().machineMin() <= machine
                && machine <= joining.versions().machineMax();
    }

    /**
     * Whether this store is in some quorum.
     *
     * @param storeId the store
     * @return true for a voter of any kind
     */
    public boolean isVoter(long storeId) {
        Member member = member(storeId);
        return member != null && (member.votesInNew() || member.votesInOld());
    }

    /**
     * Whether this store is the only voter there is.
     *
     * @param storeId the store
     * @return true if nobody else is in any quorum
     */
    public boolean isSoleVoter(long storeId) {
        return isVoter(storeId)
                && members.stream().noneMatch(m -> m.storeId() != storeId && (m.votesInNew() || m.votesInOld()));
    }

    /**
     * Whether a set of stores is a quorum: a majority of the new voters and, if joint, of the old ones too.
     *
     * @param in tells who is in the set
     * @return true if it is; false if nobody votes
     */
    public boolean isQuorum(LongPredicate in) {
        int news = 0;
        int newsIn = 0;
        int olds = 0;
        int oldsIn = 0;
        for (Member member : members) {
            int counts = in.test(member.storeId()) ? 1 : 0;
            if (member.votesInNew()) {
                news++;
                newsIn += counts;
            }
            if (member.votesInOld()) {
                olds++;
                oldsIn += counts;
            }
        }
        return newsIn > news / 2 && oldsIn > olds / 2;
    }

    /**
     * The greatest value that a quorum has reached.
     *
     * @param value what each voter has reached
     * @return the value; {@link Long#MIN_VALUE} if nobody votes
     */
    public long quorumValue(LongUnaryOperator value) {
        return Math.min(
                majorityValue(members.stream().filter(Member::votesInNew).mapToLong(Member::storeId), value),
                majorityValue(members.stream().filter(Member::votesInOld).mapToLong(Member::storeId), value));
    }

    private static long majorityValue(java.util.stream.LongStream voters, LongUnaryOperator value) {
        long[] values = voters.map(value).toArray();
        if (values.length == 0) {
            return Long.MIN_VALUE;
        }
        Arrays.sort(values);
        return values[(values.length - 1) / 2];
    }

    /**
     * The same membership carried by another entry.
     *
     * @param at the entry's index
     * @return the configuration
     */
    public Configuration at(long at) {
        return new Configuration(at, members, settings, machine);
    }

    /**
     * What follows a joint configuration: the incoming are voters, the demoted learners, the outgoing are gone.
     *
     * @return the configuration, not yet at an index
     */
    public Configuration afterJoint() {
        return map(voting -> switch (voting) {
            case INCOMING -> Voting.VOTER;
            case DEMOTED -> Voting.LEARNER;
            case OUTGOING -> null;
            case LEARNER, NEWCOMER, VOTER, AWAITED, LEAVING, RETREATING -> voting;
        });
    }

    /**
     * The joint configuration with which a planned change begins.
     *
     * @return the configuration, not yet at an index
     */
    Configuration begun() {
        return map(voting -> switch (voting) {
            case AWAITED -> Voting.INCOMING;
            case LEAVING -> Voting.OUTGOING;
            case RETREATING -> Voting.DEMOTED;
            case LEARNER, NEWCOMER, VOTER, INCOMING, OUTGOING, DEMOTED -> voting;
        });
    }

    /**
     * The same without its plan: who was to leave or to be demoted stays, who was awaited stays a learner.
     *
     * @return the configuration, not yet at an index
     */
    Configuration abandoned() {
        return map(voting -> switch (voting) {
            case AWAITED -> Voting.LEARNER;
            case LEAVING, RETREATING -> Voting.VOTER;
            case LEARNER, NEWCOMER, VOTER, INCOMING, OUTGOING, DEMOTED -> voting;
        });
    }

    private Configuration map(Function<Voting, @Nullable Voting> part) {
        List<Member> mapped = new ArrayList<>();
        for (Member member : members) {
            Voting voting = part.apply(member.voting());
            if (voting != null) {
                mapped.add(member.as(voting));
            }
        }
        return new Configuration(0, mapped, settings, machine);
    }

    /**
     * The same with one member added, or another in its place.
     *
     * @param member the member
     * @return the configuration, not yet at an index
     */
    public Configuration with(Member member) {
        List<Member> changed = new ArrayList<>(without(member.storeId()).members);
        changed.add(member);
        return new Configuration(0, changed, settings, machine);
    }

    /**
     * The same without one member.
     *
     * @param storeId the member
     * @return the configuration, not yet at an index
     */
    public Configuration without(long storeId) {
        return new Configuration(
                0, members.stream().filter(m -> m.storeId() != storeId).toList(), settings, machine);
    }
}
