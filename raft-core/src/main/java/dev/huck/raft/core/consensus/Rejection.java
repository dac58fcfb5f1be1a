package dev.huck.raft.core.consensus;

/** Why the core did not take something on. It was never proposed and never will be, where nothing else is said. */
public enum Rejection {
    /** This node does not lead. */
    NOT_LEADER,
    /** Too many bytes are proposed and not yet committed and applied. */
    BUSY,
    /** Leadership is being handed over. */
    TRANSFERRING,
    /** Another change of membership is under way, or the leader's first entry is not committed yet. */
    CHANGE_IN_PROGRESS,
    /** There is no such member. */
    UNKNOWN_MEMBER,
    /** It would leave the cluster without a voter. */
    LAST_VOTER,
    /** The configuration is another one than the change was made for. */
    CONFIGURATION_CHANGED,
    /** Another member has that node id or address. */
    NAME_TAKEN,
    /** A newcomer does not understand the versions that are in use, or the members not its. */
    INCOMPATIBLE,
    /** It had begun, and a later change undid it. */
    SUPERSEDED,
    /** The voters that there would be have no quorum without some that are recovering or silent. */
    UNFIT_VOTERS
}
