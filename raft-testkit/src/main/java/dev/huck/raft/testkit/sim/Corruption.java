package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.NodeEvent;
import dev.huck.raft.core.consensus.Message;
import dev.huck.raft.core.consensus.PeerMessage;
import dev.huck.raft.core.wire.FrameException;
import dev.huck.raft.core.wire.PeerCodec;
import dev.huck.raft.testkit.sim.MachineTrouble.Flip;
import org.jspecify.annotations.Nullable;

/**
 * One machine of a run whose memory is not to be trusted: once, a bit of it turns. What nodes say of it is held against
 * what is known of it here.
 *
 * <ul>
 *   <li>Nobody is accused but the node with that machine, and nothing is found while no result was another one.
 *   <li>The first entry with another result is named, where a node says that it is the first, and none before it otherwise.
 *   <li>Once that node has found that it stands alone, its machine gives no wrong result any more, at no consistency: the
 *       turn in which its machine hears of it is the last that may. What it answered before is not taken back.
 *   <li>In a healed cluster in which a majority of voters is right, a machine that gave another result is found; it is then
 *       right again, or empty and let in anew.
 * </ul>
 *
 * What no result of a write has shown is not looked for. A wrong state that others get in a snapshot before it is found is
 * more than can be told, with three nodes: so that does not happen here.
 */
final class Corruption {
    private static final long MILLI = 1_000_000L;
    /** A command must come by within so long; else what was so of the cluster when the bit was to turn may not be so now. */
    private static final long ARMED = 500 * MILLI;
    /** Longer than what may be rebuilt takes to be. */
    private static final long GIVEN_UP = 4_000 * MILLI;

    private final SimWorld world;
    private @Nullable SimHost victim;
    private Flip armed = Flip.NONE;
    private long armedUntil;
    private boolean isTurned;
    /** The first entry whose result is another one; 0 while there is none. */
    private long first;
    /** Somebody has found that machines differ. */
    private boolean isSeen;
    /** The machine that was found to be wrong. */
    private @Nullable Object found;

    private long foundAt;
    /** The event in which that machine may have given wrong results for the last time. */
    private long lastEvent;

    Corruption(SimWorld world) {
        this.world = world;
    }

    /** A bit of this machine turns at the next command that is applied; not if one of any has turned before. */
    void arm(SimHost host, SimRandom random) {
        if (!isTurned) {
            victim = host;
            armed = Flip.draw(random);
            armedUntil = world.now() + ARMED;
        }
    }

    /** A command is applied: whether a bit turns. */
    Flip flip(SimProcess process, long position) {
        if (isTurned || armed == Flip.NONE || process.host() != victim || world.now() > armedUntil) {
            return Flip.NONE;
        }
        isTurned = true;
        world.trace(process.host().number(), "has a bit turned at index " + (position >> 16) + ": " + armed);
        return armed;
    }

    /** A wrong result is computed. */
    void wrong(SimProcess process, SimMachine machine, long position, boolean isWrite) {
        if (isWrite && first == 0) {
            first = position >> 16;
            world.trace(process.host().number(), "gives a wrong result at index " + first);
        }
        if (machine == found) {
            lastEvent = lastEvent == 0 ? world.events() : lastEvent;
            if (world.events() != lastEvent) {
                world.violated(
                        "wrong machines do not serve",
                        "n" + (process.host().number() + 1) + " has found that its machine is wrong since index "
                                + first
                                + ", and gives a wrong result of " + (isWrite ? "a write" : "a read") + " at index "
                                + (position >> 16));
            }
        }
    }

    /** A node tells something. */
    void heard(SimProcess process, NodeEvent event) {
        SimHost host = process.host();
        if (event instanceof NodeEvent.Diverged diverged) {
            judge(host, diverged);
            isSeen = true;
            if (host == victim && isAccused(host, diverged)) {
                found = process.machine();
                foundAt = world.now();
                lastEvent = 0;
            }
        } else if (event instanceof NodeEvent.MachineRebuilt && host == victim) {
            foundAt = 0;
        }
    }

    private static boolean isAccused(SimHost host, NodeEvent.Diverged diverged) {
        return diverged.alone().map(host::wasAt).orElse(false);
    }

    private void judge(SimHost host, NodeEvent.Diverged diverged) {
        String what = "n" + (host.number() + 1) + " finds " + diverged;
        if (world.isTraced()) {
            world.trace(host.number(), "finds " + diverged);
        }
        SimHost wrong = victim;
        if (wrong == null || first == 0) {
            world.violated("divergence", what + ", and no machine has given another result");
        } else if (diverged.alone().isPresent() && !isAccused(wrong, diverged)) {
            world.violated("divergence", what + ", and n" + (wrong.number() + 1) + " is wrong");
        } else if (diverged.exact() ? diverged.index() != first : diverged.index() < first) {
            world.violated("divergence", what + ", and " + first + " is the first that differs");
        }
    }

    /** Whether a machine has a wrong state, in memory or in a snapshot. */
    boolean isOn(SimHost host) {
        if (!isTurned || host != victim) {
            return false;
        }
        SimProcess process = host.process();
        boolean isTouched = process != null
                && process.isAlive()
                && process.machine() instanceof SimMachine machine
                && machine.isTouched();
        return isTouched
                || host.disk().names().stream().anyMatch(name -> host.disk().contains(name, SimMachine.WRONG));
    }

    /** Whether any machine has. */
    boolean isSomewhere() {
        return victim != null && isOn(victim);
    }

    /**
     * Whether a machine is wrong and the others must come to see it.
     *
     * @param told whether a majority of the voters is right
     */
    boolean mustBeFound(SimHost host, boolean told) {
        SimProcess process = host.process();
        return told
                && host == victim
                && process != null
                && process.machine() instanceof SimMachine machine
                && machine.isWrong();
    }

    /** Whether somebody has seen that machines differ, and this is the one that is wrong. */
    boolean isSeenOn(SimHost host) {
        return isSeen && mustBeFound(host, true);
    }

    /** A node that has found its machine to be wrong and can't rebuild it: its directory is to be emptied. */
    @Nullable
    SimHost givenUp() {
        SimHost host = victim;
        boolean isLate = foundAt > 0 && world.now() - foundAt > GIVEN_UP;
        return host != null && isLate && mustBeFound(host, true) && host.isUp() ? host : null;
    }

    /** Whether a frame carries a piece of a snapshot that is wrong. */
    boolean wouldSpread(SimProcess sender, byte[] frame) {
        if (!isTurned || sender.host() != victim) {
            return false;
        }
        PeerMessage message;
        try {
            message = PeerCodec.decode(frame).message();
        } catch (FrameException e) {
            return false;
        }
        return message instanceof Message.InstallSnapshot piece
                && sender.host().disk().names().stream()
                        .filter(name -> SimHost.isSnapshot(name)
                                && SimHost.snapshotIndex(name)
                                        == piece.position().index())
                        .anyMatch(name -> sender.host().disk().contains(name, SimMachine.WRONG));
    }
}
