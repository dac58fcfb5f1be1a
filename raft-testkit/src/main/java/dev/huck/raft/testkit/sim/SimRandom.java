package dev.huck.raft.testkit.sim;

import java.util.random.RandomGenerator;

/**
 * Randomness that is the same on every JDK: SplitMix64, and everything derived from it spelled out here, as the library's
 * own derivations may change between versions.
 */
public final class SimRandom implements RandomGenerator {
    private long state;

    /**
     * A generator.
     *
     * @param seed any value
     */
    public SimRandom(long seed) {
        this.state = mix(seed + 0x9E3779B97F4A7C15L);
    }

    /**
     * A generator for one concern of a world, so that drawing more for one does not shift the others.
     *
     * @param seed the world's
     * @param concern a name
     * @return the generator
     */
    public static SimRandom of(long seed, String concern) {
        long name = 0;
        for (int i = 0; i < concern.length(); i++) {
            name = mix(name + concern.charAt(i) + 1);
        }
        return new SimRandom(seed ^ name);
    }

    /**
     * Spreads the bits of a value.
     *
     * @param value any
     * @return the same for the same value
     */
    public static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }

    @Override
    public long nextLong() {
        state += 0x9E3779B97F4A7C15L;
        return mix(state);
    }

    @Override
    public int nextInt() {
        return (int) (nextLong() >>> 32);
    }

    @Override
    public boolean nextBoolean() {
        return nextLong() < 0;
    }

    @Override
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    @Override
    public int nextInt(int bound) {
        return (int) nextLong(bound);
    }

    @Override
    public int nextInt(int origin, int bound) {
        return origin + (int) nextLong((long) bound - origin);
    }

    @Override
    public long nextLong(long bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("bound " + bound);
        }
        // The bias of the remainder is below 2^-30 for every bound that a simulation asks for.
        return (nextLong() >>> 1) % bound;
    }

    @Override
    public long nextLong(long origin, long bound) {
        return origin + nextLong(bound - origin);
    }

    @Override
    public void nextBytes(byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) nextInt();
        }
    }

    /**
     * Tosses a coin.
     *
     * @param probability from 0 to 1
     * @return true that often
     */
    public boolean chance(double probability) {
        return probability > 0 && nextDouble() < probability;
    }

    /**
     * A waiting time: mostly near the mean, sometimes many times as long.
     *
     * @param mean nanoseconds
     * @return from 0 to about thirty times the mean
     */
    public long exponential(long mean) {
        // StrictMath: the plain logarithm may differ in its last bit between machines.
        return (long) (-StrictMath.log(1 - nextDouble()) * mean);
    }
}
