package dev.huck.raft.api;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Commands declared once, with arity and help, and handled without a closure per call:
 *
 * <pre>{@code
 * private final CommandTable commands = CommandTable.builder()
 *         .write("ticket", arity(0), (context, command, reply) -> reply.integer(++ticket))
 *         .read("last", arity(0), (context, command, reply) -> reply.integer(ticket))
 *         .build();
 *
 * public void command(Applier applier, Command command) { commands.dispatch(applier, command); }
 * }</pre>
 */
public final class CommandTable {
    /** No commands. */
    public static final CommandTable EMPTY = builder().build();

    private final Map<String, Row> rows;

    private record Row(
            CommandSpec spec, @Nullable WriteHandler write, @Nullable ReadHandler read, @Nullable LocalHandler local) {}

    /** Answers without replicated data, on the thread and in the place of the command. */
    @FunctionalInterface
    public interface LocalHandler {
        /**
         * Writes exactly one reply.
         *
         * @param command the command
         * @param reply takes the reply
         */
        void run(Command command, Reply reply);
    }

    private CommandTable(Map<String, Row> rows) {
        this.rows = Collections.unmodifiableMap(new LinkedHashMap<>(rows));
    }

    /**
     * Starts a table.
     *
     * @return an empty builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Checks a command's name and arity and hands it to its handler.
     *
     * @param applier the applier that the machine was given
     * @param command the command
     * @throws CommandException for an unknown command or a wrong number of arguments
     */
    public void dispatch(Applier applier, Command command) {
        Row row = rows.get(command.name());
        if (row == null) {
            throw CommandException.unknown(command);
        }
        if (!row.spec.arity().accepts(command.count())) {
            throw CommandException.wrongNumberOfArguments(command);
        }
        if (row.write != null) {
            applier.write(row.write, command);
        } else if (row.read != null) {
            applier.read(row.read, command);
        } else if (row.local != null) {
            LocalHandler local = row.local;
            applier.reply(reply -> local.run(command, reply));
        }
    }

    /**
     * Whether a name is in the table.
     *
     * @param name lower case
     * @return true if it is
     */
    public boolean contains(String name) {
        return rows.containsKey(name);
    }

    /**
     * What is known of the commands, in the order of declaration.
     *
     * @return their descriptions
     */
    public Collection<CommandSpec> specs() {
        return rows.values().stream().map(Row::spec).toList();
    }

    /** Collects rows; a name can be declared once. */
    public static final class Builder {
        private final Map<String, Row> rows = new LinkedHashMap<>();

        private Builder() {}

        /**
         * A command that changes replicated data.
         *
         * @param name lower case
         * @param arity how many arguments
         * @param handler runs it
         * @return this
         */
        public Builder write(String name, Arity arity, WriteHandler handler) {
            return write(name, arity, handler, UnaryOperator.identity());
        }

        /**
         * A command that changes replicated data.
         *
         * @param name lower case
         * @param arity how many arguments
         * @param handler runs it
         * @param describe adds keys and help
         * @return this
         */
        public Builder write(String name, Arity arity, WriteHandler handler, UnaryOperator<CommandSpec> describe) {
            return add(new Row(describe.apply(CommandSpec.of(name, arity, "write")), handler, null, null));
        }

        /**
         * A command that reads replicated data.
         *
         * @param name lower case
         * @param arity how many arguments
         * @param handler runs it
         * @return this
         */
        public Builder read(String name, Arity arity, ReadHandler handler) {
            return read(name, arity, handler, UnaryOperator.identity());
        }

        /**
         * A command that reads replicated data.
         *
         * @param name lower case
         * @param arity how many arguments
         * @param handler runs it
         * @param describe adds keys and help
         * @return this
         */
        public Builder read(String name, Arity arity, ReadHandler handler, UnaryOperator<CommandSpec> describe) {
            return add(new Row(describe.apply(CommandSpec.of(name, arity, "readonly")), null, handler, null));
        }

        /**
         * A command that any node answers by itself, without replicated data.
         *
         * @param name lower case
         * @param arity how many arguments
         * @param handler answers it
         * @param describe adds help
         * @return this
         */
        public Builder local(String name, Arity arity, LocalHandler handler, UnaryOperator<CommandSpec> describe) {
            return add(new Row(describe.apply(CommandSpec.of(name, arity, "fast")), null, null, handler));
        }

        /**
         * Closes the table.
         *
         * @return the table
         */
        public CommandTable build() {
            return new CommandTable(rows);
        }

        private Builder add(Row row) {
            if (rows.put(row.spec.name(), row) != null) {
                throw new IllegalArgumentException("command '" + row.spec.name() + "' is declared twice");
            }
            return this;
        }
    }
}
