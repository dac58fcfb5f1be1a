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
                "RAFTADDPEER a learner c",
                "RAFT",
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
        "RAFTADDPEER h:1, ADD_VOTER h:1",
        "RAFTADDPEER h:1 Learner, ADD_LEARNER h:1",
        "RAFTREMOVEPEER h:1, REMOVE h:1",
        "RAFT PROMOTE n2, PROMOTE n2",
        "RAFT demote n2 IF 7, DEMOTE n2; if 7",
        "RAFT REPLACE n2 h:9, REMOVE n2; ADD_VOTER h:9",
        "RAFT IF 8 REPLACE n1 h:8 REPLACE n2 h:9, REMOVE n1; ADD_VOTER h:8; REMOVE n2; ADD_VOTER h:9; if 8",
        "RAFT ADD h:1 LEARNER h:2 REMOVE n1 MOVE n3 h:3, ADD_VOTER h:1; ADD_LEARNER h:2; REMOVE n1; MOVE n3 h:3",
        "RAFT TRANSFER, transfer",
        "RAFT transfer n2, transfer n2",
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

    @ParameterizedTest
    @CsvSource({
        "RAFT WHAT, ERR unknown subcommand 'what'. Try RAFT HELP.",
        "RAFT WHAT EVER, ERR unknown subcommand 'what'. Try RAFT HELP.",
        "RAFT PROMOTE, ERR wrong number of arguments for 'raft|promote' command",
        "RAFT REPLACE n1, ERR wrong number of arguments for 'raft|replace' command",
        "RAFT PROMOTE n1 IF, ERR wrong number of arguments for 'raft|if' command",
        "RAFT PROMOTE n1 IF 0, ERR '0' is no index of a configuration: see RAFT CONFIG",
        "RAFT PROMOTE n1 IF x, ERR 'x' is no index of a configuration: see RAFT CONFIG",
        "RAFT IF 7, ERR IF needs a change. Try RAFT HELP.",
        "RAFT TRANSFER n1 n2, ERR wrong number of arguments for 'raft|transfer' command",
        "RAFT CONFIG x, ERR wrong number of arguments for 'raft|config' command",
        "RAFTADDPEER h:1 voter, ERR syntax error: RAFTADDPEER address [LEARNER]",
    })
    void aChangeThatCanNotBeReadIsRefused(String command, String error) {
        assertEquals("-" + error, client.send(command).received());
        assertTrue(shell.loop.told.isEmpty());
    }

    @Test
    void theConfigurationIsShownWithItsIndex() {
        assertEquals(
                "*12 $index :4 $committed $yes $state $settled $protocol :1 $machine :1 $members *2"
                        + " *14 $id $one $address $127.0.0.1:7481 $voting $voter $store $1 $protocol $1..2 $machine $1 $applied :10"
                        + " *14 $id $two $address $127.0.0.1:7482 $voting $voter $store $2 $protocol $1 $machine $1 $applied $-1",
                client.send("RAFT CONFIG").received());
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
    void infoOfALeaderDoesNotCallAMemberOnlineThatDoesNotAnswer() {
        shell.loop.silent.add(2L);
        String info = client.send("INFO replication").received();
        assertTrue(info.contains("connected_slaves:0\r\nslave0:ip=127.0.0.1,port=7482,state=offline\r\n"), info);
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
