package dev.huck.raft.testkit.planted;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A mistake that somebody could make, as changes to the real sources. The sources themselves know nothing of it, so no
 * published jar has a switch for it.
 *
 * <p>Read from a text file: lines {@code title:}, for a bug of the core {@code search:} (bounds of a search that finds it,
 * as options), and {@code file:} (relative to the source folder), then one or more
 * changes, each the lines between {@code <<<<} and {@code ====} to be found and those up to {@code >>>>} to stand there
 * instead. A further {@code file:} begins changes of another file. What is to be found must be there exactly once: a bug
 * that no longer fits the sources is an error and not a bug that was not found.
 */
final class PlantedBug {
    private final String name;
    private final String title;
    private final @Nullable String search;
    private final List<Edit> edits;

    private record Edit(String file, String find, String replacement) {}

    private PlantedBug(String name, String title, @Nullable String search, List<Edit> edits) {
        this.name = name;
        this.title = title;
        this.search = search;
        this.edits = edits;
    }

    String name() {
        return name;
    }

    String title() {
        return title;
    }

    /** Bounds within which a search of all orders of events finds it, as options; null if it is none of its business. */
    @Nullable
    String search() {
        return search;
    }

    /** All bugs of a folder, by name. */
    static List<PlantedBug> all(Path folder) throws IOException {
        List<Path> files;
        try (var found = Files.list(folder)) {
            files = found.filter(file -> file.toString().endsWith(".txt"))
                    .sorted()
                    .toList();
        }
        List<PlantedBug> bugs = new ArrayList<>();
        for (Path file : files) {
            String name = file.getFileName().toString();
            bugs.add(read(name.substring(0, name.length() - 4), Files.readAllLines(file)));
        }
        return bugs;
    }

    static PlantedBug read(String name, List<String> lines) {
        String title = "";
        String search = null;
        String file = "";
        StringBuilder find = new StringBuilder();
        StringBuilder replacement = new StringBuilder();
        StringBuilder part = null;
        List<Edit> edits = new ArrayList<>();
        for (String line : lines) {
            if (line.equals("<<<<")) {
                part = find;
            } else if (line.equals("====")) {
                part = replacement;
            } else if (line.equals(">>>>")) {
                edits.add(new Edit(file, find.toString(), replacement.toString()));
                find.setLength(0);
                replacement.setLength(0);
                part = null;
            } else if (part != null) {
                part.append(line).append('\n');
            } else if (line.startsWith("title: ")) {
                title = line.substring(7);
            } else if (line.startsWith("search:")) {
                search = line.substring(7).trim();
            } else if (line.startsWith("file: ")) {
                file = line.substring(6);
            } else if (!line.isBlank()) {
                throw new IllegalArgumentException(name + ": what is '" + line + "'?");
            }
        }
        if (title.isEmpty() || edits.isEmpty() || part != null) {
            throw new IllegalArgumentException(name + ": a bug needs a title and whole changes");
        }
        return new PlantedBug(name, title, search, edits);
    }

    /**
     * Plants it.
     *
     * @param sources the source folder
     * @return the changed files' content by their path in the source folder
     */
    Map<String, String> plant(Path sources) throws IOException {
        Map<String, String> changed = new LinkedHashMap<>();
        for (Edit edit : edits) {
            String before = changed.get(edit.file);
            if (before == null) {
                before = Files.readString(sources.resolve(edit.file));
            }
            int at = before.indexOf(edit.find);
            if (at < 0 || before.indexOf(edit.find, at + 1) >= 0) {
                throw new IllegalStateException("the planted bug " + name + " does not fit " + edit.file
                        + " any more: what it replaces is there " + (at < 0 ? "never" : "more than once"));
            }
            changed.put(
                    edit.file, before.substring(0, at) + edit.replacement + before.substring(at + edit.find.length()));
        }
        return changed;
    }
}
