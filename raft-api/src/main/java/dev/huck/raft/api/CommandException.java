package dev.huck.raft.api;

/**
 * A command's failure as its client sees it: the message is the error reply. Carries no stack trace, as it is a result
 * and not a fault.
 */
public class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * A failure.
     *
     * @param message starts with a code word in capitals, as {@code ERR syntax error}
     */
    public CommandException(String message) {
        super(message, null, false, false);
    }

    /**
     * The failure for a command that does not exist, in Redis's words.
     *
     * @param command the command
     * @return the failure
     */
    public static CommandException unknown(Command command) {
        StringBuilder text = new StringBuilder("ERR unknown command '")
                .append(shortened(command.typedName()))
                .append("', with args beginning with: ");
        for (int i = 0; i < command.count() && text.length() < 128; i++) {
            text.append('\'').append(shortened(command.string(i))).append("' ");
        }
        return new CommandException(text.toString());
    }

    /**
     * The failure for a wrong number of arguments, in Redis's words.
     *
     * @param command the command
     * @return the failure
     */
    public static CommandException wrongNumberOfArguments(Command command) {
        return new CommandException("ERR wrong number of arguments for '" + shortened(command.name()) + "' command");
    }

    /**
     * The failure for arguments that make no sense, in Redis's words.
     *
     * @return the failure
     */
    public static CommandException syntax() {
        return new CommandException("ERR syntax error");
    }

    private static String shortened(String text) {
        return text.length() <= 128 ? text : text.substring(0, 128);
    }
}
