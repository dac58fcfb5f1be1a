package dev.huck.transport.redcon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class ReplyBufferTest {
    private final ReplyBuffer buffer = new ReplyBuffer(1 << 20);

    @Test
    void everyTypeHasItsShapeInResp2() {
        FakeEngine.types(buffer);
        assertEquals(lines("*10|+fine|-ERR no|:-7|$4|text|$-1|*-1|*2|$1|k|*1|:1|$3|2.5|:1|$5|hello|"), written());
    }

    @Test
    void everyTypeHasItsShapeInResp3() {
        buffer.resp3(true);
        FakeEngine.types(buffer);
        assertEquals(lines("*10|+fine|-ERR no|:-7|$4|text|_|_|%1|$1|k|~1|:1|,2.5|#t|=9|txt:hello|"), written());
    }

    @Test
    void lineBreaksCannotForgeAReply() {
        buffer.simple("a\r\n+b");
        buffer.error("ERR x\ny");
        assertEquals("+a  +b\r\n-ERR x y\r\n", written());
    }

    @Test
    void integersOfAnySizeAreWritten() {
        long[] values = {0, 9, 10, -1, 1234567890123456789L, Long.MAX_VALUE, Long.MIN_VALUE};
        StringBuilder expected = new StringBuilder();
        for (long value : values) {
            buffer.integer(value);
            expected.append(':').append(value).append("\r\n");
        }
        assertEquals(expected.toString(), written());
    }

    @Test
    void decimalsAreShort() {
        buffer.resp3(true);
        double[] values = {3, -0.1, 1e20, 1e-9, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN};
        for (double value : values) {
            buffer.decimal(value);
        }
        assertEquals(",3\r\n,-0.1\r\n,1.0e+20\r\n,1.0e-9\r\n,inf\r\n,-inf\r\n,nan\r\n", written());
    }

    @Test
    void rewindTakesBackToTheMark() {
        buffer.ok();
        int mark = buffer.mark();
        buffer.array(2);
        buffer.integer(1);
        buffer.rewind(mark);
        buffer.error("TRY elsewhere");
        assertEquals("+OK\r\n-TRY elsewhere\r\n", written());
    }

    @Test
    void mutedRepliesAreDropped() {
        buffer.ok();
        buffer.mute(true);
        FakeEngine.types(buffer);
        buffer.bulk(new byte[2 << 20]);
        buffer.mute(false);
        buffer.integer(1);
        assertEquals("+OK\r\n:1\r\n", written());
    }

    @Test
    void pastTheLimitEverythingIsDroppedAndNothingThrown() {
        buffer.bulk(new byte[1 << 19]);
        assertFalse(buffer.overflowed());
        buffer.bulk(new byte[1 << 19]);
        buffer.ok();
        buffer.verbatim("more");
        assertTrue(buffer.overflowed());
        assertTrue(buffer.isEmpty());
    }

    @Test
    void textIsUtf8() {
        buffer.text("\u00e4\u20ac");
        assertEquals("$5\r\n\u00e4\u20ac\r\n", written());
    }

    private static String lines(String text) {
        return text.replace("|", "\r\n");
    }

    private String written() {
        ByteBuf out = Unpooled.buffer();
        buffer.drainTo(out);
        return out.toString(UTF_8);
    }
}
