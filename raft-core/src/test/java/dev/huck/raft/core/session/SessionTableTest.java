package dev.huck.raft.core.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.core.consensus.SessionBounds;
import dev.huck.raft.core.consensus.SessionTag;
import dev.huck.raft.core.session.SessionTable.Refuse;
import dev.huck.raft.core.session.SessionTable.Repeat;
import dev.huck.raft.core.session.SessionTable.Run;
import dev.huck.raft.core.session.SessionTable.Verdict;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SessionTableTest {
    private static final SessionBounds ROOMY = new SessionBounds(1_000, 100, 10_000, 1_000_000);

    private final SessionTable table = new SessionTable();

    private static SessionTag tag(long session, long sequence, long firstUnanswered) {
        return new SessionTag(session, sequence, firstUnanswered);
    }

    /** Sends a command through the table; what runs replies with its number. */
    private static String send(SessionTable table, SessionTag tag, long now, SessionBounds bounds) {
        Verdict verdict = table.admit(tag, now, bounds);
        if (verdict instanceof Run) {
            table.ran(tag, ("r" + tag.sequence()).getBytes(StandardCharsets.UTF_8), bounds);
            return "ran";
        }
        return verdict instanceof Repeat repeat
                ? new String(repeat.reply(), StandardCharsets.UTF_8)
                : first(((Refuse) verdict).error());
    }

    private static String first(String error) {
        return error.substring(0, error.indexOf(' '));
    }

    private String send(SessionTag tag, long now) {
        return send(table, tag, now, ROOMY);
    }

    /** The whole of a table's life in one script; what is on the right is what it must say. */
    @Test
    void tableAfterAScriptedLogIsAsWritten() {
        assertEquals(10, table.open(10, ROOMY));
        assertEquals(20, table.open(20, ROOMY));
        assertEquals("ran", send(tag(10, 1, 1), 30));
        assertEquals("r1", send(tag(10, 1, 1), 31));
        assertEquals("GAP", send(tag(10, 3, 1), 32));
        assertEquals("ran", send(tag(10, 2, 1), 33));
        assertEquals("ran", send(tag(10, 3, 2), 34));
        assertEquals("ACKNOWLEDGED", send(tag(10, 1, 1), 35));
        assertEquals("r2", send(tag(10, 2, 2), 36));
        assertEquals("r3", send(tag(10, 3, 3), 37));
        assertEquals("ACKNOWLEDGED", send(tag(10, 2, 2), 38));
        assertEquals("NOSESSION", send(tag(11, 1, 1), 39));
        assertEquals("ran", send(tag(20, 1, 1), 40));
        assertTrue(table.close(20, 41, ROOMY));
        assertEquals("NOSESSION", send(tag(20, 1, 1), 42));
        assertEquals(50, table.open(50, ROOMY));
        assertEquals("session 10 used 38 last 3 [r3]\nsession 50 used 50 last 0 []\n", text(table.capture()));
        assertEquals("NOSESSION", send(tag(10, 4, 4), 1_038), "idle for the whole of its life");
        assertEquals("session 50 used 50 last 0 []\n", text(table.capture()));
    }

    private static String text(SessionImage image) {
        StringBuilder text = new StringBuilder();
        for (SessionImage.Row row : image.rows()) {
            List<String> replies = new ArrayList<>();
            row.replies().forEach(reply -> replies.add(new String(reply, StandardCharsets.UTF_8)));
            text.append("session %d used %d last %d %s%n".formatted(row.id(), row.usedAt(), row.last(), replies));
        }
        return text.toString();
    }

    @Test
    void numbersThatNeverCameToTheLogAreNotWaitedForOnceTheyAreAnswered() {
        table.open(10, ROOMY);
        assertEquals("ran", send(tag(10, 1, 1), 20));
        assertEquals("GAP", send(tag(10, 4, 2), 30), "2 and 3 may still come");
        assertEquals("ran", send(tag(10, 4, 4), 40), "they were reads, or wrong");
        assertEquals("ACKNOWLEDGED", send(tag(10, 3, 3), 50), "and if one of them comes after all, it does not run");
        assertEquals("r4", send(tag(10, 4, 4), 60));
        assertEquals("GAP", send(tag(10, 6, 5), 70));
    }

    @Test
    void timePassesWithTheLogAlone() {
        table.open(10, ROOMY);
        assertEquals("ran", send(tag(10, 1, 1), 1_009), "one nanosecond before its end");
        assertEquals("r1", send(tag(10, 1, 1), 2_008));
        assertEquals("NOSESSION", send(tag(10, 1, 1), 3_008));
        assertEquals(0, table.size());
        assertEquals(0, table.bytes());
    }

    @Test
    void oneSessionTooManyEvictsTheOneThatHasBeenIdleTheLongest() {
        SessionBounds two = new SessionBounds(1_000, 2, 10_000, 1_000_000);
        table.open(1, two);
        table.open(2, two);
        assertEquals("ran", send(table, tag(1, 1, 1), 3, two));
        table.open(4, two);
        assertEquals("NOSESSION", send(table, tag(2, 1, 1), 5, two));
        assertEquals("r1", send(table, tag(1, 1, 1), 6, two));
    }

    @Test
    void clientThatNeverAcknowledgesIsRefusedUntilItDoes() {
        SessionBounds tight = new SessionBounds(1_000, 2, 70, 1_000_000);
        table.open(1, tight);
        assertEquals("ran", send(table, tag(1, 1, 1), 2, tight));
        assertEquals("ran", send(table, tag(1, 2, 1), 3, tight));
        assertEquals("ran", send(table, tag(1, 3, 1), 4, tight));
        assertEquals("BUSY", send(table, tag(1, 4, 1), 5, tight));
        assertEquals("ran", send(table, tag(1, 4, 3), 6, tight), "what was refused can be sent again");
        assertEquals("r3", send(table, tag(1, 3, 3), 7, tight));
    }

    @Test
    void replyThatIsTooLongIsSaidNotToBeKeptAndItsCommandDoesNotRunAgain() {
        SessionBounds tight = new SessionBounds(1_000, 2, 70, 1_000_000);
        table.open(1, tight);
        assertTrue(table.admit(tag(1, 1, 1), 2, tight) instanceof Run);
        table.ran(tag(1, 1, 1), new byte[71], tight);
        assertEquals("NOREPLY", send(table, tag(1, 1, 1), 3, tight));
        assertEquals("ran", send(table, tag(1, 2, 2), 4, tight));
    }

    @Test
    void bytesOfAllSessionsAreBoundedAtTheCostOfThoseIdleTheLongest() {
        SessionBounds tight = new SessionBounds(1_000_000, 1_000, 200, 1_500);
        Random random = new Random(7);
        List<Long> ids = new ArrayList<>();
        long now = 0;
        for (int i = 0; i < 2_000; i++) {
            now++;
            if (ids.size() < 20 || random.nextInt(10) == 0) {
                ids.add(table.open(now, tight));
            }
            long id = ids.get(random.nextInt(ids.size()));
            long next = table.capture().rows().stream()
                    .filter(row -> row.id() == id)
                    .mapToLong(row -> row.last() + 1)
                    .findFirst()
                    .orElse(1);
            SessionTag tag = tag(id, next, Math.max(1, next - random.nextInt(3)));
            if (table.admit(tag, now, tight) instanceof Run) {
                table.ran(tag, new byte[1 + random.nextInt(300)], tight);
            }
            assertTrue(table.bytes() <= 1_500, "after " + i + ": " + table.bytes());
            long counted = 0;
            for (SessionImage.Row row : table.capture().rows()) {
                counted += ClientState.of(row).cost();
            }
            assertEquals(counted, table.bytes());
        }
        assertTrue(table.size() > 1);
    }

    @Test
    void tableThatWasWrittenAndReadGoesOnAsIfNothingHadHappened() throws IOException {
        table.open(1, ROOMY);
        table.open(2, ROOMY);
        send(tag(2, 1, 1), 3);
        send(tag(2, 2, 1), 4);
        send(tag(1, 1, 1), 5);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        table.capture().writeTo(new DataOutputStream(bytes));
        SessionTable read = SessionTable.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        assertEquals(text(table.capture()), text(read.capture()));
        assertEquals(table.bytes(), read.bytes());
        assertEquals("r2", send(read, tag(2, 2, 2), 6, ROOMY));
        assertEquals("ACKNOWLEDGED", send(read, tag(2, 1, 1), 7, ROOMY));
        assertEquals("ran", send(read, tag(1, 2, 1), 8, ROOMY));
    }

    @Test
    void pictureDoesNotChangeWithTheTable() {
        table.open(1, ROOMY);
        send(tag(1, 1, 1), 2);
        SessionImage image = table.capture();
        send(tag(1, 2, 2), 3);
        assertEquals("session 1 used 2 last 1 [r1]\n", text(image));
    }

    @Test
    void newerFormatIsRefused() {
        byte[] newer = {2, 0, 0, 0, 0};
        IOException e = assertThrows(
                IOException.class, () -> SessionTable.read(new DataInputStream(new ByteArrayInputStream(newer))));
        assertTrue(String.valueOf(e.getMessage()).contains("format 2"));
    }
}
