package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.spi.Gateway;
import dev.huck.raft.testkit.sim.SimEvent.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Carries frames between machines: late, never, twice, out of order, damaged, or again long after. Links are one-way and
 * can be cut one by one.
 */
final class SimNetwork {
    /** A machine has another address from now on. */
    void moved(SimHost host, String from) {
        byAddress.remove(from);
        byAddress.put(host.address(), host);
    }

    /** Sees frames as they leave. */
    interface Tap {
        void sent(SimProcess from, byte[] frame);
    }

    /** Sees who is heard. */
    interface Ear {
        void heard(SimProcess by, SimProcess from, long left);
    }

    private static final int KEPT = 64;

    private final SimWorld world;
    private final Map<String, SimHost> byAddress = new HashMap<>();
    private final SimRandom random;
    private final boolean[][] cut;
    private final long[][] lastArrival;
    private final long[][] clogged;
    private final boolean[][] isolated;
    /** By target, frames that were sent there long ago, to be delivered again at some time. */
    private final List<byte[]>[] old;

    private final CRC32C checksum = new CRC32C();
    private final Profile profile;
    private final Corruption corruption;
    private @Nullable Tap tap;
    private @Nullable Ear ear;
    private boolean calm;

    /**
     * A network.
     *
     * @param corruption asked whether a frame would spread a state that is wrong, which gets lost then
     */
    SimNetwork(SimWorld world, List<SimHost> hosts, Profile profile, Corruption corruption) {
        this.corruption = corruption;
        this.world = world;
        this.profile = profile;
        this.random = world.random("network");
        this.cut = new boolean[hosts.size()][hosts.size()];
        this.lastArrival = new long[hosts.size()][hosts.size()];
        this.isolated = new boolean[hosts.size()][hosts.size()];
        this.clogged = new long[hosts.size()][hosts.size()];
        this.old = newArray(hosts.size());
        hosts.forEach(host -> byAddress.put(host.address(), host));
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // there is no other way to make an array of lists
    private static List<byte[]>[] newArray(int size) {
        List<byte[]>[] made = new List[size];
        for (int i = 0; i < size; i++) {
            made[i] = new ArrayList<>();
        }
        return made;
    }

    void tap(Tap listener) {
        this.tap = listener;
    }

    void ear(Ear listener) {
        this.ear = listener;
    }

    /** Cuts or mends one direction of one link. */
    void cut(int from, int to, boolean isCut) {
        cut[from][to] = isCut;
    }

    /** Cuts a link, both ways and for ever. */
    void isolate(int one, int other) {
        isolated[one][other] = true;
        isolated[other][one] = true;
        cut[one][other] = true;
        cut[other][one] = true;
    }

    /** Lets nothing through one direction of one link until then; what is sent meanwhile arrives after it. */
    void clog(int from, int to, long until) {
        clogged[from][to] = Math.max(clogged[from][to], until);
    }

    /** Mends every link, and loses, repeats and damages nothing from now on. */
    void heal() {
        for (int from = 0; from < cut.length; from++) {
            for (int to = 0; to < cut.length; to++) {
                cut[from][to] = isolated[from][to];
            }
        }
        calm = true;
    }

    void send(SimProcess sender, String address, byte[] frame) {
        if (tap != null) {
            tap.sent(sender, frame);
        }
        SimHost target = byAddress.get(address);
        if (target == null) {
            return;
        }
        int from = sender.host().number();
        int to = target.number();
        if (cut[from][to]
                || (!calm && profile.happens(random, FaultKind.LOSS))
                || corruption.wouldSpread(sender, frame)) {
            if (world.isTraced()) {
                world.trace(from, "loses to n" + (to + 1) + " " + FrameNames.describe(frame));
            }
            return;
        }
        if (world.isTraced()) {
            world.trace(from, "sends to n" + (to + 1) + " " + FrameNames.describe(frame));
        }
        carry(sender, target, frame);
        if (!calm) {
            misbehave(sender, target, frame);
        }
    }

    private void misbehave(SimProcess sender, SimHost target, byte[] frame) {
        if (profile.happens(random, FaultKind.DUPLICATE)) {
            carry(sender, target, frame);
        }
        if (profile.happens(random, FaultKind.DAMAGE)) {
            byte[] damaged = frame.clone();
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            carry(sender, target, damaged);
        }
        if (profile.happens(random, FaultKind.STRANGER) && target.isTakenIn()) {
            carry(null, target, Strangers.frame(frame, random));
        }
        double replays = profile.rate(FaultKind.REPLAY);
        if (replays > 0 || profile.rate(FaultKind.GHOSTS) > 0) {
            int to = target.number();
            keep(to, frame);
            if (profile.happens(random, FaultKind.REPLAY)) {
                carry(null, target, old[to].get(random.nextInt(old[to].size())));
            }
        }
    }

    private void keep(int to, byte[] frame) {
        List<byte[]> kept = old[to];
        if (kept.size() < KEPT) {
            kept.add(frame);
            return;
        }
        // Most are not kept, so that those that are stay for a long time.
        int place = random.nextInt(8 * KEPT);
        if (place < KEPT) {
            kept.set(place, frame);
        }
    }

    /**
     * Delivers old frames to a machine once more, as a network that had lost its way might.
     *
     * @param target the machine
     * @param within when, from now
     */
    void replay(SimHost target, long within) {
        for (byte[] frame : List.copyOf(old[target.number()])) {
            world.planIn(random.nextLong(within), Kind.FAULT, 4, () -> {
                if (!calm) {
                    carry(null, target, frame);
                }
            });
        }
    }

    private void carry(@Nullable SimProcess sender, SimHost target, byte[] frame) {
        long left = world.now();
        long arrival = left + profile.minDelay + random.exponential(profile.meanDelay);
        if (!calm && profile.happens(random, FaultKind.DELAY)) {
            arrival += random.nextLong(20 * profile.meanDelay + 100_000_000L);
        } else if (sender != null && !profile.happens(random, FaultKind.REORDER)) {
            int from = sender.host().number();
            arrival = Math.max(arrival, lastArrival[from][target.number()] + 1);
            lastArrival[from][target.number()] = arrival;
        }
        if (sender != null) {
            arrival = Math.max(arrival, clogged[sender.host().number()][target.number()]);
        }
        checksum.reset();
        checksum.update(frame, 0, frame.length);
        world.plan(arrival, Kind.FRAME, target.number(), checksum.getValue(), null, () -> {
            if (sender == null || sender.livedAt(left)) {
                arrive(sender, target, frame, left);
            }
        });
    }

    private void arrive(@Nullable SimProcess sender, SimHost target, byte[] frame, long left) {
        SimProcess process = target.process();
        if (process == null || !process.isAlive()) {
            return;
        }
        if (process.isPaused()) {
            world.plan(world.now(), Kind.FRAME, target.number(), 0, process, () -> arrive(sender, target, frame, left));
            return;
        }
        Gateway gateway = process.gateway();
        if (gateway == null) {
            return;
        }
        if (world.isTraced()) {
            world.trace(target.number(), "gets " + FrameNames.describe(frame));
        }
        if (sender != null && ear != null) {
            ear.heard(process, sender, left);
        }
        process.run("network", () -> gateway.received(frame));
    }
}
