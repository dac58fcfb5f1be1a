package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.Machine;
import dev.huck.raft.api.Role;
import dev.huck.raft.api.spi.Gateway;
import dev.huck.raft.core.check.CoreView;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One run of a node, from its start to its death; what it planned for later dies with it. */
final class SimProcess {
    private final SimWorld world;
    private final SimHost host;
    private final int number;
    private final IoGate gate;
    private final Consumer<SimProcess> gaveUp;
    private final List<SimConnection> connections = new ArrayList<>();
    private @Nullable Gateway gateway;
    private @Nullable NodeHandle node;
    private @Nullable Machine machine;
    private boolean alive = true;
    private boolean servesClients;
    private boolean stopping;
    private long diedAt = Long.MAX_VALUE;
    private final List<SimEvent> deferred = new ArrayList<>();
    private boolean paused;
    private boolean troubled;
    private boolean buried;
    private Runnable broken = () -> {};
    private BooleanSupplier outdated = () -> false;

    /**
     * A process.
     *
     * @param world where
     * @param host on which machine
     * @param number unique in the world
     * @param died told when it dies inside of an I/O operation, once it is marked dead
     * @param gaveUp told when its node has ended because no cluster took it in
     */
    SimProcess(SimWorld world, SimHost host, int number, Consumer<SimProcess> died, Consumer<SimProcess> gaveUp) {
        this.world = world;
        this.host = host;
        this.number = number;
        this.gaveUp = gaveUp;
        this.gate = new IoGate(() -> {
            kill();
            died.accept(this);
        });
    }

    SimHost host() {
        return host;
    }

    int number() {
        return number;
    }

    IoGate gate() {
        return gate;
    }

    boolean isAlive() {
        return alive;
    }

    /** Nothing of it happens from now on. */
    void kill() {
        if (alive) {
            alive = false;
            diedAt = world.now();
            gate.shut();
        }
    }

    /** Whether something that left this process at that time really did. */
    boolean livedAt(long time) {
        return time <= diedAt;
    }

    boolean isPaused() {
        return paused;
    }

    /** Gets no processor from now on. */
    void pause() {
        paused = true;
    }

    /** What should have happened meanwhile happens now, in order: timers fire late, all frames are there at once. */
    void resume() {
        paused = false;
        List<SimEvent> late = List.copyOf(deferred);
        deferred.clear();
        late.forEach(world::resume);
    }

    /** Its machine was taken from it; false if that was said before. */
    boolean bury() {
        boolean first = !buried;
        buried = true;
        return first;
    }

    /** Dead, but inside of an operation that has not come to its end: its disk is still to be dealt with. */
    boolean isDying() {
        return !alive && !buried;
    }

    /** Puts an event off until the process runs again. */
    void defer(SimEvent event) {
        deferred.add(event);
    }

    long worldNanos(long ownNanos) {
        return host.worldNanos(ownNanos);
    }

    void started(Gateway by) {
        this.gateway = by;
        this.servesClients = true;
    }

    @Nullable
    Gateway gateway() {
        return gateway;
    }

    boolean servesClients() {
        return servesClients && gateway != null;
    }

    void stopClients() {
        servesClients = false;
    }

    void transportClosed() {
        gateway = null;
        if (stopping || !alive) {
            return;
        }
        if (node == null) {
            return; // It could not be opened, and says why once it has put everything away.
        }
        if (troubled || host.hasMetDamage()) {
            breakDown();
            return;
        }
        CoreView core = core();
        if (core == null || core.configuration().member(core.storeId()) != null) {
            // In an event of its own: the node says why only once it has ended.
            world.plan(world.now(), SimEvent.Kind.CONTROL, host.number(), 0, null, this::stoppedByItself);
        } else {
            world.trace(host.number(), "gives up: it is no member");
            kill();
            gaveUp.accept(this);
        }
    }

    private void stoppedByItself() {
        if (!alive) {
            return; // It could not be opened, and that was dealt with.
        }
        String reason = reason();
        if (host.isReverted() && reason.contains("this directory is an old copy")) {
            world.trace(host.number(), "gives up: it is an old copy");
            kill();
            gaveUp.accept(this);
        } else {
            world.violated("node stays up", "n" + (host.number() + 1) + " stopped by itself: " + reason);
        }
    }

    private String reason() {
        if (node == null || node.node().status().role() != Role.SHUTDOWN) {
            return "it does not say why";
        }
        try {
            node.node().awaitClose();
            return "it says that all is well";
        } catch (HuckException e) {
            return text(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("it had ended", e);
        }
    }

    /** An operation of its disk has failed: it may end by itself from now on. */
    void troubled() {
        troubled = true;
    }

    boolean isTroubled() {
        return troubled;
    }

    /** Asked when its node can't start as its build is older than the cluster's: false if that must not be. */
    void onOutdated(BooleanSupplier allowed) {
        this.outdated = allowed;
    }

    /** What happens once it has ended by itself because its disk failed. */
    void onBroken(Runnable action) {
        this.broken = action;
    }

    private void breakDown() {
        if (alive) {
            world.trace(host.number(), troubled ? "stops: its disk failed" : "stops: its disk is damaged");
            kill();
            broken.run();
        }
    }

    /** The node was asked to stop. */
    void stopping() {
        stopping = true;
    }

    boolean isStopping() {
        return stopping;
    }

    void opened(NodeHandle running) {
        this.node = running;
        host.started();
    }

    @Nullable
    NodeHandle node() {
        return node;
    }

    @Nullable
    CoreView core() {
        return node == null ? null : node.core();
    }

    Machine machine(Machine fresh) {
        machine = fresh;
        return fresh;
    }

    /** The newest machine that the node asked for. */
    @Nullable
    Machine machine() {
        return machine;
    }

    List<SimConnection> connections() {
        return connections;
    }

    /** Runs a piece of the node's code; what it throws is a broken invariant, unless the process died inside. */
    void run(String where, Runnable code) {
        try {
            code.run();
        } catch (SimulatedCrash e) {
            // The process is dead already, and nothing of it will run.
        } catch (Throwable e) {
            failed(where, e);
        }
    }

    /** A task of the node threw. */
    void failed(String stage, Throwable cause) {
        if (stage.equals("open") && cause instanceof HuckException && (troubled || host.isRotten())) {
            world.trace(host.number(), "can't start: " + cause.getMessage());
            troubled = true;
            breakDown();
            return;
        }
        if (stage.equals("open") && isBuildTooOld(cause) && outdated.getAsBoolean()) {
            world.trace(host.number(), "can't start: its build is too old");
            kill();
            gaveUp.accept(this);
            return;
        }
        world.violated("node stays up", "n" + (host.number() + 1) + " " + stage + " threw " + text(cause));
    }

    private static boolean isBuildTooOld(Throwable cause) {
        return cause instanceof HuckException.StartFailed
                && String.valueOf(cause.getMessage()).contains("this build knows them up to");
    }

    private static String text(Throwable cause) {
        StringBuilder text = new StringBuilder();
        for (Throwable each = cause; each != null; each = each.getCause()) {
            text.append(each == cause ? "" : " because of ").append(each);
            StackTraceElement[] frames = each.getStackTrace();
            for (int i = 0; i < Math.min(frames.length, 5); i++) {
                text.append(" < ")
                        .append(frames[i].getClassName().replaceFirst(".*\\.", ""))
                        .append('.')
                        .append(frames[i].getMethodName())
                        .append(':')
                        .append(frames[i].getLineNumber());
            }
        }
        return text.toString();
    }
}
