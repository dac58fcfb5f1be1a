package dev.huck.raft.core.check;

import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Member;
import java.util.function.LongPredicate;

/** Counts quorums for the checks, so that they do not believe the code that they check. */
public final class Quorums {
    private Quorums() {}

    /**
     * Whether a set holds a majority of the voters and, in a joint configuration, of the old and of the new ones.
     *
     * @param configuration the configuration
     * @param in whether a store is in the set
     * @return whether it does
     */
    public static boolean isQuorum(Configuration configuration, LongPredicate in) {
        int[] voters = new int[2];
        int[] counted = new int[2];
        for (Member member : configuration.members()) {
            int from = 2;
            int to = 0;
            switch (member.voting()) {
                case VOTER, LEAVING, RETREATING -> {
                    from = 0;
                    to = 2;
                }
                case OUTGOING, DEMOTED -> {
                    from = 0;
                    to = 1;
                }
                case INCOMING -> {
                    from = 1;
                    to = 2;
                }
                case LEARNER, NEWCOMER, AWAITED -> {}
            }
            for (int half = from; half < to; half++) {
                voters[half]++;
                counted[half] += in.test(member.storeId()) ? 1 : 0;
            }
        }
        return 2 * counted[0] > voters[0] && 2 * counted[1] > voters[1];
    }
}
