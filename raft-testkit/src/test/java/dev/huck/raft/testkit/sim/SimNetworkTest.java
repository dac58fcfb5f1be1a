package dev.huck.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.spi.ClientConnection;
import dev.huck.raft.api.spi.Gateway;
import dev.huck.raft.api.spi.Lane;
import dev.huck.raft.api.spi.Session;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimNetworkTest {
    private final SimWorld world = new SimWorld(5, null);
    private final List<SimHost> hosts = List.of(host(0), host(1), host(2));
    private final List<Integer> got = new ArrayList<>();

    private SimHost host(int number) {
        return new SimHost(number, "h" + number + ":1", world.random("host " + number));
    }

    @Test
    void framesOfOneLinkArriveInOrderWhenNothingIsBroken() {
        SimNetwork network = network(0, 0, 0);
        start(1);
        SimTransport from = transport(network, 0);
        for (int i = 0; i < 50; i++) {
            from.send("h1:1", Lane.APPEND, new byte[] {(byte) i});
        }
        run();
        assertEquals(50, got.size());
        assertTrue(isAscending(got), got::toString);
    }

    @Test
    void framesAreLostRepeatedAndOvertakeWhenTheProfileSaysSo() {
        SimNetwork network = network(0.3, 0.3, 0.5);
        start(1);
        SimTransport from = transport(network, 0);
        for (int i = 0; i < 100; i++) {
            from.send("h1:1", Lane.APPEND, new byte[] {(byte) i});
        }
        run();
        long different = got.stream().distinct().count();
        assertTrue(different < 100, "nothing was lost");
        assertTrue(got.size() > different, "nothing was repeated");
        assertFalse(isAscending(got), "nothing overtook");
    }

    @Test
    void cutIsOneWay() {
        SimNetwork network = network(0, 0, 0);
        start(0);
        start(1);
        network.cut(0, 1, true);
        transport(network, 0).send("h1:1", Lane.CONTROL, new byte[] {1});
        transport(network, 1).send("h0:1", Lane.CONTROL, new byte[] {2});
        run();
        assertEquals(List.of(2), got);
    }

    @Test
    void nothingLeavesAProcessAfterItsDeath() {
        SimNetwork network = network(0, 0, 0);
        start(1);
        SimProcess dying = start(0);
        SimTransport from = new SimTransport(dying, network);
        SimStage stage = new SimStage(world, dying, "log", 0, world.random("stage"), () -> 0, name -> 0);
        stage.execute(() -> {
            // A slow operation: what follows it leaves a second later, and by then the process is dead.
            world.spend(1_000_000_000L);
            from.send("h1:1", Lane.CONTROL, new byte[] {1});
        });
        world.planIn(500_000_000L, SimEvent.Kind.FAULT, 0, dying::kill);
        run();
        assertEquals(List.of(), got);
    }

    @Test
    void frameToAPausedProcessWaitsForIt() {
        SimNetwork network = network(0, 0, 0);
        SimProcess process = start(1);
        process.pause();
        transport(network, 0).send("h1:1", Lane.CONTROL, new byte[] {1});
        world.planIn(1_000_000_000L, SimEvent.Kind.CONTROL, 0, () -> {
            assertEquals(List.of(), got);
            process.resume();
        });
        run();
        assertEquals(List.of(1), got);
    }

    @Test
    void damagedFrameIsACopy() {
        byte[] frame = {1, 2, 3, 4};
        SimNetwork network = new SimNetwork(world, hosts, profile(0, 0, 0, 1), new Corruption(world));
        start(1);
        transport(network, 0).send("h1:1", Lane.CONTROL, frame);
        run();
        assertEquals(2, got.size());
        assertArrayEquals(new byte[] {1, 2, 3, 4}, frame);
    }

    private SimNetwork network(double loss, double duplicates, double reorder) {
        return new SimNetwork(world, hosts, profile(loss, duplicates, reorder, 0), new Corruption(world));
    }

    private static Profile profile(double loss, double duplicates, double reorder, double damage) {
        return new Profile()
                .rate(FaultKind.LOSS, loss)
                .rate(FaultKind.DUPLICATE, duplicates)
                .rate(FaultKind.REORDER, reorder)
                .rate(FaultKind.DAMAGE, damage);
    }

    private SimProcess start(int host) {
        SimProcess process = new SimProcess(world, hosts.get(host), host, dead -> {}, dead -> {});
        hosts.get(host).process(process);
        process.started(new Gateway() {
            @Override
            public Session connected(ClientConnection connection) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void received(byte[] frame) {
                got.add((int) frame[0]);
            }
        });
        return process;
    }

    private SimTransport transport(SimNetwork network, int host) {
        return new SimTransport(new SimProcess(world, hosts.get(host), 10 + host, dead -> {}, dead -> {}), network);
    }

    private static boolean isAscending(List<Integer> numbers) {
        for (int i = 1; i < numbers.size(); i++) {
            if (numbers.get(i) < numbers.get(i - 1)) {
                return false;
            }
        }
        return true;
    }

    private void run() {
        while (world.step()) {}
    }
}
