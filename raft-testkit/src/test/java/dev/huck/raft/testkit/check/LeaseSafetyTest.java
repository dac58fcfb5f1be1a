package dev.huck.raft.testkit.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.huck.raft.api.Role;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.check.CoreView;
import dev.huck.raft.core.consensus.Configuration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeaseSafetyTest {
    private final List<String> violations = new ArrayList<>();
    private final LeaseSafety leases = new LeaseSafety((invariant, message) -> violations.add(invariant));

    private record Core(long storeId, Role role, long term, long leaseUntil) implements CoreView {
        @Override
        public boolean hasLease(long now) {
            return now < leaseUntil;
        }

        @Override
        public long vote() {
            return 0;
        }

        @Override
        public long commitIndex() {
            return 0;
        }

        @Override
        public LogPosition last() {
            return LogPosition.START;
        }

        @Override
        public LogPosition base() {
            return LogPosition.START;
        }

        @Override
        public Configuration configuration() {
            return Configuration.EMPTY;
        }

        @Override
        public long termAt(long index) {
            return 0;
        }
    }

    @Test
    void whoLeadsTheNewestTermMayHaveALease() {
        leases.observe(new Core(1, Role.LEADER, 3, 100), 99);
        leases.observe(new Core(2, Role.FOLLOWER, 4, 0), 99);
        leases.observe(new Core(1, Role.LEADER, 3, 100), 99);
        assertEquals(List.of(), violations);
    }

    @Test
    void whoWasReplacedAfterItsLeaseRanOutNeedNotKnow() {
        leases.observe(new Core(2, Role.LEADER, 4, 0), 500);
        leases.observe(new Core(1, Role.LEADER, 3, 100), 100);
        assertEquals(List.of(), violations);
    }

    @Test
    void leaseBesideALaterLeaderIsSeen() {
        leases.observe(new Core(2, Role.LEADER, 4, 0), 500);
        leases.observe(new Core(1, Role.LEADER, 3, 100), 99);
        assertEquals(List.of("a lease ends before the next election"), violations);
    }
}
