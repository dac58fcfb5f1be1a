package dev.huck.transport.redcon;

import dev.huck.raft.api.spi.Lane;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Frames that wait to leave for one peer: control before append before snapshot, each lane bounded in bytes. Any
 * thread.
 */
final class LaneQueue {
    private final Map<Lane, Queue> lanes = new EnumMap<>(Lane.class);

    private static final class Queue {
        final ArrayDeque<byte[]> frames = new ArrayDeque<>();
        final long limit;
        long bytes;

        Queue(long limit) {
            this.limit = limit;
        }
    }

    LaneQueue() {
        for (Lane lane : Lane.values()) {
            lanes.put(lane, new Queue(limit(lane)));
        }
    }

    /** How many bytes wait at most in a lane; one frame, however long, fits into an empty one. */
    static long limit(Lane lane) {
        return switch (lane) {
            case CONTROL -> 4L << 20;
            case APPEND -> 64L << 20;
            case SNAPSHOT -> 16L << 20;
        };
    }

    /** Adds a frame; false when its lane is full. */
    synchronized boolean offer(Lane lane, byte[] frame) {
        Queue queue = queue(lane);
        if (!queue.frames.isEmpty() && queue.bytes + frame.length > queue.limit) {
            return false;
        }
        queue.frames.add(frame);
        queue.bytes += frame.length;
        return true;
    }

    /** The frame to send next; null for none. */
    synchronized byte @Nullable [] poll() {
        for (Queue queue : lanes.values()) {
            byte[] frame = queue.frames.poll();
            if (frame != null) {
                queue.bytes -= frame.length;
                return frame;
            }
        }
        return null;
    }

    synchronized void clear() {
        for (Queue queue : lanes.values()) {
            queue.frames.clear();
            queue.bytes = 0;
        }
    }

    private Queue queue(Lane lane) {
        Queue queue = lanes.get(lane);
        if (queue == null) {
            throw new AssertionError(lane);
        }
        return queue;
    }
}
