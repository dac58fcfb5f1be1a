package dev.huck.transport.redcon;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Looks names up on threads of its own, because the system's resolver may block for seconds. */
final class Resolver {
    private static final int MOST_THREADS = 8;

    private final ExecutorService threads =
            new ThreadPoolExecutor(0, MOST_THREADS, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                Thread thread = new Thread(task, "huck-resolver");
                thread.setDaemon(true);
                return thread;
            });

    /**
     * Looks a host up; a literal address is there at once. One of the two is called, on the executor.
     *
     * @param address host and port
     * @param executor where to go on; this is called on it
     * @param found takes the result
     * @param failed called if there is none, or if too many are looked up already
     */
    void resolve(Address address, Executor executor, Consumer<InetSocketAddress> found, Runnable failed) {
        InetAddress literal = NetUtil.createInetAddressFromIpAddressString(address.host());
        if (literal != null) {
            found.accept(new InetSocketAddress(literal, address.port()));
            return;
        }
        try {
            threads.execute(() -> lookUp(address, executor, found, failed));
        } catch (RejectedExecutionException e) {
            failed.run();
        }
    }

    private static void lookUp(Address address, Executor executor, Consumer<InetSocketAddress> found, Runnable failed) {
        Runnable next;
        try {
            InetAddress host = InetAddress.getByName(address.host());
            next = () -> found.accept(new InetSocketAddress(host, address.port()));
        } catch (UnknownHostException e) {
            next = failed;
        }
        try {
            executor.execute(next);
        } catch (RejectedExecutionException e) {
            // the transport was closed in the meantime
        }
    }

    void close() {
        threads.shutdownNow();
    }
}
