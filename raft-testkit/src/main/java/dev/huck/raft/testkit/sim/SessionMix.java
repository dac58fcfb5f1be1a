package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Options;
import java.time.Duration;

/**
 * What client sessions are like in a run: mostly so few, so short-lived and so small that they expire, are evicted and
 * are full all the time.
 *
 * @param clients with a session
 * @param lost share of batches of replies that such a client never gets
 * @param window commands that one has under way
 * @param expiryMillis how long a session lives without a command
 * @param most sessions there may be
 * @param replyBytes unacknowledged replies of one session
 * @param totalBytes of all sessions
 */
record SessionMix(int clients, double lost, int window, long expiryMillis, int most, int replyBytes, long totalBytes) {

    /** Nobody uses sessions. */
    static final SessionMix NONE = new SessionMix(0, 0, 1, 3_600_000, 10, 1_000, 10_000);

    static SessionMix draw(SimRandom random) {
        boolean tiny = random.chance(0.4);
        return new SessionMix(
                1 + random.nextInt(3),
                0.3,
                1 + random.nextInt(6),
                random.chance(0.5) ? 3_600_000 : 500 + random.nextLong(6_000),
                random.chance(0.3) ? 1 + random.nextInt(3) : 100,
                // A reply takes 53; one that is not kept at all is the unit tests' concern.
                tiny ? 21 + random.nextInt(200) : 100_000,
                random.chance(0.3) ? 200 + random.nextLong(600) : 100_000);
    }

    void set(Options.Builder options) {
        options.sessionExpiry(Duration.ofMillis(expiryMillis))
                .maxSessions(most)
                .sessionReplyBytes(replyBytes)
                .sessionTotalBytes(totalBytes);
    }
}
