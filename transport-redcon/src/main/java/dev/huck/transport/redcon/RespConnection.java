package dev.huck.transport.redcon;

import dev.huck.raft.api.spi.ClientConnection;
import dev.huck.raft.api.spi.ReplySink;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.SocketChannel;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client: its replies on their way out, and whether its commands are read. The engine writes replies from a thread
 * of its own and flushes; the event loop takes over whatever has been flushed by then in one write.
 */
final class RespConnection implements ClientConnection {
    private static final Logger log = LoggerFactory.getLogger(RespConnection.class);

    /** How long a closed connection may take to send the rest and to hear that the client has closed, too. */
    private static final long LINGER_MILLIS = 1000;

    private final long id;
    private final SocketChannel channel;
    private final String remote;
    private final long maxOutputBytes;
    private final ReplyBuffer replies;
    private final ClientInfo info;
    private final SharedBudget output;

    /** Bytes on their way: flushed, and not yet taken by the socket. */
    private final AtomicLong unsent = new AtomicLong();

    /** Flushed and not yet taken by the event loop. Whoever takes it owns it. */
    private final AtomicReference<ByteBuf> flushed = new AtomicReference<>();

    /** Whether a {@link #drain} is on its way that will see what is flushed now. */
    private final AtomicBoolean draining = new AtomicBoolean();

    private final Runnable drain = this::drain;

    private volatile boolean wanted = true;
    private volatile boolean stopped;
    private volatile boolean finished;

    /** Event loop only. */
    private boolean lingering;

    RespConnection(long id, SocketChannel channel, long maxOutputBytes, SharedBudget output) {
        this.id = id;
        this.channel = channel;
        this.remote = ClientInfo.text(channel.remoteAddress());
        this.maxOutputBytes = maxOutputBytes;
        this.output = output;
        this.replies = new ReplyBuffer(maxOutputBytes);
        this.info = new ClientInfo(id, remote, ClientInfo.text(channel.localAddress()));
    }

    long id() {
        return id;
    }

    ClientInfo info() {
        return info;
    }

    @Override
    public String remote() {
        return remote;
    }

    @Override
    public ReplySink replies() {
        return replies;
    }

    /** The sink with what only the transport may do to it. Same threads as {@link #replies}. */
    ReplyBuffer buffer() {
        return replies;
    }

    @Override
    public void flush() {
        if (replies.overflowed()) {
            dropSlowReader(maxOutputBytes, "more than " + maxOutputBytes);
            return;
        }
        if (!replies.isEmpty()) {
            if (!channel.isOpen()) {
                replies.clear();
                return;
            }
            // Accounted for before memory is taken for it.
            if (!hold(replies.length())) {
                hold(-replies.length());
                replies.clear();
                return;
            }
            // The event loop finds nothing while this thread holds the buffer; the drain asked for below finds it.
            ByteBuf waiting = flushed.getAndSet(null);
            ByteBuf target = waiting != null ? waiting : channel.alloc().directBuffer(replies.length());
            replies.drainTo(target);
            flushed.set(target);
        }
        if (channel.eventLoop().inEventLoop()) {
            drain();
        } else if (!draining.getAndSet(true)) {
            onEventLoop(drain);
        }
    }

    /** Accounts for bytes on their way, more or fewer; when that is too much the client is dropped. */
    private boolean hold(int bytes) {
        long before = unsent.getAndAdd(bytes);
        long now = before + bytes;
        boolean shared = output.account(before, now);
        if (bytes > 0 && now > maxOutputBytes) {
            dropSlowReader(now, "more than " + maxOutputBytes);
            return false;
        }
        if (!shared) {
            dropSlowReader(now, "and all clients together more than there is memory for");
            return false;
        }
        return true;
    }

    /**
     * Writes what was flushed, and then no more: the place among the replies at which the connection ends. Same threads
     * as {@link #replies}.
     */
    void finish() {
        finished = true;
        flush();
    }

    private void drain() {
        draining.set(false); // before taking: what is flushed from here on asks for a drain of its own
        ByteBuf waiting = flushed.getAndSet(null);
        if (waiting != null) {
            info.active();
            int bytes = waiting.readableBytes();
            channel.writeAndFlush(waiting).addListener(taken -> hold(-bytes));
        }
        if (finished) {
            linger();
        }
    }

    /** Bytes on their way. Any thread. */
    long unsentBytes() {
        return unsent.get();
    }

    private void dropSlowReader(long bytes, String limit) {
        if (channel.isOpen()) {
            log.warn("closing client {}: it leaves {} bytes of replies unread, {}", remote, bytes, limit);
            channel.close();
        }
        onEventLoop(this::release);
    }

    private void release() {
        ByteBuf waiting = flushed.getAndSet(null);
        if (waiting != null) {
            hold(-waiting.readableBytes());
            waiting.release();
        }
    }

    @Override
    public void setReading(boolean reading) {
        wanted = reading;
        onEventLoop(this::updateReading);
    }

    /** Reads no more commands; replies still leave. Any thread. */
    void stop() {
        stopped = true;
        onEventLoop(this::updateReading);
    }

    /**
     * Reads only from a client that reads its replies, too, and never ahead of the engine; after the end, to hear that
     * the client has closed. Event loop only.
     */
    void updateReading() {
        boolean read = lingering || (wanted && !stopped && channel.isWritable());
        if (read != channel.config().isAutoRead()) {
            info.readingChanged();
            channel.config().setAutoRead(read);
        }
    }

    /** Whether commands that arrive are thrown away. Event loop only. */
    boolean lingering() {
        return lingering;
    }

    @Override
    public void close() {
        onEventLoop(() -> {
            drain();
            linger();
        });
    }

    /** Closes now; what has not left is lost. Any thread. */
    void kill() {
        channel.close();
    }

    /** Closes once what was flushed has left, without waiting for the client to close, too. Any thread. */
    void closeWhenSent() {
        onEventLoop(() -> {
            drain();
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        });
    }

    /**
     * Ends the sending side first: closing a socket with commands unread makes the system drop what it has not yet
     * delivered, the reason for the end among it.
     */
    private void linger() {
        if (lingering || !channel.isOpen()) {
            return;
        }
        lingering = true;
        updateReading();
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> {
            if (channel.isInputShutdown()) {
                channel.close();
            } else {
                channel.shutdownOutput();
            }
        });
        channel.eventLoop().schedule(() -> channel.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void onEventLoop(Runnable task) {
        if (channel.eventLoop().inEventLoop()) {
            task.run();
            return;
        }
        try {
            channel.eventLoop().execute(task);
        } catch (RejectedExecutionException e) {
            release(); // the transport is closed, and this connection with it
        }
    }
}
