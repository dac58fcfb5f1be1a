package dev.huck.example.ticket;

import dev.huck.raft.api.Applier;
import dev.huck.raft.api.Command;
import dev.huck.raft.api.CommandException;
import dev.huck.raft.api.Machine;
import dev.huck.raft.api.Node;
import dev.huck.raft.api.Reply;
import dev.huck.raft.api.Snapshot;
import java.io.DataInput;
import java.io.IOException;
import java.nio.file.Path;

/** Hands out numbers, each of them once, whichever machine fails. */
public final class TicketServer implements Machine {
    private long ticket;

    @Override
    public void command(Applier applier, Command command) {
        switch (command.name()) {
            case "ticket" -> applier.write(context -> ++ticket, Reply::integer); // change, then reply
            case "last" -> applier.read(context -> ticket, Reply::integer);
            default -> throw CommandException.unknown(command);
        }
    }

    @Override
    public Snapshot snapshot() {
        long captured = ticket;
        return out -> out.writeLong(captured);
    }

    @Override
    public void restore(DataInput in) throws IOException {
        ticket = in.readLong();
    }

    public static void main(String[] args) throws InterruptedException {
        try (Node node = Node.open(Path.of("tickets"), "127.0.0.1:7500", TicketServer::new)) {
            System.out.println("listening on " + node.address());
            node.awaitClose();
        }
    }
}
