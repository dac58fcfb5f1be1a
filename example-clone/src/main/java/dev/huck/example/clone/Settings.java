package dev.huck.example.clone;

import static dev.huck.raft.api.Arity.atLeast;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.CommandTable;
import dev.huck.raft.api.Reply;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code CONFIG GET}: what clients and benchmarks ask of a Redis before they trust it. */
final class Settings {
    /** No dumps by time, as every write is in the log; one database; no limit but the machine's memory. */
    private static final Map<String, String> VALUES = new LinkedHashMap<>();

    static {
        VALUES.put("appendonly", "yes");
        VALUES.put("databases", "1");
        VALUES.put("maxmemory", "0");
        VALUES.put("maxmemory-policy", "noeviction");
        VALUES.put("save", "");
    }

    private Settings() {}

    static void declare(CommandTable.Builder table) {
        table.local("config", atLeast(1), Settings::config, spec -> spec.flags("admin", "noscript")
                .help("Shows the settings that match a pattern.", "GET", "pattern ..."));
    }

    private static void config(Command command, Reply reply) {
        if (command.is(0, "get")) {
            if (command.count() < 2) {
                reply.error("ERR wrong number of arguments for 'config|get' command");
            } else {
                get(command, reply);
            }
        } else if (command.is(0, "help")) {
            help(reply);
        } else {
            reply.error("ERR unknown subcommand '" + shortened(command.string(0)) + "'. Try CONFIG HELP.");
        }
    }

    private static void get(Command command, Reply reply) {
        Map<String, String> found = new LinkedHashMap<>(VALUES);
        found.keySet().removeIf(name -> !matchesAny(command, name));
        reply.map(found.size());
        found.forEach((name, value) -> {
            reply.text(name);
            reply.text(value);
        });
    }

    private static boolean matchesAny(Command command, String name) {
        byte[] text = name.getBytes(StandardCharsets.US_ASCII);
        for (int i = 1; i < command.count(); i++) {
            if (new Glob(command.bytes(i), true).matches(text)) {
                return true;
            }
        }
        return false;
    }

    private static void help(Reply reply) {
        String[] lines = {
            "CONFIG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
            "GET <pattern> [<pattern> ...]",
            "    Shows the settings whose names match a pattern, and their values.",
            "HELP",
            "    Prints this help."
        };
        reply.array(lines.length);
        Arrays.stream(lines).forEach(reply::simple);
    }

    private static String shortened(String text) {
        return text.length() <= 128 ? text : text.substring(0, 128);
    }
}
