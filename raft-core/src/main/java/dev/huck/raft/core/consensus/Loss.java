package dev.huck.raft.core.consensus;

/** Why a node may have forgotten what it acknowledged before it was started. While it may, it is <em>recovering</em>. */
public enum Loss {
    /** It has forgotten nothing. */
    NONE,
    /** Its machine lost power, or a write failed, while not all that it had acknowledged was synced. */
    POWER,
    /** Its log is damaged or missing although it was synced: what else is gone nobody can tell. */
    CORRUPTION
}
