package dev.huck.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.core.env.Stage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimStageTest {
    private static final long MILLI = 1_000_000;

    private final SimWorld world = new SimWorld(1, null);
    private final SimHost host = new SimHost(0, "a:1", world.random("host"));
    private final SimProcess process = new SimProcess(world, host, 0, dead -> {}, dead -> {});
    private final List<String> done = new ArrayList<>();
    private int stages;

    @Test
    void tasksRunInTheOrderInWhichTheyWereHandedOver() {
        Stage stage = stage("loop");
        for (int i = 0; i < 100; i++) {
            String name = String.valueOf(i);
            stage.execute(() -> done.add(name));
        }
        run();
        for (int i = 0; i < 100; i++) {
            assertEquals(String.valueOf(i), done.get(i));
        }
    }

    @Test
    void taskThatTakesTimeHandsOverLater() {
        Stage slow = stage("log");
        Stage fast = stage("loop");
        slow.execute(() -> {
            world.spend(50 * MILLI);
            fast.execute(() -> done.add("after the sync"));
        });
        fast.schedule(10 * MILLI, () -> done.add("meanwhile"));
        run();
        assertEquals(List.of("meanwhile", "after the sync"), done);
    }

    @Test
    void stageIsBusyWhileATaskTakesTime() {
        Stage stage = stage("log");
        stage.execute(() -> world.spend(50 * MILLI));
        stage.execute(() -> done.add(String.valueOf(world.now() >= 50 * MILLI)));
        run();
        assertEquals(List.of("true"), done);
    }

    /** A mailbox is woken once for all that comes until it is emptied: what is handed over too early would keep it asleep. */
    @Test
    void aStageThatStandsStillHandsNothingOverBeforeItGoesOn() {
        long[] stall = {50 * MILLI};
        Stage slow = new SimStage(world, process, "log", stages++, world.random("log"), () -> 0, any -> {
            long once = stall[0];
            stall[0] = 0;
            return once;
        });
        boolean[] handedOver = new boolean[1];
        slow.execute(() -> {
            handedOver[0] = true;
            done.add(String.valueOf(world.now() >= 50 * MILLI));
        });
        world.planIn(40 * MILLI, SimEvent.Kind.CONTROL, 0, () -> done.add("not yet: " + !handedOver[0]));
        run();
        assertEquals(List.of("not yet: true", "true"), done);
    }

    @Test
    void timerThatWasCancelledDoesNotFire() {
        Stage stage = stage("loop");
        Stage.Timer timer = stage.schedule(5 * MILLI, () -> done.add("fired"));
        stage.schedule(MILLI, timer::cancel);
        run();
        assertEquals(List.of(), done);
    }

    @Test
    void nothingOfADeadProcessRuns() {
        Stage stage = stage("loop");
        stage.execute(() -> {
            stage.execute(() -> done.add("too late"));
            process.kill();
        });
        run();
        assertEquals(List.of(), done);
    }

    @Test
    void pausedProcessRunsEverythingAtOnceAfterwardsInOrder() {
        Stage stage = stage("loop");
        process.pause();
        world.planIn(100 * MILLI, SimEvent.Kind.FAULT, 0, process::resume);
        stage.schedule(30 * MILLI, () -> done.add("second " + (world.now() >= 100 * MILLI)));
        stage.schedule(20 * MILLI, () -> done.add("first " + (world.now() >= 100 * MILLI)));
        run();
        assertEquals(List.of("first true", "second true"), done);
    }

    @Test
    void whatATaskThrowsIsAViolation() {
        stage("loop").execute(() -> {
            throw new IllegalStateException("boom");
        });
        run();
        assertNotNull(world.violation());
        assertTrue(String.valueOf(world.violation()).contains("boom"), world.violation());
    }

    private SimStage stage(String name) {
        return new SimStage(world, process, name, stages++, world.random(name), () -> 0, any -> 0);
    }

    private void run() {
        while (world.step()) {}
    }
}
