package dev.huck.raft.testkit.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.huck.raft.api.Role;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeaseSafetyTest {
    private final List<String> violations = new ArrayList<>();
    private final LeaseSafety leases = new LeaseSafety((invariant, message) -> violations.add(invariant));

    private record Core(long storeId, Role role, long term, long leaseUntil) implements BareCore {
        @Override
        public boolean hasLease(long now) {
            return now < leaseUntil;
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
