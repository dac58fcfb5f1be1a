package dev.huck.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.huck.raft.core.env.Stage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SimConnectionTest {
    private static final long MILLI = 1_000_000;

    private final SimWorld world = new SimWorld(1, null);
    private final SimHost host = new SimHost(0, "a:1", world.random("host"));
    private final SimProcess process = new SimProcess(world, host, 0, dead -> {}, dead -> {});
    private final Stage slow = new SimStage(world, process, "machine", 1, world.random("machine"), () -> 0, name -> 0);
    private final Stage fast = new SimStage(world, process, "network", 2, world.random("network"), () -> 0, name -> 0);
    private final List<String> heard = new ArrayList<>();
    private final SimConnection connection = new SimConnection(world, process, new Client(), 1, world.random("client"));

    private final class Client implements SimConnection.Peer {
        @Override
        public void replied(SimConnection from, List<SimReply> replies) {
            replies.forEach(reply -> heard.add(String.valueOf(reply.text())));
        }

        @Override
        public void closed(SimConnection from) {
            heard.add("closed");
        }
    }

    @BeforeEach
    void aSlowTaskAnswersAndAFastOneBehindIt() {
        slow.execute(() -> {
            world.spend(500 * MILLI);
            reply("first");
        });
        fast.schedule(50 * MILLI, () -> reply("second"));
    }

    private void reply(String text) {
        connection.replies().simple(text);
        connection.flush();
    }

    private void run() {
        while (world.step()) {}
    }

    @Test
    void repliesArriveInTheOrderInWhichTheyWereWritten() {
        run();
        assertEquals(List.of("first", "second"), heard);
    }

    @Test
    void nothingArrivesWithoutWhatWasWrittenBeforeIt() {
        world.planIn(200 * MILLI, SimEvent.Kind.FAULT, 0, process::kill);
        run();
        assertEquals(List.of(), heard);
    }

    @Test
    void aConnectionIsNotClosedBeforeWhatWasWrittenArrives() {
        fast.schedule(60 * MILLI, connection::close);
        run();
        assertEquals(List.of("first", "second", "closed"), heard);
    }
}
