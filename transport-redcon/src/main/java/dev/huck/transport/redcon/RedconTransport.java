package dev.huck.transport.redcon;

import dev.huck.raft.api.CommandSpec;
import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.Options;
import dev.huck.raft.api.spi.Gateway;
import dev.huck.raft.api.spi.Lane;
import dev.huck.raft.api.spi.Transport;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One port, bound to an address; the connections that it accepts and the links that it opens. */
final class RedconTransport implements Transport {
    private static final int BACKLOG = 1024;
    private static final long CLOSE_MILLIS = 1000;

    /** Room for a batch of replies, so that reading is not switched off and on again for each. */
    private static final WriteBufferWaterMark REPLIES_AHEAD = new WriteBufferWaterMark(256 << 10, 1 << 20);

    /**
     * A batch is one read of this size at most: enough to share a quorum round among thousands of commands, and short
     * enough that the replies to a batch of reads do not outgrow a client that does read them.
     */
    private static final RecvByteBufAllocator ONE_READ =
            new AdaptiveRecvByteBufAllocator(64, 2048, 64 << 10).maxMessagesPerRead(1);

    private final Options options;
    private final Clients clients;
    private final TransportCommands commands;
    private final EventLoopGroup threads = IoThreads.open();
    private final Resolver resolver = new Resolver();
    private final ConcurrentHashMap<String, PeerLink> links = new ConcurrentHashMap<>();

    /** All that were accepted, clients, peers, and those who have not said what they are. */
    private final ChannelGroup accepted = new DefaultChannelGroup(threads.next());

    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean stopped;
    private volatile @Nullable Gateway gateway;
    private final Channel port;
    private final String address;

    private RedconTransport(Options options, Address wanted, InetAddress host) throws IOException {
        this.options = options;
        this.clients = new Clients(options);
        this.commands = new TransportCommands(clients);
        this.port = bind(wanted, host);
        int real = ((InetSocketAddress) port.localAddress()).getPort();
        this.address = new Address(wanted.host(), real).toString();
    }

    static Transport open(Options options) throws IOException {
        Address wanted;
        try {
            wanted = Address.parse(options.address());
        } catch (IllegalArgumentException e) {
            throw new HuckException.StartFailed("ERR " + e.getMessage(), e);
        }
        InetAddress host;
        try {
            host = InetAddress.getByName(wanted.host());
        } catch (UnknownHostException e) {
            throw new IOException("can't listen on " + wanted + ": the host is not known", e);
        }
        if (!host.isLoopbackAddress() && !options.insecure()) {
            throw new HuckException.StartFailed(
                    "ERR refusing to listen on " + wanted
                            + " without authentication: whoever reaches the port could read"
                            + " and change everything; bind to loopback or say --insecure",
                    null);
        }
        return new RedconTransport(options, wanted, host);
    }

    /** Binds now, so that a port in use is told at once; nobody is accepted before {@link #start}. */
    private Channel bind(Address wanted, InetAddress host) throws IOException {
        ChannelFuture bound = new ServerBootstrap()
                .group(threads)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, ONE_READ)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, REPLIES_AHEAD)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        accept(channel);
                    }
                })
                .bind(host, wanted.port())
                .awaitUninterruptibly();
        Throwable failure = bound.cause();
        if (failure != null) {
            shutDown();
            throw new IOException("can't listen on " + wanted + ": " + failure.getMessage(), failure);
        }
        return bound.channel();
    }

    private void accept(SocketChannel channel) {
        Gateway engine = gateway;
        if (engine == null || closed.get()) {
            channel.close();
            return;
        }
        accepted.add(channel);
        channel.pipeline().addLast(new ProtocolSniffer(clients, engine, options, commands, () -> stopped));
    }

    @Override
    public String address() {
        return address;
    }

    @Override
    public void start(Gateway engine) {
        gateway = engine;
        port.config().setAutoRead(true);
    }

    @Override
    public void send(String peer, Lane lane, byte[] frame) {
        if (!closed.get()) {
            links.computeIfAbsent(peer, to -> new PeerLink(to, threads.next(), resolver))
                    .send(lane, frame);
        }
    }

    @Override
    public Collection<CommandSpec> commands() {
        return TransportCommands.SPECS;
    }

    /** Peers are still accepted: they have a say in who takes over. */
    @Override
    public void stopClients() {
        stopped = true;
        clients.all().forEach(RespConnection::stop);
    }

    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        stopped = true;
        port.close().awaitUninterruptibly(CLOSE_MILLIS);
        clients.all().forEach(RespConnection::closeAtOnce);
        accepted.close(channel -> channel.pipeline().get(RespHandler.class) == null);
        links.values().forEach(PeerLink::close);
        accepted.newCloseFuture().awaitUninterruptibly(CLOSE_MILLIS);
        accepted.close().awaitUninterruptibly(CLOSE_MILLIS);
        shutDown();
    }

    private void shutDown() {
        resolver.close();
        threads.shutdownGracefully(0, CLOSE_MILLIS, TimeUnit.MILLISECONDS).awaitUninterruptibly(2 * CLOSE_MILLIS);
    }
}
