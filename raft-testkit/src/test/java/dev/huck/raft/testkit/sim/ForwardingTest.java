package dev.huck.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Commands that followers forward, which others got wrong as <em>ProxyReentrancy</em> (a command applied twice),
 * <em>ProxyPipeliningFuzz</em> (a reply given to another command) and <em>ErrorTaxonomy</em> (a refusal of what was
 * appended). Every run checks every answer of every client for all three; these are runs that forward.
 */
class ForwardingTest {
    private static final int RUNS = 5;
    private static final int TRIED = 40;

    private static void run(Set<FaultKind> faults, long from) {
        int forwarding = 0;
        for (long seed = from; forwarding < RUNS; seed++) {
            RunSpec run = RunSpec.of(seed).withFaults(faults).withMillis(5_000);
            boolean[] forwards = {false};
            Outcome outcome = new Simulation(run, line -> forwards[0] |= line.contains("commands are forwarded")).run();
            assertNull(outcome.violation(), () -> run + ": " + outcome.violation());
            forwarding += forwards[0] ? 1 : 0;
            assertTrue(seed < from + TRIED, "too few runs forward");
        }
    }

    @Test
    void eachCommandHasItsOwnReplyAndTakesEffectOnceWhateverTheNetworkDoes() {
        run(
                EnumSet.of(
                        FaultKind.LOSS,
                        FaultKind.DUPLICATE,
                        FaultKind.REORDER,
                        FaultKind.REPLAY,
                        FaultKind.DELAY,
                        FaultKind.PARTITION),
                1);
    }

    @Test
    void onlyWhatWasNeverAppendedIsRefusedWhoeverLeadsMeanwhile() {
        run(EnumSet.of(FaultKind.TRANSFER, FaultKind.GHOSTS, FaultKind.PAUSE, FaultKind.RESTART), 1_000);
    }
}
