package dev.huck.raft.core.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.huck.raft.api.Reply;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ReplyBytesTest {

    /** A reply that writes down what is called. */
    private static Reply noting(List<String> calls) {
        return (Reply) Proxy.newProxyInstance(
                Reply.class.getClassLoader(), new Class<?>[] {Reply.class}, (proxy, method, arguments) -> {
                    Object[] given = arguments == null ? new Object[0] : arguments;
                    if (method.getName().equals("bulk")) {
                        byte[] bytes = (byte[]) given[0];
                        int from = (int) given[1];
                        calls.add("bulk" + Arrays.toString(Arrays.copyOfRange(bytes, from, from + (int) given[2])));
                    } else {
                        calls.add(method.getName() + Arrays.toString(given));
                    }
                    return null;
                });
    }

    @Test
    void everyKindOfReplyIsMadeAgainAsItWas() {
        List<Consumer<Reply>> all = List.of(
                to -> to.simple("OK"),
                to -> to.error("ERR no\u00e9"),
                to -> to.integer(Long.MIN_VALUE),
                to -> to.bulk(new byte[] {9, 1, 2, 9}, 1, 2),
                to -> to.bulk(new byte[0], 0, 0),
                Reply::nil,
                Reply::nilArray,
                to -> to.array(2),
                to -> to.map(3),
                to -> to.set(0),
                to -> to.decimal(-0.1),
                to -> to.bool(true),
                to -> to.bool(false),
                to -> to.verbatim("text"));
        ReplyBytes recorded = new ReplyBytes();
        List<String> expected = new ArrayList<>();
        all.forEach(each -> {
            each.accept(recorded);
            each.accept(noting(expected));
        });
        List<String> actual = new ArrayList<>();
        ReplyBytes.replay(recorded.take(), noting(actual));
        assertEquals(expected, actual);
        assertArrayEquals(new byte[0], recorded.take());
    }

    @Test
    void whatIsTakenBackIsGone() {
        ReplyBytes recorded = new ReplyBytes();
        recorded.integer(1);
        int mark = recorded.mark();
        recorded.simple("wrong");
        recorded.rewind(mark);
        recorded.integer(2);
        List<String> calls = new ArrayList<>();
        ReplyBytes.replay(recorded.take(), noting(calls));
        assertEquals(List.of("integer[1]", "integer[2]"), calls);
    }
}
