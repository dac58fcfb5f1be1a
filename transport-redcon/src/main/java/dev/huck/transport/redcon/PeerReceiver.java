package dev.huck.transport.redcon;

import dev.huck.raft.api.spi.Gateway;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The receiving end of a peer's link. Memory follows what has arrived, not the length that a frame announces. */
final class PeerReceiver extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(PeerReceiver.class);
    private static final int HEADER = 4;
    private static final int BELIEVED = 64 << 10;

    private final Gateway gateway;
    private final String remote;
    private final int longest;

    private int headerBytes;
    private int header;

    /** The frame at hand: its array grows up to its length. */
    private byte[] frame = {};

    private int length = -1;
    private int filled;
    private boolean acknowledging;

    PeerReceiver(Gateway gateway, String remote, int longest) {
        this.gateway = gateway;
        this.remote = remote;
        this.longest = longest;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            while (in.isReadable()) {
                if (length < 0) {
                    header(context, in);
                } else {
                    body(in);
                }
                if (length == filled) {
                    complete();
                }
            }
        } finally {
            in.release();
        }
    }

    private void header(ChannelHandlerContext context, ByteBuf in) {
        header = header << 8 | in.readUnsignedByte();
        if (++headerBytes < HEADER) {
            return;
        }
        if (header < 0 || header > longest) {
            log.warn("closing the link of peer {}: a frame of {} bytes", remote, Integer.toUnsignedString(header));
            in.skipBytes(in.readableBytes());
            headerBytes = 0;
            context.close();
            return;
        }
        length = header;
        filled = 0;
        headerBytes = 0;
        frame = new byte[Math.min(length, Math.max(BELIEVED, in.readableBytes()))];
    }

    private void body(ByteBuf in) {
        int part = Math.min(in.readableBytes(), length - filled);
        if (filled + part > frame.length) {
            frame = Arrays.copyOf(frame, (int) Math.min(length, Math.max(filled + part, 2L * frame.length)));
        }
        in.readBytes(frame, filled, part);
        filled += part;
    }

    private void complete() {
        byte[] whole = frame;
        frame = new byte[0];
        length = -1;
        filled = 0;
        gateway.received(whole);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (!acknowledging) {
            acknowledging = true;
            context.executor().schedule(() -> acknowledge(context), PeerProtocol.ACK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void acknowledge(ChannelHandlerContext context) {
        acknowledging = false;
        if (context.channel().isActive()) {
            context.writeAndFlush(context.alloc().buffer(1).writeByte(PeerProtocol.ACK));
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            context.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            log.debug("the link of peer {} is gone: {}", remote, cause.toString());
        } else {
            log.error("closing the link of peer {}", remote, cause);
        }
        context.close();
    }
}
