package dev.huck.raft.core.node;

import java.util.random.RandomGenerator;

/**
 * Randomness that is the same on every node, whatever its JDK: the JDK's own generators may change their ways of
 * bounding and scaling from one release to the next, so these are spelled out. A SplitMix64 sequence; made once per
 * command that asks for it.
 */
final class ReplicatedRandom implements RandomGenerator {
    private static final long GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    /** The generator of one command: seeds of neighbours have nothing in common. */
    ReplicatedRandom(long seed, int ordinal) {
        this.state = mix(seed + mix(ordinal + 1L));
    }

    @Override
    public long nextLong() {
        state += GAMMA;
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
        return (nextLong() >>> 11) * 0x1p-53;
    }

    @Override
    public float nextFloat() {
        return (nextLong() >>> 40) * 0x1p-24f;
    }

    @Override
    public double nextGaussian() {
        // Polar method: StrictMath, as Math may differ in the last bit from machine to machine.
        while (true) {
            double x = 2 * nextDouble() - 1;
            double y = 2 * nextDouble() - 1;
            double square = x * x + y * y;
            if (square > 0 && square < 1) {
                return x * StrictMath.sqrt(-2 * StrictMath.log(square) / square);
            }
        }
    }

    @Override
    public double nextExponential() {
        return -StrictMath.log(1 - nextDouble());
    }

    @Override
    public void nextBytes(byte[] bytes) {
        long bits = 0;
        for (int i = 0; i < bytes.length; i++) {
            bits = i % 8 == 0 ? nextLong() : bits >>> 8;
            bytes[i] = (byte) bits;
        }
    }

    @Override
    public int nextInt(int bound) {
        return (int) nextLong(bound);
    }

    @Override
    public int nextInt(int origin, int bound) {
        return (int) nextLong(origin, bound);
    }

    @Override
    public long nextLong(long bound) {
        return nextLong(0, bound);
    }

    @Override
    public long nextLong(long origin, long bound) {
        if (origin >= bound) {
            throw new IllegalArgumentException("bound " + bound + " must be greater than " + origin);
        }
        long range = bound - origin;
        if (range < 0) {
            // Wider than half of all longs: try until one fits.
            long value = nextLong();
            while (value < origin || value >= bound) {
                value = nextLong();
            }
            return value;
        }
        // Values of the last, incomplete round would favour the small ones.
        long bits = nextLong() >>> 1;
        long value = bits % range;
        while (bits - value + (range - 1) < 0) {
            bits = nextLong() >>> 1;
            value = bits % range;
        }
        return origin + value;
    }

    @Override
    public double nextDouble(double bound) {
        return nextDouble(0, bound);
    }

    @Override
    public double nextDouble(double origin, double bound) {
        if (!(origin < bound && bound - origin < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("bound " + bound + " must be greater than " + origin);
        }
        double value = origin + nextDouble() * (bound - origin);
        return value < bound ? value : Math.nextDown(bound);
    }

    private static long mix(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
