package dev.huck.raft.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class CommandTableTest {
    private final List<String> calls = new ArrayList<>();

    private final Applier applier = new Applier() {
        @Override
        public <R> void write(Mutation<R> mutate, Responder<R> respond) {
            calls.add("write, free form");
        }

        @Override
        public void write(WriteHandler handler, Command command) {
            calls.add("write " + command.name());
        }

        @Override
        public <R> void read(Query<R> query, Responder<R> respond) {
            calls.add("read, free form");
        }

        @Override
        public void read(ReadHandler handler, Command command) {
            calls.add("read " + command.name());
        }

        @Override
        public void reply(Consumer<Reply> respond) {
            calls.add("reply");
        }
    };

    private final CommandTable table = CommandTable.builder()
            .write("put", Arity.arity(2), (context, command, reply) -> reply.ok())
            .read("get", Arity.arity(1), (context, command, reply) -> reply.nil())
            .local("about", Arity.arity(0, 1), (command, reply) -> reply.ok(), UnaryOperator.identity())
            .build();

    @Test
    void aCommandGoesToItsRow() {
        table.dispatch(applier, Command.of("PUT", "a", "b"));
        table.dispatch(applier, Command.of("get", "a"));
        table.dispatch(applier, Command.of("about"));
        assertEquals(List.of("write put", "read get", "reply"), calls);
    }

    @Test
    void aWrongNumberOfArgumentsIsRefusedInRedissWords() {
        CommandException refused =
                assertThrows(CommandException.class, () -> table.dispatch(applier, Command.of("PUT", "a")));
        assertEquals("ERR wrong number of arguments for 'put' command", refused.getMessage());
        assertEquals(List.of(), calls);
    }

    @Test
    void anUnknownCommandIsRefusedInRedissWords() {
        CommandException refused =
                assertThrows(CommandException.class, () -> table.dispatch(applier, Command.of("Nope", "a", "b")));
        assertEquals("ERR unknown command 'Nope', with args beginning with: 'a' 'b' ", refused.getMessage());
    }

    @Test
    void aNameCanBeDeclaredOnlyOnce() {
        CommandTable.Builder builder =
                CommandTable.builder().read("a", Arity.arity(0), (context, command, reply) -> {});
        assertThrows(
                IllegalArgumentException.class,
                () -> builder.read("a", Arity.arity(1), (context, command, reply) -> {}));
    }

    @Test
    void arityIsSaidAsRedisSaysIt() {
        assertEquals(2, Arity.arity(1).redis());
        assertEquals(-2, Arity.atLeast(1).redis());
        assertEquals(-1, Arity.arity(0, 1).redis());
    }
}
