package dev.huck.raft.api;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What {@code COMMAND} and {@code COMMAND DOCS} tell clients of a command.
 *
 * @param name lower case
 * @param arity how many arguments
 * @param flags Redis's flags, such as {@code write}, {@code readonly}, {@code fast}, {@code admin}
 * @param firstKey place of the first key among the arguments, from 1; 0 for none
 * @param lastKey place of the last key; negative counts from the end
 * @param keyStep distance from key to key; 0 for none
 * @param summary one sentence for people; may be empty
 * @param arguments the arguments' names, for hints; optional ones in brackets, as {@code [message]}
 */
public record CommandSpec(
        String name,
        Arity arity,
        Set<String> flags,
        int firstKey,
        int lastKey,
        int keyStep,
        String summary,
        List<String> arguments) {

    /** Checks the name and copies the collections. */
    public CommandSpec {
        if (name.isEmpty() || !name.equals(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("a command's name is lower case and not empty: '" + name + "'");
        }
        flags = Set.copyOf(flags);
        arguments = List.copyOf(arguments);
    }

    /**
     * A command without keys.
     *
     * @param name lower case
     * @param arity how many arguments
     * @param flags Redis's flags
     * @return the description, to be refined by the methods below
     */
    public static CommandSpec of(String name, Arity arity, String... flags) {
        return new CommandSpec(name, arity, Set.of(flags), 0, 0, 0, "", List.of());
    }

    /**
     * The same with keys.
     *
     * @param first place of the first key, from 1
     * @param last place of the last; negative counts from the end
     * @param step distance
     * @return the description
     */
    public CommandSpec keys(int first, int last, int step) {
        return new CommandSpec(name, arity, flags, first, last, step, summary, arguments);
    }

    /**
     * The same with more flags.
     *
     * @param more Redis's flags
     * @return the description
     */
    public CommandSpec flags(String... more) {
        Set<String> all = new HashSet<>(flags);
        all.addAll(List.of(more));
        return new CommandSpec(name, arity, all, firstKey, lastKey, keyStep, summary, arguments);
    }

    /**
     * The same with help.
     *
     * @param text one sentence
     * @param names the arguments' names; optional ones in brackets
     * @return the description
     */
    public CommandSpec help(String text, String... names) {
        return new CommandSpec(name, arity, flags, firstKey, lastKey, keyStep, text, List.of(names));
    }
}
