package dev.huck.example.clone;

import java.util.OptionalInt;

/**
 * An address as it was given.
 *
 * @param host a name or a number; IPv6 in brackets
 * @param port the port, if one was given
 */
record HostPort(String host, OptionalInt port) {

    /** Reads {@code host} or {@code host:port}. */
    static HostPort of(Given given) {
        String text = given.value();
        // An IPv6 address has colons of its own, so a port after it needs brackets.
        boolean bare = text.indexOf(':') != text.lastIndexOf(':') && !text.startsWith("[");
        int end = text.startsWith("[") ? text.indexOf(']') + 1 : bare ? text.length() : text.indexOf(':');
        if (end < 0) {
            end = text.length();
        }
        String host = bare ? "[" + text + "]" : text.substring(0, end);
        String rest = text.substring(end);
        if (host.isEmpty()
                || host.equals("[]")
                || host.contains("/")
                || host.chars().anyMatch(Character::isWhitespace)) {
            throw given.refused("host or host:port is needed");
        }
        if (rest.isEmpty()) {
            return new HostPort(host, OptionalInt.empty());
        }
        if (!rest.startsWith(":")) {
            throw given.refused("host or host:port is needed");
        }
        Given port = new Given(given.name() + " '" + text + "': port", rest.substring(1), given.isOption());
        return new HostPort(host, OptionalInt.of(port.number(0, 65535)));
    }

    /** Reads {@code host:port}, where somebody is to be reached. */
    static String reachable(Given given) {
        HostPort address = of(given);
        if (address.port().isEmpty() || address.port().getAsInt() == 0) {
            throw given.refused("host:port is needed");
        }
        return address.toString();
    }

    @Override
    public String toString() {
        return port.isPresent() ? host + ":" + port.getAsInt() : host;
    }
}
