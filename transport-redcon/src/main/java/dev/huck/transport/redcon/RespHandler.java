package dev.huck.transport.redcon;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.Options;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A client's bytes on their way in: all commands of a read are taken, then the batch ends. Also keeps the time limits. */
final class RespHandler extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(RespHandler.class);

    /** A half sent command that is to hold more than this is accounted for before it does; a smaller one, after. */
    private static final int LARGE = 256 << 10;

    private final Conversation conversation;
    private final RespConnection connection;
    private final Clients clients;
    private final RequestDecoder decoder;
    private final long idleNanos;
    private final long partialNanos;

    /** Bytes of a half sent command that {@link SharedBudget#account} knows of. */
    private int accounted;

    /** When the first bytes of the half sent command came; 0 for none. */
    private long midwaySince;

    /** Whether a look at {@link #midwaySince} is scheduled: one in each timeout at most, however busy the client. */
    private boolean watched;

    RespHandler(Conversation conversation, Clients clients, Options options) {
        this.conversation = conversation;
        this.connection = conversation.connection();
        this.clients = clients;
        this.decoder = new RequestDecoder(options.maxArguments(), options.maxCommandBytes());
        this.idleNanos = options.idleTimeout().toNanos();
        this.partialNanos = options.partialCommandTimeout().toNanos();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        clients.add(connection);
        if (idleNanos > 0) {
            context.executor().schedule(() -> watchIdle(context), idleNanos, TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            if (!conversation.ended()) {
                connection.info().active();
                take(in);
            }
        } finally {
            in.release();
        }
    }

    private void take(ByteBuf in) {
        int needed = decoder.heldWith(in.readableBytes());
        if (needed > LARGE && !account(needed)) {
            return;
        }
        decoder.append(in);
        try {
            Command command = decoder.next();
            while (command != null && !conversation.ended()) {
                midwaySince = 0;
                conversation.take(command);
                command = conversation.ended() ? null : decoder.next();
            }
            decoder.trim();
            account(decoder.held());
        } catch (ProtocolException e) {
            log.debug("closing client {}: it does not speak the protocol", connection.remote());
            end(e.reply());
        }
    }

    /** Says what the half sent command holds; false, and the end, when that is too much. */
    private boolean account(int held) {
        boolean fits = clients.input().account(accounted, held);
        accounted = held;
        connection.info().half(held);
        if (!fits) {
            log.warn(
                    "closing client {}: the commands that clients have half sent take too much memory",
                    connection.remote());
            end("BUSY commands that clients have half sent take too much memory; try again later");
        }
        return fits;
    }

    private void end(String error) {
        conversation.end(sink -> sink.error(error));
        forget();
    }

    /** What was half sent is of no use any more. */
    private void forget() {
        decoder.clear();
        clients.input().account(accounted, 0);
        accounted = 0;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        conversation.flush();
        if (decoder.midway() && midwaySince == 0) {
            midwaySince = System.nanoTime();
            watchMidway(context, partialNanos);
        }
    }

    private void watchMidway(ChannelHandlerContext context, long nanos) {
        if (!watched && partialNanos > 0) {
            watched = true;
            context.executor().schedule(() -> midway(context), nanos, TimeUnit.NANOSECONDS);
        }
    }

    private void midway(ChannelHandlerContext context) {
        watched = false;
        if (midwaySince == 0 || conversation.ended()) {
            return;
        }
        long now = System.nanoTime();
        // Time in which this side did not read is not the client's.
        long since = Math.max(midwaySince - now, connection.info().readingChangedNanos() - now);
        long left = context.channel().config().isAutoRead() ? partialNanos + since : partialNanos;
        if (left <= 0) {
            log.debug("closing client {}: its command is half sent for too long", connection.remote());
            context.close();
        } else {
            watchMidway(context, left);
        }
    }

    private void watchIdle(ChannelHandlerContext context) {
        if (!context.channel().isOpen()) {
            return;
        }
        long left = connection.info().activeNanos() + idleNanos - System.nanoTime();
        if (left <= 0) {
            log.debug("closing client {}: idle for too long", connection.remote());
            context.close();
        } else {
            context.executor().schedule(() -> watchIdle(context), left, TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        connection.updateReading();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (!(event instanceof ChannelInputShutdownEvent)) {
            return;
        }
        if (connection.lingering()) {
            context.close();
        } else if (!conversation.ended()) {
            // Will send no more, but may wait for replies, as "printf … | nc" does.
            conversation.end(sink -> {});
            conversation.flush();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        clients.remove(connection);
        forget();
        conversation.closed();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, @Nullable Throwable cause) {
        if (cause instanceof java.io.IOException) {
            log.debug("client {} is gone: {}", connection.remote(), cause.toString());
        } else {
            log.error("closing client {}", connection.remote(), cause);
        }
        context.close();
    }
}
