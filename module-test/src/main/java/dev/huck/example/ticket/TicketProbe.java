package dev.huck.example.ticket;

import dev.huck.raft.api.Client;
import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.Node;
import dev.huck.raft.api.Options;
import dev.huck.raft.api.Result;
import java.nio.file.Path;
import java.time.Duration;

/** Opens a node of the ticket server, draws one ticket through the client in the process, prints it, and stops. */
public final class TicketProbe {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private TicketProbe() {}

    /**
     * Draws a ticket. Exit code 1 if the node can't start, with the reason on standard error.
     *
     * @param args the node's directory, and the log store's name if it is to be chosen
     */
    public static void main(String[] args) throws InterruptedException {
        Options.Builder options = Options.builder().directory(Path.of(args[0])).address("127.0.0.1:0");
        if (args.length > 1) {
            options.backend(args[1]);
        }
        try (Node node = Node.open(options.build(), TicketServer::new);
                Client client = node.client()) {
            System.out.println("ticket " + draw(client));
        } catch (HuckException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private static long draw(Client client) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Result answer = client.send("ticket").toCompletableFuture().join();
            // Before its first election a node has no leader to turn to, and has not taken the command.
            boolean early =
                    answer instanceof Result.Error error && error.message().startsWith("CLUSTERDOWN");
            if (!early || System.nanoTime() > deadline) {
                return answer.asLong();
            }
            Thread.sleep(20);
        }
    }
}
