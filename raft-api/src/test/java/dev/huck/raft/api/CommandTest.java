package dev.huck.raft.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CommandTest {

    @Test
    void theNameIsLowerCaseAndKeptAsTyped() {
        Command command = Command.of("GeT", "key");
        assertEquals("get", command.name());
        assertEquals("GeT", command.typedName());
    }

    @Test
    void argumentsAreBytesWhateverTheyHold() {
        byte[] binary = {0, -1, '\r', '\n'};
        Command command = Command.of("set", "ключ", binary, 7);
        assertEquals(3, command.count());
        assertEquals("ключ", command.string(0));
        assertArrayEquals(binary, command.bytes(1));
        assertEquals(7, command.integer(2));
        assertEquals(4, command.length(1));
    }

    @Test
    void aWordIsRecognisedInAnyCase() {
        Command command = Command.of("set", "k", "Nx");
        assertTrue(command.is(1, "NX"));
        assertFalse(command.is(0, "NX"));
    }

    @Test
    void integersAreAsStrictAsRedis() {
        for (String good : List.of("0", "-1", "9223372036854775807", "-9223372036854775808")) {
            assertEquals(Long.parseLong(good), Command.of("x", good).integer(0));
        }
        for (String bad : List.of(
                "",
                "-",
                "+1",
                " 1",
                "1 ",
                "01",
                "-0",
                "1.0",
                "0x1",
                "9223372036854775808",
                "-9223372036854775809",
                "99999999999999999999")) {
            assertThrows(CommandException.class, () -> Command.of("x", bad).integer(0), "accepted '" + bad + "'");
        }
    }

    @Test
    void whatIsEncodedIsDecoded() {
        SplittableRandom random = new SplittableRandom(7);
        for (int round = 0; round < 1000; round++) {
            Object[] arguments = new Object[random.nextInt(5)];
            for (int i = 0; i < arguments.length; i++) {
                byte[] bytes = new byte[random.nextInt(40)];
                random.nextBytes(bytes);
                arguments[i] = bytes;
            }
            Command command = Command.of("name" + round, arguments);
            ByteBuffer out = ByteBuffer.allocate(command.encodedLength());
            command.encode(out);
            assertFalse(out.hasRemaining());
            Command decoded = Command.decode(out.flip());
            assertEquals(command.name(), decoded.name());
            for (int i = 0; i < arguments.length; i++) {
                assertArrayEquals(command.bytes(i), decoded.bytes(i));
            }
        }
    }

    @Test
    void damagedBytesAreRefusedWithoutSpendingMemoryOnWhatTheyDeclare() {
        Command command = Command.of("set", "key", "value");
        ByteBuffer out = ByteBuffer.allocate(command.encodedLength());
        command.encode(out);
        byte[] bytes = out.array();
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThrows(IllegalArgumentException.class, () -> Command.decode(ByteBuffer.wrap(cut)));
        }
        bytes[0] = 0x7f;
        assertThrows(IllegalArgumentException.class, () -> Command.decode(ByteBuffer.wrap(bytes)));
    }

    @Test
    void itsTextShowsNoArguments() {
        assertEquals("AUTH with 1 arguments", Command.of("auth", "secret").toString());
    }
}
