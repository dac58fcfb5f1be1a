package dev.huck.raft.core.consensus;

/**
 * What a node must not forget about elections (Raft §5.1, figure 2).
 *
 * @param term the newest term it has seen
 * @param vote store id of the candidate it voted for in that term; 0 for none
 */
public record HardState(long term, long vote) {}
