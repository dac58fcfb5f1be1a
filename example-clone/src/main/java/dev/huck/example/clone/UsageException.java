package dev.huck.example.clone;

/** The clone was called wrongly; the message says what is allowed. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UsageException(String message) {
        super(message);
    }
}
