package dev.huck.raft.api;

import java.io.DataInput;
import java.io.IOException;
import java.util.Map;

/**
 * A replicated state machine: the application's half of Huck.
 *
 * <p>A machine is fed the same commands in the same order on every node of the cluster. All its replicated data is
 * touched by one thread, the machine's, so the code needs no locks. An instance holds one state: a node makes a fresh
 * instance, through the supplier it was opened with, for every restore.
 *
 * <p><b>Determinism.</b> What {@code mutate} does and returns must follow from the data, the command and its
 * {@link WriteContext} alone: no clock, no randomness of its own, no iteration in an order that differs between
 * processes, no I/O.
 */
public interface Machine {

    /**
     * Says what a command means, by calling the applier exactly once, or rejects it.
     *
     * <p>Entered twice for a write. First as the <em>routing pass</em>, on a thread that serves connections, where it may
     * parse and reject but must not touch replicated data. Then, once the command is committed, as the <em>replicated
     * pass</em>, on every node and on the machine's thread, from the command's own bytes; the {@code mutate} that runs is
     * always that of the replicated pass.
     *
     * @param applier takes the functions that change, read or answer
     * @param command the command; valid for as long as it is referenced
     * @throws CommandException when the command is rejected; the client gets its message as an error reply
     */
    void command(Applier applier, Command command);

    /**
     * Captures the state at this point of the log. Called on the machine's thread between two commands, so it should be
     * quick (copy a reference, start a copy-on-write): writing out happens later, in the background, while commands go
     * on. {@link Snapshot#blocking} and {@link Snapshot#disabled} are for machines that can't.
     *
     * @return the captured state
     */
    Snapshot snapshot();

    /**
     * Fills this fresh instance from what {@link Snapshot#writeTo} wrote, on this or another node, perhaps by an older
     * version of the application.
     *
     * @param in the written state, from its first byte; reading past its end throws {@link java.io.EOFException}
     * @throws IOException when the bytes can't be read or make no sense; the instance is thrown away
     */
    void restore(DataInput in) throws IOException;

    /**
     * The versions of its commands that this machine understands. A command that did one thing in version 1 and does
     * another in version 2 asks {@link WriteContext#version}: it is raised, through the log, once every member of the
     * cluster understands the newer one, so that all nodes change their ways at the same entry, and never lowered. So a
     * cluster is upgraded node by node while it serves. Called on a fresh instance.
     *
     * @return the versions; 1 alone unless said otherwise
     */
    default VersionRange versions() {
        return VersionRange.ONE;
    }

    /**
     * The commands declared as a table, for {@code COMMAND}, {@code COMMAND DOCS}, arity errors and help.
     *
     * @return the table; empty for a machine in the free form
     */
    default CommandTable commands() {
        return CommandTable.EMPTY;
    }

    /**
     * Lines for the {@code INFO} command, section by section: the section's title to its {@code name → value} lines.
     * Called on the machine's thread.
     *
     * @return sections in the order in which they are shown
     */
    default Map<String, Map<String, String>> info() {
        return Map.of();
    }
}
