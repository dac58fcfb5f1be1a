package dev.huck.example.clone.campaign;

import dev.huck.example.clone.ClusterProcesses.Place;
import dev.huck.example.clone.NodeProcess;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A network namespace for each node, all of them behind one bridge at which this process sits too. Names hold this
 * process's id, so that whoever comes later can tell what a dead one has left behind.
 *
 * <p>A cut is an address that does not exist, given to the sender as its neighbour's: packets leave and reach nobody, one
 * way only if wanted, and no connection is told. That needs nothing but iproute2.
 */
final class Namespaces implements Network {
    private static final String NOBODY = "02:00:00:00:00:00";
    private static final int PORT = 7481;
    private static final Pattern NAMESPACE = Pattern.compile("huck-(\\d+)-\\d+\\b.*");
    private static final Pattern BRIDGE = Pattern.compile("\\d+: hukb(\\d+)[:@].*");
    /** For tests of networks, by RFC 2544: nobody routes it. */
    private static final String RANGE = "198.18.";

    private final long pid = ProcessHandle.current().pid();
    private final String bridge = "hukb" + pid;
    private final String net;
    private final Map<String, String> namespaces = new TreeMap<>(); // by host
    private final Map<String, Set<String>> cuts = new TreeMap<>(); // from which host to which
    private int made;

    private Namespaces(String net) {
        this.net = net;
    }

    /** Says why there can be none here; null if there can. */
    static String missing() {
        if (!"root".equals(System.getProperty("user.name"))) {
            return "only root may make network namespaces";
        }
        try {
            sweep();
            String probe = "huck-" + ProcessHandle.current().pid() + "-0";
            ip("netns", "add", probe);
            ip("netns", "delete", probe);
            return null;
        } catch (IOException e) {
            return "" + e.getMessage();
        }
    }

    static Namespaces open() throws IOException {
        sweep();
        String taken = ip("-o", "address", "show");
        int third = 0;
        while (taken.contains(RANGE + third + ".")) {
            third++;
        }
        Namespaces network = new Namespaces(RANGE + third + ".");
        try {
            ip("link", "add", network.bridge, "type", "bridge");
            ip("address", "add", network.net + "1/24", "dev", network.bridge);
            ip("link", "set", network.bridge, "up");
        } catch (IOException e) {
            network.close();
            throw e;
        }
        return network;
    }

    @Override
    public Place next() throws IOException {
        int number = ++made;
        String namespace = "huck-" + pid + "-" + number;
        String outside = "huk" + pid + "." + number;
        // Addresses come again only after so many nodes that the first ones are long gone.
        String host = net + (2 + number % 250);
        ip("netns", "add", namespace);
        namespaces.put(host, namespace);
        ip("link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", namespace);
        ip("link", "set", outside, "master", bridge, "up");
        ip("-n", namespace, "address", "add", host + "/24", "dev", "eth0");
        ip("-n", namespace, "link", "set", "eth0", "up");
        ip("-n", namespace, "link", "set", "lo", "up");
        return new Place(host, PORT, List.of("ip", "netns", "exec", namespace));
    }

    @Override
    public boolean canBeCut() {
        return true;
    }

    @Override
    public void cut(Set<NodeProcess> these, Set<NodeProcess> those) throws IOException {
        for (NodeProcess one : these) {
            for (NodeProcess other : those) {
                cuts.computeIfAbsent(one.host(), none -> new TreeSet<>()).add(other.host());
                cuts.computeIfAbsent(other.host(), none -> new TreeSet<>()).add(one.host());
            }
        }
        toEveryCut("replace", "lladdr " + NOBODY + " nud permanent");
    }

    @Override
    public void heal() throws IOException {
        toEveryCut("delete", "");
        cuts.clear();
    }

    /** Changes all neighbours that are cut off, in all namespaces at about the same time. */
    private void toEveryCut(String change, String to) throws IOException {
        List<Process> running = new ArrayList<>();
        for (Map.Entry<String, Set<String>> cut : cuts.entrySet()) {
            Process process = new ProcessBuilder("ip", "-n", namespaces.get(cut.getKey()), "-batch", "-")
                    .redirectErrorStream(true)
                    .start();
            running.add(process);
            try (Writer commands = process.outputWriter()) {
                for (String host : cut.getValue()) {
                    commands.write("neighbour " + change + " " + host + " dev eth0 " + to + "\n");
                }
            }
        }
        for (Process process : running) {
            finish(process, "ip -batch");
        }
    }

    /** Deletes everything; its nodes have ended. */
    @Override
    public void close() throws IOException {
        for (String namespace : namespaces.values()) {
            ip("netns", "delete", namespace);
        }
        namespaces.clear();
        if (ip("-o", "link", "show").contains(" " + bridge + ":")) {
            ip("link", "delete", bridge);
        }
    }

    /** Ends and deletes what campaigns have left behind that were killed. */
    private static void sweep() throws IOException {
        for (String line : ip("netns", "list").lines().toList()) {
            Matcher matcher = NAMESPACE.matcher(line);
            if (matcher.matches() && isGone(matcher.group(1))) {
                String namespace = line.split(" ")[0];
                for (String left : ip("netns", "pids", namespace).lines().toList()) {
                    ProcessHandle.of(Long.parseLong(left)).ifPresent(ProcessHandle::destroyForcibly);
                }
                ip("netns", "delete", namespace);
            }
        }
        for (String line : ip("-o", "link", "show", "type", "bridge").lines().toList()) {
            Matcher matcher = BRIDGE.matcher(line);
            if (matcher.matches() && isGone(matcher.group(1))) {
                ip("link", "delete", "hukb" + matcher.group(1));
            }
        }
    }

    private static boolean isGone(String pid) {
        return ProcessHandle.of(Long.parseLong(pid)).isEmpty();
    }

    private static String ip(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        return finish(new ProcessBuilder(command).redirectErrorStream(true).start(), String.join(" ", command));
    }

    /** Waits for a program and returns what it prints. */
    private static String finish(Process process, String what) throws IOException {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(what + ": " + output.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return output;
    }
}
