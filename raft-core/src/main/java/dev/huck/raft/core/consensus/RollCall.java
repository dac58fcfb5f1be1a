package dev.huck.raft.core.consensus;

import dev.huck.raft.api.Role;

/** Asking nodes what they are at the moment, for people. The shell's alone: nothing is decided by it. */
public sealed interface RollCall extends PeerMessage {

    /**
     * Asks whoever is at an address.
     *
     * @param call the asker's number, echoed
     */
    record Question(long call) implements RollCall {}

    /**
     * What the asked node is.
     *
     * @param call echoed
     * @param storeId its store
     * @param role its role
     */
    record Answer(long call, long storeId, Role role) implements RollCall {}
}
