package dev.huck.raft.core.node;

import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.Reply;
import dev.huck.raft.api.spi.ReplySink;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Starts what a local operation waits for, and turns its end into an answer. */
final class Deferred {
    private Deferred() {}

    static void start(Operation operation, Consumer<Consumer<ReplySink>> whenEnded) {
        Supplier<CompletionStage<Consumer<Reply>>> starter = operation.starter;
        if (starter == null) {
            throw new AssertionError("nothing to start");
        }
        CompletionStage<Consumer<Reply>> stage;
        try {
            stage = starter.get();
        } catch (RuntimeException e) {
            whenEnded.accept(error(e));
            return;
        }
        stage.whenComplete(
                (answer, failure) -> whenEnded.accept(failure == null ? sink -> answer.accept(sink) : error(failure)));
    }

    private static Consumer<ReplySink> error(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        String message = cause.getMessage();
        // Huck's own say what happened, code word first.
        String text = cause instanceof HuckException && message != null ? message : Faults.inReply("a command", cause);
        return sink -> sink.error(text);
    }
}
