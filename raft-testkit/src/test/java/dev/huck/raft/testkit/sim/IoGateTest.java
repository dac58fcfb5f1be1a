package dev.huck.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Where a process may die. */
class IoGateTest {
    private long event = 1;
    private int deaths;
    private final IoGate gate = new IoGate(() -> deaths++);

    private void sync(IoGate.Device device) {
        gate.enterForce(device);
        gate.leave();
    }

    @Test
    void cutBetweenTwoSyncsOfOneWriteComesBeforeTheLaterOne() {
        gate.armBetween(IoGate.Device.LOG, () -> event);
        sync(IoGate.Device.FILE);
        sync(IoGate.Device.LOG);
        assertThrows(SimulatedCrash.class, () -> sync(IoGate.Device.FILE));
        assertTrue(gate.diedBetween());
        assertEquals(1, deaths);
    }

    @Test
    void syncsOfTwoWritesAreNotCut() {
        gate.armBetween(IoGate.Device.LOG, () -> event);
        sync(IoGate.Device.LOG);
        event++;
        sync(IoGate.Device.FILE);
        assertFalse(gate.diedBetween());
    }
}
