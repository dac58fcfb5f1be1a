package dev.huck.raft.core.consensus;

/**
 * What a core holds in memory, for checks: bytes unless said. Of what has a window the newest part is left out, because a
 * window is asked whether it is open, and then takes one more message or entry, whatever its size.
 *
 * @param cached recent entries
 * @param cachedFrom index of the oldest of them; behind the end of the log if there is none
 * @param counted up to here the log is durable
 * @param proposed what was proposed here and is not yet applied, without the newest
 * @param applying what the machine has been handed and has not applied, without the newest
 * @param window what is under way to the peer that has most under way, without the newest message
 * @param messages how many messages are under way to the peer that has most of them
 * @param reads how many batches of reads, and nodes that ask for theirs, wait for a read index
 */
public record Held(
        long cached,
        long cachedFrom,
        long counted,
        long proposed,
        long applying,
        long window,
        int messages,
        int reads) {}
