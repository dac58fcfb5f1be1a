package dev.huck.transport.redcon;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real redis-server on a free port, to compare with. */
final class RedisServer implements AutoCloseable {
    private final Process process;
    final String address;

    private RedisServer(Process process, String address) {
        this.process = process;
        this.address = address;
    }

    /** Empty where none is installed. */
    static Optional<RedisServer> start(Path directory) throws IOException {
        Optional<Path> program = Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator))
                .map(folder -> Path.of(folder, "redis-server"))
                .filter(java.nio.file.Files::isExecutable)
                .findFirst();
        if (program.isEmpty()) {
            return Optional.empty();
        }
        int port = freePort();
        Process process = new ProcessBuilder(
                        program.get().toString(),
                        "--port",
                        "" + port,
                        "--bind",
                        "127.0.0.1",
                        "--save",
                        "",
                        "--dir",
                        directory.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("redis.log").toFile())
                .start();
        RedisServer server = new RedisServer(process, "127.0.0.1:" + port);
        org.awaitility.Awaitility.await().ignoreExceptions().until(() -> {
            try (Wire wire = new Wire(server.address)) {
                return wire.exchange("PING\r\n").equals("+PONG\r\n");
            }
        });
        return Optional.of(server);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
