package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.CommandException;
import dev.huck.raft.api.Reply;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Whatever application code writes, the client gets one reply. */
final class ReplyGuardTest {
    private static final String WRONG = "-ERR internal error in the reply (see the log of the node)";
    private final AtomicInteger closed = new AtomicInteger();
    private final ReplyGuard guard = new ReplyGuard(closed::incrementAndGet);

    private String written(Consumer<Reply> respond) {
        TextSink sink = new TextSink(true);
        guard.run(sink, respond, "a test");
        return sink.text.toString();
    }

    @Test
    void aggregatesCountTheirElements() {
        assertEquals(
                "*2 %1 $a :1 ~2 :1 :2",
                written(reply -> {
                    reply.array(2);
                    reply.map(1);
                    reply.text("a");
                    reply.integer(1);
                    reply.set(2);
                    reply.integer(1);
                    reply.integer(2);
                }));
    }

    @Test
    void emptyAggregateIsAWholeReply() {
        assertEquals("*0", written(reply -> reply.array(0)));
    }

    @Test
    void cutOffAggregateBecomesAnError() {
        assertEquals(WRONG, written(reply -> {
            reply.array(2);
            reply.integer(1);
        }));
    }

    @Test
    void secondReplyBecomesAnError() {
        assertEquals(WRONG, written(reply -> {
            reply.ok();
            reply.ok();
        }));
    }

    @Test
    void negativeSizeBecomesAnError() {
        assertEquals(WRONG, written(reply -> reply.array(-1)));
    }

    @Test
    void commandExceptionReplacesWhatWasWritten() {
        assertEquals("-ERR no", written(reply -> {
            reply.array(2);
            reply.integer(1);
            throw new CommandException("ERR no");
        }));
    }

    @Test
    void sinkThatFailsClosesItsConnectionAndTheApplicationSeesNothing() {
        boolean[] reachedTheEnd = new boolean[1];
        guard.begin(new TextSink(true) {
            @Override
            public void integer(long value) {
                throw new IllegalStateException("the buffer is gone");
            }
        });
        guard.array(2);
        guard.integer(1);
        guard.integer(2);
        reachedTheEnd[0] = true;
        guard.end("a test");
        assertTrue(reachedTheEnd[0]);
        assertEquals(1, closed.get());
    }

    @Test
    void sinkThatLeadsNowhereTakesEverything() {
        guard.begin(null);
        guard.array(7);
        guard.ok();
        guard.end("a test");
        assertEquals(0, closed.get());
    }
}
