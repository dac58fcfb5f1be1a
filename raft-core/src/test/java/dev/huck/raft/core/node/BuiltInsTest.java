package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Applier;
import dev.huck.raft.api.Arity;
import dev.huck.raft.api.Command;
import dev.huck.raft.api.CommandTable;
import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.Machine;
import dev.huck.raft.api.Reply;
import dev.huck.raft.api.Role;
import dev.huck.raft.api.Snapshot;
import dev.huck.raft.core.node.Shell.Guest;
import java.io.DataInput;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands of every node, reply by reply. */
final class BuiltInsTest {
    private Shell shell;
    private Guest client;

    @BeforeEach
    void connect() throws IOException {
        shell = new Shell();
        client = shell.connect();
    }

    @ParameterizedTest
    @CsvSource({
        "PING, +PONG",
        "ping hi, $hi",
        "Echo there, $there",
        "TIME, *2 $1700000000 $123456",
        "RAFTLEADER, $127.0.0.1:7481",
        "RaftState, $Leader",
        "RAFTSTATS, *6 $applied_index $10 $num_peers $1 $term $3",
        "RAFTPEERS, *4 $127.0.0.1:7481 $Leader $127.0.0.1:7482 $Follower",
    })
    void isAnswered(String command, String reply) {
        assertEquals(reply, client.send(command).received());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PING a b",
                "ECHO",
                "TIME x",
                "RAFTADDPEER",
                "RAFTADDPEER a b",
                "RAFTREMOVEPEER",
                "RAFTPEERS a",
                "RAFTLEADER a",
                "RAFTSNAPSHOT a",
                "RAFTSHRINKLOG a",
                "RAFTSTATE a",
                "RAFTSTATS a"
            })
    void wrongNumberOfArgumentsIsRefused(String command) {
        String name = command.split(" ")[0].toLowerCase(java.util.Locale.ROOT);
        assertEquals(
                "-ERR wrong number of arguments for '" + name + "' command",
                client.send(command).received());
    }

    @Test
    void unknownLeaderIsNull() {
        shell.loop.leader = Optional.empty();
        assertEquals("$-1", client.send("RAFTLEADER").received());
    }

    @ParameterizedTest
    @CsvSource({"FOLLOWER,$Follower", "CANDIDATE,$Candidate", "LEARNER,$Learner", "SHUTDOWN,$Shutdown"})
    void stateIsSpelledAsInFinn(Role role, String reply) {
        shell.loop.role = role;
        assertEquals(reply, client.send("RAFTSTATE").received());
    }

    @ParameterizedTest
    @CsvSource({
        "RAFTADDPEER h:1, add h:1",
        "RAFTREMOVEPEER h:1, remove h:1",
        "RAFTSNAPSHOT, snapshot",
        "RAFTSHRINKLOG, shrink",
    })
    void slowCommandIsAnsweredWhenItHasEnded(String command, String request) {
        client.send(command);
        assertEquals("", client.received());
        assertTrue(shell.loop.told.contains(request));
        shell.loop.request.complete(null);
        assertEquals("+OK", client.received());
    }

    @Test
    void refusalIsAnsweredInItsOwnWords() {
        client.send("RAFTREMOVEPEER h:1");
        client.received();
        shell.loop.request.completeExceptionally(new HuckException.NotLeader("TRY 127.0.0.1:7482"));
        assertEquals("-TRY 127.0.0.1:7482", client.received());
    }

    @Test
    void slowCommandOfADepartedClientIsStillBegun() {
        client.send("inc", "RAFTSNAPSHOT");
        client.session.closed();
        shell.commitAll();
        shell.stage.run();
        assertTrue(shell.loop.told.contains("snapshot"));
        shell.loop.request.complete(null);
        assertEquals("", client.received());
    }

    @Test
    void infoHasWhatClientsLookFor() {
        shell.commit("inc");
        String info = client.send("INFO").received();
        for (String line : new String[] {
            "# Server\r\n",
            "redis_version:7.2.0\r\n",
            "redis_mode:standalone\r\n",
            "tcp_port:7481\r\n",
            "uptime_in_seconds:0\r\n",
            "connected_clients:1\r\n",
            "used_memory:",
            "loading:0\r\n",
            "total_connections_received:1\r\n",
            "total_commands_processed:",
            "instantaneous_ops_per_sec:",
            "role:master\r\n",
            "connected_slaves:1\r\n",
            "slave0:ip=127.0.0.1,port=7482,state=online\r\n",
            "master_repl_offset:11\r\n",
            "cluster_enabled:0\r\n",
            "raft_node_id:one\r\n",
            "raft_role:leader\r\n",
            "raft_current_term:3\r\n",
            "raft_num_nodes:2\r\n",
            "raft_last_applied_index:10\r\n",
            "\r\n\r\n# Keyspace\r\ndb0:keys=1,expires=0,avg_ttl=0\r\n"
        }) {
            assertTrue(info.contains(line), line + " in " + info);
        }
    }

    @Test
    void infoOfAFollowerNamesItsMaster() {
        shell.loop.role = Role.FOLLOWER;
        assertTrue(client.send("INFO replication")
                .received()
                .contains("role:slave\r\nmaster_host:127.0.0.1\r\nmaster_port:7481\r\nmaster_link_status:up\r\n"));
    }

    @Test
    void infoShowsTheSectionsAskedFor() {
        String info = client.send("INFO clients RAFT").received();
        assertTrue(info.startsWith("$# Clients\r\n"));
        assertTrue(info.contains("\r\n\r\n# Raft\r\n"));
        assertFalse(info.contains("# Server"));
    }

    @Test
    void infoSaysWhenTheMachineIsBeingRebuilt() {
        shell.commit("error");
        assertTrue(client.send("INFO persistence").received().contains("loading:1"));
    }

    /** Declares one command. */
    private record Declares(String name) implements Machine {
        @Override
        public CommandTable commands() {
            return CommandTable.builder()
                    .read(name, Arity.arity(0), (context, command, reply) -> reply.ok())
                    .build();
        }

        @Override
        public void command(Applier applier, Command command) {
            applier.reply(Reply::ok);
        }

        @Override
        public Snapshot snapshot() {
            return Snapshot.disabled();
        }

        @Override
        public void restore(DataInput in) {}
    }

    @ParameterizedTest
    @CsvSource({"raftstate, node", "hello3, transport"})
    void machineWithACommandThatCouldNotBeReachedIsRefusedAtTheStart(String name, String whose) throws IOException {
        Shell clashing = new Shell(new MemoryDisk(), () -> new Declares(name));
        HuckException.StartFailed refused = assertThrows(HuckException.StartFailed.class, clashing.machines::boot);
        assertEquals(
                "ERR the machine declares the command '" + name + "', which the " + whose
                        + " answers by itself: give it another name",
                refused.getMessage());
    }
}
