package dev.huck.example.clone;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** Clients that send as much as a node takes. */
final class Flood {
    private static final long GIGABYTE = 1L << 30;

    private Flood() {}

    /** What a node says to somebody who begins like this, and then sends as long as it can. */
    static String answer(int port, String begin) throws Exception {
        try (Wire wire = new Wire(port)) {
            Thread sender = new Thread(() -> send(wire, begin), "flood");
            sender.start();
            String answer = wire.rest();
            sender.join();
            return answer;
        }
    }

    private static void send(Wire wire, String begin) {
        String piece = "1".repeat(1 << 20);
        try {
            wire.say(begin);
            for (long sent = 0; sent < GIGABYTE; sent += piece.length()) {
                wire.say(piece);
            }
        } catch (IOException e) {
            // Closed: what we wanted to see.
        }
    }

    /** A client that reads nothing unless told, and has little room for what it has not read. */
    static SocketChannel deaf(int port) throws IOException {
        SocketChannel client = SocketChannel.open();
        client.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
        client.connect(new InetSocketAddress("127.0.0.1", port));
        client.configureBlocking(false);
        return client;
    }

    /** Sends a command again and again until no more is taken (true) or the connection is closed (false). */
    static boolean isReadNoMore(SocketChannel client, String command) throws InterruptedException {
        int times = Math.max(1, (1 << 20) / command.length());
        ByteBuffer commands = ByteBuffer.wrap(command.repeat(times).getBytes(StandardCharsets.US_ASCII));
        long taken = 0;
        long takenAt = System.nanoTime();
        try {
            while (System.nanoTime() - takenAt < TimeUnit.SECONDS.toNanos(2)) {
                int now = client.write(commands);
                if (now > 0) {
                    taken += now;
                    takenAt = System.nanoTime();
                } else {
                    Thread.sleep(1); // the system's buffers are full
                }
                if (!commands.hasRemaining()) {
                    commands.clear();
                }
                if (taken > GIGABYTE / 2) {
                    throw new AssertionError("reads on and on");
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
