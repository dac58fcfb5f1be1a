package dev.huck.raft.core.node;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.CommandException;
import dev.huck.raft.api.CommandSpec;
import dev.huck.raft.api.Reply;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code COMMAND} and its subcommands: from these, clients take key positions and {@code redis-cli} its hints. */
final class CommandDocs {
    private static final String SINCE = "1.0.0";

    private CommandDocs() {}

    /**
     * A command and the group under which help lists it.
     *
     * @param spec the command
     * @param group the group
     */
    record Described(CommandSpec spec, String group) {}

    static void answer(Command command, Map<String, Described> all, Reply reply) {
        if (command.count() == 0) {
            infos(all.values(), reply);
            return;
        }
        switch (command.string(0).toLowerCase(Locale.ROOT)) {
            case "count" -> {
                arity(command, 0, 0);
                reply.integer(all.size());
            }
            case "info" -> {
                if (command.count() == 1) {
                    infos(all.values(), reply);
                } else {
                    infos(named(command, all), reply);
                }
            }
            case "docs" -> docs(command, all, reply);
            case "list" -> list(command, all.values(), reply);
            case "getkeys" -> keys(command, all, reply);
            case "help" -> help(reply);
            default ->
                throw new CommandException("ERR unknown subcommand '" + command.string(0) + "'. Try COMMAND HELP.");
        }
    }

    private static void arity(Command command, int least, int most) {
        int count = command.count() - 1;
        if (count < least || count > most) {
            throw new CommandException("ERR wrong number of arguments for 'command|"
                    + command.string(0).toLowerCase(Locale.ROOT) + "' command");
        }
    }

    /** The commands named as arguments, null for one that does not exist. */
    private static List<@Nullable Described> named(Command command, Map<String, Described> all) {
        List<@Nullable Described> found = new ArrayList<>();
        for (int i = 1; i < command.count(); i++) {
            found.add(all.get(command.string(i).toLowerCase(Locale.ROOT)));
        }
        return found;
    }

    private static void infos(Collection<? extends @Nullable Described> commands, Reply reply) {
        reply.array(commands.size());
        for (Described command : commands) {
            if (command == null) {
                reply.nilArray();
            } else {
                info(command.spec, reply);
            }
        }
    }

    private static void info(CommandSpec spec, Reply reply) {
        reply.array(10);
        reply.text(spec.name());
        reply.integer(spec.arity().redis());
        words(new TreeSet<>(spec.flags()), reply);
        reply.integer(spec.firstKey());
        reply.integer(spec.lastKey());
        reply.integer(spec.keyStep());
        words(categories(spec), reply);
        reply.array(0);
        keySpecs(spec, reply);
        reply.array(0);
    }

    private static void words(Collection<String> words, Reply reply) {
        reply.set(words.size());
        words.forEach(reply::simple);
    }

    private static List<String> categories(CommandSpec spec) {
        List<String> categories = new ArrayList<>();
        if (spec.flags().contains("write")) {
            categories.add("@write");
        }
        if (spec.flags().contains("readonly")) {
            categories.add("@read");
        }
        if (spec.flags().contains("admin")) {
            categories.addAll(List.of("@admin", "@dangerous"));
        }
        categories.add(spec.flags().contains("fast") ? "@fast" : "@slow");
        return categories;
    }

    private static void keySpecs(CommandSpec spec, Reply reply) {
        if (spec.firstKey() == 0) {
            reply.array(0);
            return;
        }
        reply.array(1);
        reply.map(3);
        reply.text("flags");
        words(spec.flags().contains("readonly") ? List.of("RO", "ACCESS") : List.of("RW", "ACCESS", "UPDATE"), reply);
        reply.text("begin_search");
        reply.map(2);
        reply.text("type");
        reply.text("index");
        reply.text("spec");
        reply.map(1);
        reply.text("index");
        reply.integer(spec.firstKey());
        reply.text("find_keys");
        reply.map(2);
        reply.text("type");
        reply.text("range");
        reply.text("spec");
        reply.map(3);
        reply.text("lastkey");
        // Here, unlike in the three numbers, a last key is counted from the first one.
        reply.integer(spec.lastKey() < 0 ? spec.lastKey() : spec.lastKey() - spec.firstKey());
        reply.text("keystep");
        reply.integer(spec.keyStep());
        reply.text("limit");
        reply.integer(0);
    }

    private static void docs(Command command, Map<String, Described> all, Reply reply) {
        List<Described> wanted = new ArrayList<>();
        if (command.count() == 1) {
            wanted.addAll(all.values());
        } else {
            for (Described described : named(command, all)) {
                if (described != null) {
                    wanted.add(described);
                }
            }
        }
        reply.map(wanted.size());
        for (Described described : wanted) {
            reply.text(described.spec.name());
            doc(described, reply);
        }
    }

    private static void doc(Described described, Reply reply) {
        CommandSpec spec = described.spec;
        boolean arguments = !spec.arguments().isEmpty();
        reply.map(arguments ? 4 : 3);
        reply.text("summary");
        reply.text(spec.summary());
        reply.text("since");
        reply.text(SINCE);
        reply.text("group");
        reply.text(described.group);
        if (arguments) {
            reply.text("arguments");
            reply.array(spec.arguments().size());
            for (int i = 0; i < spec.arguments().size(); i++) {
                argument(spec, i, reply);
            }
        }
    }

    private static void argument(CommandSpec spec, int place, Reply reply) {
        String text = spec.arguments().get(place);
        boolean optional = text.startsWith("[") && text.endsWith("]");
        String name = optional ? text.substring(1, text.length() - 1) : text;
        boolean multiple = name.endsWith("...");
        if (multiple) {
            name = name.substring(0, name.length() - 3).strip();
        }
        List<String> flags = new ArrayList<>();
        if (optional) {
            flags.add("optional");
        }
        if (multiple) {
            flags.add("multiple");
        }
        boolean key = isKey(spec, place + 1);
        reply.map(2 + (key ? 1 : 0) + (flags.isEmpty() ? 0 : 1));
        reply.text("name");
        reply.text(name);
        reply.text("type");
        reply.text(key ? "key" : "string");
        if (key) {
            reply.text("key_spec_index");
            reply.integer(0);
        }
        if (!flags.isEmpty()) {
            reply.text("flags");
            words(flags, reply);
        }
    }

    /** Whether an argument is described as a key: the last one declared may stand for many. */
    private static boolean isKey(CommandSpec spec, int place) {
        return spec.firstKey() > 0
                && place >= spec.firstKey()
                && (spec.lastKey() < 0 || place <= spec.lastKey())
                && (place - spec.firstKey()) % Math.max(1, spec.keyStep()) == 0;
    }

    private static void list(Command command, Collection<Described> all, Reply reply) {
        List<String> names = all.stream().map(d -> d.spec.name()).toList();
        if (command.count() > 1) {
            if (command.count() != 4 || !command.is(1, "filterby")) {
                throw CommandException.syntax();
            }
            String wanted = command.string(3);
            if (command.is(2, "module")) {
                names = List.of();
            } else if (command.is(2, "aclcat")) {
                String category = "@" + wanted.toLowerCase(Locale.ROOT);
                names = all.stream()
                        .filter(d -> categories(d.spec).contains(category))
                        .map(d -> d.spec.name())
                        .toList();
            } else if (command.is(2, "pattern")) {
                Pattern pattern = glob(wanted);
                names = names.stream().filter(n -> pattern.matcher(n).matches()).toList();
            } else {
                throw CommandException.syntax();
            }
        }
        reply.array(names.size());
        names.forEach(reply::text);
    }

    /** Names of commands are short and few, so stars and question marks will do. */
    private static Pattern glob(String text) {
        StringBuilder regex = new StringBuilder();
        for (char c : text.toLowerCase(Locale.ROOT).toCharArray()) {
            // A run of stars is one star: more would only cost time.
            boolean again = c == '*' && regex.length() >= 2 && regex.charAt(regex.length() - 1) == '*';
            if (!again) {
                regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(regex.toString());
    }

    private static void keys(Command command, Map<String, Described> all, Reply reply) {
        arity(command, 1, Integer.MAX_VALUE);
        Described described = all.get(command.string(1).toLowerCase(Locale.ROOT));
        if (described == null) {
            throw new CommandException("ERR Invalid command specified");
        }
        CommandSpec spec = described.spec;
        int arguments = command.count() - 2;
        if (!spec.arity().accepts(arguments)) {
            throw new CommandException("ERR Invalid number of arguments specified for command");
        }
        int last = spec.lastKey() < 0 ? arguments + 1 + spec.lastKey() : spec.lastKey();
        List<byte[]> keys = new ArrayList<>();
        for (int i = spec.firstKey(); spec.firstKey() > 0 && i <= Math.min(last, arguments); ) {
            keys.add(command.bytes(i + 1));
            i += Math.max(1, spec.keyStep());
        }
        if (keys.isEmpty()) {
            throw new CommandException("ERR The command has no key arguments");
        }
        reply.array(keys.size());
        keys.forEach(reply::bulk);
    }

    private static void help(Reply reply) {
        List<String> lines = List.of(
                "COMMAND <subcommand> [<arg> ...]. Subcommands are:",
                "(no subcommand)",
                "    Describes every command.",
                "COUNT",
                "    How many commands there are.",
                "DOCS [<command> ...]",
                "    Help texts.",
                "GETKEYS <full-command>",
                "    The keys in a command.",
                "INFO [<command> ...]",
                "    Describes these commands.",
                "LIST [FILTERBY (MODULE <name> | ACLCAT <category> | PATTERN <pattern>)]",
                "    Names of commands.");
        reply.array(lines.size());
        lines.forEach(reply::simple);
    }
}
