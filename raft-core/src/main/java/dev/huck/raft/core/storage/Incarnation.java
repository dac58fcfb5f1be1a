package dev.huck.raft.core.storage;

/**
 * One opening of a node's directory.
 *
 * @param number counts the openings of the directory
 * @param run drawn at the opening: of two copies of one directory, both opened as the same number, it tells which
 */
public record Incarnation(long number, long run) {}
