package dev.huck.transport.redcon;

/**
 * A place to listen or to connect to. The host stays a text, so that a name is looked up anew each time it is used.
 *
 * @param host a name or a literal address, without brackets
 * @param port 0 to 65535; 0 takes a free one when listening
 */
record Address(String host, int port) {
    private static final String DEFAULT_HOST = "127.0.0.1";

    /**
     * Reads {@code host:port}, {@code [host]:port}, {@code :port} or {@code port}; the last two mean loopback.
     *
     * @throws IllegalArgumentException for anything else
     */
    static Address parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw malformed(text); // an IPv6 address whose last group could be taken for the port
        }
        return new Address(host.isEmpty() ? DEFAULT_HOST : host, port(text, colon + 1));
    }

    private static int port(String text, int from) {
        int port = 0;
        for (int i = from; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9 || port > 6553) {
                throw malformed(text);
            }
            port = 10 * port + digit;
        }
        if (from == text.length() || port > 0xffff) {
            throw malformed(text);
        }
        return port;
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException("'" + text + "' is no address; expected host:port, [ipv6]:port or port");
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
