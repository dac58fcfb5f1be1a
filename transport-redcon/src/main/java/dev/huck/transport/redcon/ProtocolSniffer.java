package dev.huck.transport.redcon;

import dev.huck.raft.api.Options;
import dev.huck.raft.api.spi.Gateway;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells by its first bytes who has connected, and makes way for the handler that serves them. Each connection has one of
 * its own: who says nothing holds up nobody. It also keeps the seat that the connection takes.
 */
final class ProtocolSniffer extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(ProtocolSniffer.class);

    /** A peer speaks as soon as it is connected: who has not by now is a client, or as good as none. */
    private static final long SPARE_SECONDS = 1;

    private static final byte[] FULL = "-ERR max number of clients reached\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Clients clients;
    private final Gateway gateway;
    private final Options options;
    private final TransportCommands commands;
    private final BooleanSupplier stopped;

    private enum Seat {
        NONE,
        CLIENT,
        SPARE
    }

    private Seat seat = Seat.NONE;

    /** The beginning of a peer's greeting; null once it is known who this is. */
    private @Nullable ByteBuf heard;

    private boolean known;

    ProtocolSniffer(
            Clients clients, Gateway gateway, Options options, TransportCommands commands, BooleanSupplier stopped) {
        this.clients = clients;
        this.gateway = gateway;
        this.options = options;
        this.commands = commands;
        this.stopped = stopped;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (clients.sit()) {
            seat = Seat.CLIENT;
        } else if (clients.sitSpare()) {
            seat = Seat.SPARE;
            context.executor().schedule(() -> outstayed(context), SPARE_SECONDS, TimeUnit.SECONDS);
        } else {
            refuse(context);
        }
        context.channel().closeFuture().addListener(closed -> leave());
    }

    private void leave() {
        switch (seat) {
            case CLIENT -> clients.rise();
            case SPARE -> clients.riseSpare();
            case NONE -> {}
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        if (known) {
            in.release(); // refused, and on its way out
            return;
        }
        if (heard != null) {
            heard.writeBytes(in);
            in.release();
            in = heard;
        }
        boolean peer = PeerProtocol.mayBeGreeting(in);
        if (peer && in.readableBytes() < PeerProtocol.GREETING_LENGTH) {
            hear(context, in);
            return;
        }
        known = true;
        heard = null;
        if (peer) {
            peer(context, in);
        } else {
            client(context, in);
        }
    }

    private void hear(ChannelHandlerContext context, ByteBuf in) {
        if (heard == null) {
            heard = in;
            long limit = options.partialCommandTimeout().toNanos();
            if (limit > 0) {
                context.executor().schedule(() -> outstayed(context), limit, TimeUnit.NANOSECONDS);
            }
        }
    }

    private void outstayed(ChannelHandlerContext context) {
        if (!known) {
            refuse(context);
        }
    }

    private void client(ChannelHandlerContext context, ByteBuf in) {
        if (seat != Seat.CLIENT) {
            in.release();
            refuse(context);
            return;
        }
        if (stopped.getAsBoolean()) {
            in.release();
            context.close();
            return;
        }
        RespConnection connection = new RespConnection(
                clients.nextId(), (SocketChannel) context.channel(), options.maxOutputBytes(), clients.output());
        Conversation conversation;
        try {
            conversation = new Conversation(connection, gateway.connected(connection), commands);
        } catch (RuntimeException e) {
            in.release();
            throw e;
        }
        serve(context, new RespHandler(conversation, clients, options), in);
        if (stopped.getAsBoolean()) {
            connection.stop(); // whoever stopped all clients may have come too early to see this one
        }
    }

    private void peer(ChannelHandlerContext context, ByteBuf in) {
        String remote = ClientInfo.text(((SocketChannel) context.channel()).remoteAddress());
        int version = PeerProtocol.version(in);
        if (version != PeerProtocol.VERSION) {
            log.warn(
                    "refusing peer {}: it speaks version {} of the link, not {}",
                    remote,
                    version,
                    PeerProtocol.VERSION);
            in.release();
            context.close();
            return;
        }
        if (seat == Seat.CLIENT) {
            clients.rise();
            seat = clients.sitSpare() ? Seat.SPARE : Seat.NONE;
        }
        if (seat == Seat.NONE) {
            log.warn("refusing peer {}: {} of them are connected already", remote, Clients.SPARE);
            in.release();
            context.close();
            return;
        }
        in.skipBytes(PeerProtocol.GREETING_LENGTH);
        serve(context, new PeerReceiver(gateway, remote, PeerProtocol.longestFrame(options)), in);
    }

    private void serve(ChannelHandlerContext context, ChannelInboundHandlerAdapter handler, ByteBuf in) {
        context.pipeline().addLast(handler);
        context.fireChannelRead(in);
        context.pipeline().remove(this);
    }

    private void refuse(ChannelHandlerContext context) {
        known = true;
        context.writeAndFlush(Unpooled.wrappedBuffer(FULL)).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            context.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        known = true;
        if (heard != null) {
            heard.release();
            heard = null;
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            log.debug("a connection that has not said what it is, is gone: {}", cause.toString());
        } else {
            log.error("closing a connection that can't be served", cause);
        }
        context.close();
    }
}
