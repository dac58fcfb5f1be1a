package dev.huck.raft.testkit.sim;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What is wrong with a machine's disk. Outlives processes. */
final class DiskTrouble {
    private boolean changeFails;
    private IoGate.@Nullable Device syncFails;
    private boolean dead;
    private long fullUntil;
    private long hangs;
    private boolean stuck;

    /** The next change fails, half done. */
    void failChange() {
        changeFails = true;
    }

    /** The next sync of the log, or of a file, fails; those after it say that all is well. */
    void failSync(IoGate.Device device) {
        syncFails = device;
    }

    /** Whether one is still to fail. */
    boolean isArmed() {
        return changeFails || syncFails != null;
    }

    /** Nothing succeeds any more. */
    void die() {
        dead = true;
    }

    /** No change has room for a while. */
    void fill(long until) {
        fullUntil = Math.max(fullUntil, until);
    }

    /** The next sync takes so long. */
    void hang(long nanos) {
        hangs = nanos;
    }

    /** No sync ever comes back, and nobody mends that. */
    void stick() {
        stuck = true;
    }

    boolean isStuck() {
        return stuck;
    }

    /** Another disk, so to say, with the same content. */
    void mend() {
        changeFails = false;
        syncFails = null;
        dead = false;
        fullUntil = 0;
        hangs = 0;
    }

    long takeHang() {
        long nanos = hangs;
        hangs = 0;
        return nanos;
    }

    @Nullable
    IOException change(long now) {
        if (dead) {
            return new IOException("Input/output error");
        }
        if (now < fullUntil) {
            return new IOException("No space left on device");
        }
        boolean fails = changeFails;
        changeFails = false;
        return fails ? new IOException("Input/output error") : null;
    }

    @Nullable
    IOException sync(IoGate.Device device) {
        boolean fails = syncFails == device || dead;
        if (fails) {
            syncFails = null;
        }
        return fails ? new IOException("Input/output error") : null;
    }
}
