package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.huck.raft.api.Reply;
import dev.huck.raft.api.Result;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Replies on their way through another node. */
final class ReplyBytesTest {
    private final ReplyBytes bytes = new ReplyBytes();

    private static void everything(Reply reply) {
        reply.array(7);
        reply.simple("yes");
        reply.error("ERR no");
        reply.integer(-5);
        reply.bulk(new byte[] {9, 1, 2, 9}, 1, 2);
        reply.nil();
        reply.map(1);
        reply.text("key");
        reply.set(2);
        reply.decimal(1.5);
        reply.bool(true);
        reply.verbatim("zürich");
    }

    private static List<Result> results(byte[] encoded) {
        ResultReply results = new ResultReply();
        ReplyBytes.replay(encoded, results);
        return results.take();
    }

    @Test
    void aReplyComesOutAsItWentIn() {
        everything(bytes);
        ResultReply direct = new ResultReply();
        everything(direct);
        List<byte[]> taken = bytes.take();
        assertEquals(1, taken.size());
        assertEquals(direct.take().toString(), results(taken.get(0)).toString());
    }

    @Test
    void eachReplyIsApart() {
        bytes.integer(1);
        bytes.array(2);
        bytes.nil();
        bytes.array(0);
        bytes.nilArray();
        List<byte[]> taken = bytes.take();
        assertEquals(3, taken.size());
        assertEquals(List.of(new Result.Int(1)), results(taken.get(0)));
        assertEquals(0, bytes.take().size());
    }

    @Test
    void whatIsTakenBackLeavesNoTrace() {
        bytes.integer(1);
        int mark = bytes.mark();
        bytes.array(3);
        bytes.simple("half");
        bytes.rewind(mark);
        bytes.error("ERR instead");
        List<byte[]> taken = bytes.take();
        assertEquals(2, taken.size());
        assertEquals(List.of(new Result.Error("ERR instead")), results(taken.get(1)));
    }

    @Test
    void nonsenseIsNoReply() {
        assertThrows(RuntimeException.class, () -> results(new byte[] {99}));
        assertThrows(RuntimeException.class, () -> results(new byte[] {4, 0, 0, 1, 0, 7}));
    }
}
