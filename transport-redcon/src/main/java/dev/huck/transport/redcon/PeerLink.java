package dev.huck.transport.redcon;

import dev.huck.raft.api.spi.Lane;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sending end of the link to one peer. It connects when there is something to send; while the peer can't be reached
 * frames are dropped, since the engine sends again what still matters and stale ones would only be in its way.
 *
 * <p>Frames are handed to the socket a little at a time, so that a vote overtakes the snapshot that waits.
 */
final class PeerLink {
    private static final Logger log = LoggerFactory.getLogger(PeerLink.class);
    private static final int CONNECT_MILLIS = 2000;
    private static final long FIRST_RETRY = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long LAST_RETRY = TimeUnit.SECONDS.toNanos(1);

    /** Many times the interval at which a living peer acknowledges. */
    private static final long SILENCE = TimeUnit.SECONDS.toNanos(5);

    private static final WriteBufferWaterMark AHEAD = new WriteBufferWaterMark(64 << 10, 256 << 10);

    /** Shorter frames are copied together into one write. */
    private static final int SHORT = 8 << 10;

    private final String address;
    private final EventLoop loop;
    private final Resolver resolver;
    private final LaneQueue queue = new LaneQueue();
    private final AtomicBoolean draining = new AtomicBoolean();
    private final Runnable drain = this::drain;

    // All that follows: event loop only.
    private boolean connecting;
    private boolean closed;
    private @Nullable Channel channel;
    private long retryAt = System.nanoTime();
    private long retryAfter = FIRST_RETRY;

    /** Whether the outage at hand has been logged. */
    private boolean outage;

    /** When the first frame after the last acknowledgement was sent; 0 for none. */
    private long waitingSince;

    PeerLink(String address, EventLoop loop, Resolver resolver) {
        this.address = address;
        this.loop = loop;
        this.resolver = resolver;
    }

    /** Any thread. */
    void send(Lane lane, byte[] frame) {
        if (queue.offer(lane, frame) && !draining.getAndSet(true)) {
            execute(drain);
        }
    }

    /** Sends what waits and closes. Any thread. */
    void close() {
        execute(() -> {
            drain();
            closed = true;
            queue.clear();
            if (channel != null) {
                channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            }
        });
    }

    private void execute(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            queue.clear(); // the transport is closed
        }
    }

    private void drain() {
        draining.set(false); // before looking: what is sent from here on asks for a drain of its own
        if (channel != null) {
            write(channel);
        } else if (closed || (!connecting && System.nanoTime() - retryAt < 0)) {
            queue.clear();
        } else if (!connecting) {
            connect();
        }
    }

    private void connect() {
        connecting = true;
        Address target;
        try {
            target = Address.parse(address);
        } catch (IllegalArgumentException e) {
            down(String.valueOf(e.getMessage()));
            return;
        }
        resolver.resolve(target, loop, this::connect, () -> down("the name '" + target.host() + "' is not known"));
    }

    private void connect(InetSocketAddress target) {
        if (closed) {
            connecting = false;
            return;
        }
        new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, AHEAD)
                .handler(new Acknowledgements())
                .connect(target)
                .addListener((ChannelFuture done) -> {
                    if (done.isSuccess()) {
                        up(done.channel());
                    } else {
                        down(reason(done.cause()));
                    }
                });
    }

    private void up(Channel connected) {
        connecting = false;
        if (closed) {
            connected.close();
            return;
        }
        channel = connected;
        waitingSince = 0;
        ByteBuf greeting = connected.alloc().buffer(PeerProtocol.GREETING_LENGTH);
        PeerProtocol.writeGreeting(greeting);
        connected.write(greeting, connected.voidPromise());
        write(connected);
    }

    private void down(String reason) {
        connecting = false;
        channel = null;
        retryAt = System.nanoTime() + retryAfter;
        retryAfter = Math.min(2 * retryAfter, LAST_RETRY);
        queue.clear();
        if (!outage && !closed) {
            outage = true;
            log.warn("peer {} can't be reached: {}; trying on", address, reason);
        }
    }

    private void acknowledged() {
        waitingSince = 0;
        retryAfter = FIRST_RETRY;
        if (outage) {
            outage = false;
            log.info("peer {} is reachable again", address);
        }
    }

    private void write(Channel to) {
        if (waitingSince != 0 && System.nanoTime() - waitingSince > SILENCE) {
            lost(to, "it has acknowledged nothing for five seconds");
            return;
        }
        ByteBuf batch = null;
        byte[] frame = to.isWritable() ? queue.poll() : null;
        boolean any = frame != null;
        while (frame != null) {
            if (batch == null) {
                batch = to.alloc().directBuffer(frame.length < SHORT ? 4 * SHORT : Integer.BYTES);
            }
            batch.writeInt(frame.length);
            if (frame.length < SHORT) {
                batch.writeBytes(frame);
            }
            if (frame.length >= SHORT || batch.readableBytes() > 3 * SHORT) {
                to.write(batch, to.voidPromise());
                batch = null;
            }
            if (frame.length >= SHORT) {
                to.write(Unpooled.wrappedBuffer(frame), to.voidPromise());
            }
            frame = to.isWritable() ? queue.poll() : null;
        }
        if (batch != null) {
            to.write(batch, to.voidPromise());
        }
        to.flush();
        if (any && waitingSince == 0) {
            waitingSince = System.nanoTime();
        }
    }

    /** Gives a connection up; what its handler still hears of it is of no interest. */
    private void lost(Channel from, String reason) {
        if (channel == from) {
            down(reason);
        }
        from.close();
    }

    private static String reason(@Nullable Throwable cause) {
        String message = cause == null ? null : cause.getMessage();
        return message == null ? String.valueOf(cause) : message;
    }

    /** What comes back on the link. */
    private final class Acknowledgements extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf in = (ByteBuf) message;
            try {
                while (in.isReadable()) {
                    if (in.readByte() != PeerProtocol.ACK) {
                        lost(
                                context.channel(),
                                "what listens there is not a node of Huck, or has no room for this one");
                        return;
                    }
                }
                if (context.channel() == channel) {
                    acknowledged();
                }
            } finally {
                in.release();
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            if (context.channel() == channel && context.channel().isWritable()) {
                write(context.channel());
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            lost(context.channel(), "it has closed the connection");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            lost(context.channel(), reason(cause));
        }
    }
}
