package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.core.node.Shell.Guest;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** COMMAND in the shapes that clients parse. */
final class CommandDocsTest {
    private static final String GET = "$get :1 %s1 +readonly :0 :0 :0 %s2 +@read +@slow *0 *0 *0";
    private Shell shell;
    private Guest client;
    private Guest resp3;

    @BeforeEach
    void connect() throws IOException {
        shell = new Shell();
        client = shell.connect();
        resp3 = shell.new Guest(true);
    }

    @Test
    void infoHasTenFields() {
        assertEquals(
                "*1 *10 " + GET.replace("%s", "*"),
                client.send("COMMAND INFO GET").received());
        assertEquals(
                "*1 *10 " + GET.replace("%s", "~"),
                resp3.send("COMMAND INFO get").received());
    }

    @Test
    void keysAreDescribedTwice() {
        assertEquals(
                "*1 *10 $add :2 *1 +write :1 :1 :1 *2 +@write +@slow *0 *1 *6 $flags *3 +RW +ACCESS +UPDATE"
                        + " $begin_search *4 $type $index $spec *2 $index :1"
                        + " $find_keys *4 $type $range $spec *6 $lastkey :0 $keystep :1 $limit :0 *0",
                client.send("COMMAND INFO add").received());
    }

    @Test
    void infoOfAnUnknownCommandIsANullInItsPlace() {
        assertTrue(client.send("COMMAND INFO nosuch get").received().startsWith("*2 *-1 *10 $get"));
        assertTrue(resp3.send("COMMAND INFO nosuch get").received().startsWith("*2 _ *10 $get"));
    }

    @Test
    void bareCommandListsAllThatCount() {
        String count = client.send("COMMAND COUNT").received().substring(1);
        assertTrue(client.send("COMMAND").received().startsWith("*" + count + " *10 $add"));
        assertTrue(client.send("COMMAND LIST").received().startsWith("*" + count + " $add $get $hello3 $ping"));
    }

    @Test
    void docsHaveHelpAndArguments() {
        assertEquals(
                "*2 $add *8 $summary $Adds. $since $1.0.0 $group $application"
                        + " $arguments *1 *6 $name $number $type $key $key_spec_index :0",
                client.send("COMMAND DOCS add").received());
        assertEquals(
                "%1 $ping %4 $summary $Says that the node is there. $since $1.0.0 $group $server"
                        + " $arguments *1 %3 $name $message $type $string $flags ~1 +optional",
                resp3.send("COMMAND DOCS PING").received());
    }

    @Test
    void docsOfAnUnknownCommandAreLeftOut() {
        assertEquals("*0", client.send("COMMAND DOCS nosuch").received());
    }

    @ParameterizedTest
    @CsvSource({
        "COMMAND GETKEYS add 5, *1 $5",
        "COMMAND GETKEYS get, -ERR The command has no key arguments",
        "COMMAND GETKEYS nosuch, -ERR Invalid command specified",
        "COMMAND GETKEYS add, -ERR Invalid number of arguments specified for command",
        "COMMAND GETKEYS, -ERR wrong number of arguments for 'command|getkeys' command",
        "COMMAND LIST FILTERBY PATTERN raft*peer, *2 $raftaddpeer $raftremovepeer",
        "COMMAND LIST FILTERBY ACLCAT read, *1 $get",
        "COMMAND LIST FILTERBY MODULE x, *0",
        "COMMAND LIST FILTERBY, -ERR syntax error",
        "COMMAND FOO, -ERR unknown subcommand 'FOO'. Try COMMAND HELP.",
    })
    void isAnswered(String command, String reply) {
        assertEquals(reply, client.send(command).received());
    }
}
