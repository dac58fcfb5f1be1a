package dev.huck.transport.redcon;

/** A client has sent what is no command: it is told so in Redis's words and disconnected. Carries no stack trace. */
final class ProtocolException extends Exception {
    private static final long serialVersionUID = 1;

    ProtocolException(String what) {
        super("ERR Protocol error: " + what, null, false, false);
    }

    /** The error reply. */
    String reply() {
        return String.valueOf(getMessage());
    }
}
