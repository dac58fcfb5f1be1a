package dev.huck.transport.redcon;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads that move bytes: few, as the machine's work is elsewhere; one wake-up then serves more connections. */
final class IoThreads {
    private static final int MOST = 2;

    private IoThreads() {}

    static EventLoopGroup open() {
        int count = Math.max(1, Math.min(MOST, Runtime.getRuntime().availableProcessors() / 2));
        AtomicInteger number = new AtomicInteger();
        ThreadFactory named = task -> new FastThreadLocalThread(task, "huck-io-" + number.incrementAndGet());
        return new MultiThreadIoEventLoopGroup(count, named, NioIoHandler.newFactory());
    }
}
