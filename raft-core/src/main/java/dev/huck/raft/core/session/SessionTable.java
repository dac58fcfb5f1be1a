package dev.huck.raft.core.session;

import dev.huck.raft.core.consensus.SessionBounds;
import dev.huck.raft.core.consensus.SessionTag;
import java.io.DataInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The sessions of all clients, with the replies that these may still ask for again (Raft §8, dissertation §6.3). Part of
 * the replicated state: changed by entries alone, in log order, by their stamps and by bounds from the configuration, so
 * it is the same on every node, and it travels in snapshots beside the machine's state.
 *
 * <p>A session's commands take effect in the order of their numbers, each once: the next one runs, an earlier one is
 * answered with its kept reply, a later one is refused until those before it have come, or the client says that it has
 * the answers to them: reads, and what was refused before it got into the log, have numbers too.
 *
 * <p><b>Threading.</b> The machine stage's alone.
 */
public final class SessionTable {
    /** By id; the one that has been idle the longest comes first. */
    private final LinkedHashMap<Long, ClientState> sessions = new LinkedHashMap<>();

    private long bytes;

    /** What becomes of a command. */
    public sealed interface Verdict {}

    /** It runs now; its reply is given to {@link #ran}. */
    public record Run() implements Verdict {}

    /**
     * It has run before.
     *
     * @param reply what its client was, or should have been, answered
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Repeat(byte[] reply) implements Verdict {}

    /**
     * It does not run.
     *
     * @param error for its client; starts with a code word
     */
    public record Refuse(String error) implements Verdict {}

    private static final Run RUN = new Run();

    /**
     * Opens a session.
     *
     * @param now the command's stamp, which no other command of the cluster ever has: the id
     * @param bounds in force at this command
     * @return the id
     */
    public long open(long now, SessionBounds bounds) {
        expire(now, bounds);
        ClientState opened = new ClientState(now, now);
        sessions.put(now, opened);
        bytes += opened.cost();
        evict(bounds);
        return now;
    }

    /**
     * Closes a session.
     *
     * @param id the session
     * @param now the command's stamp
     * @param bounds in force at this command
     * @return whether there was one
     */
    public boolean close(long id, long now, SessionBounds bounds) {
        expire(now, bounds);
        ClientState closed = sessions.remove(id);
        if (closed == null) {
            return false;
        }
        bytes -= closed.cost();
        return true;
    }

    /**
     * Decides what becomes of a command, and forgets the replies that its client has acknowledged.
     *
     * @param tag the command's
     * @param now the command's stamp
     * @param bounds in force at this command
     * @return what to do
     */
    public Verdict admit(SessionTag tag, long now, SessionBounds bounds) {
        expire(now, bounds);
        ClientState session = sessions.remove(tag.session());
        if (session == null) {
            return new Refuse("NOSESSION session " + tag.session()
                    + " is not open (any more): this attempt was not executed, and none under its id will be");
        }
        sessions.put(tag.session(), session);
        session.used(now);
        long before = session.cost();
        Verdict verdict = decide(session, tag, bounds);
        bytes += session.cost() - before;
        return verdict;
    }

    private static Verdict decide(ClientState session, SessionTag tag, SessionBounds bounds) {
        session.acknowledge(tag.firstUnanswered());
        long next = session.last() + 1;
        if (tag.sequence() > next) {
            return new Refuse("GAP session " + tag.session() + " waits for number " + next + ": " + tag.sequence()
                    + " was not executed; send them in order");
        }
        if (tag.sequence() == next) {
            if (session.replyBytes() > bounds.replyBytes()) {
                return new Refuse("BUSY session " + tag.session() + " keeps " + session.replyBytes()
                        + " bytes of replies; nothing was done: acknowledge some by a higher first unanswered number");
            }
            return RUN;
        }
        if (tag.sequence() < session.firstKept()) {
            return new Refuse("ACKNOWLEDGED number " + tag.sequence() + " of session " + tag.session()
                    + " was executed before, and its reply was acknowledged; it was not executed again");
        }
        byte[] reply = session.reply(tag.sequence());
        return reply.length == 0
                ? new Refuse("NOREPLY number " + tag.sequence() + " of session " + tag.session()
                        + " was executed before; its reply was too long to be kept; it was not executed again")
                : new Repeat(reply);
    }

    /**
     * Keeps the reply of a command that has run.
     *
     * @param tag of one that {@link #admit} just let run
     * @param reply not empty
     * @param bounds in force at this command
     */
    public void ran(SessionTag tag, byte[] reply, SessionBounds bounds) {
        ClientState session = sessions.get(tag.session());
        if (session == null) {
            throw new AssertionError("session " + tag.session() + " has gone while its command ran");
        }
        long before = session.cost();
        session.ran(reply.length > bounds.replyBytes() ? ClientState.NOT_KEPT : reply);
        bytes += session.cost() - before;
        evict(bounds);
    }

    /** Time passes with the log and with nothing else. */
    private void expire(long now, SessionBounds bounds) {
        Iterator<ClientState> idle = sessions.values().iterator();
        while (idle.hasNext()) {
            ClientState session = idle.next();
            if (session.usedAt() + bounds.expiryNanos() > now) {
                return;
            }
            bytes -= session.cost();
            idle.remove();
        }
    }

    /** Makes room, but never at the cost of the session at hand, which is the last. */
    private void evict(SessionBounds bounds) {
        Iterator<ClientState> idle = sessions.values().iterator();
        while (sessions.size() > 1 && (sessions.size() > bounds.most() || bytes > bounds.totalBytes())) {
            bytes -= idle.next().cost();
            idle.remove();
        }
    }

    /** @return how many sessions are open */
    public int size() {
        return sessions.size();
    }

    /** @return bytes that they hold, about */
    public long bytes() {
        return bytes;
    }

    /** @return the same, counted anew from what is there */
    public long bytesAnew() {
        long sum = 0;
        for (ClientState session : sessions.values()) {
            sum += session.costAnew();
        }
        return sum;
    }

    /** @return a picture that later commands do not change, to be written while they run */
    public SessionImage capture() {
        List<SessionImage.Row> rows = new ArrayList<>(sessions.size());
        for (Map.Entry<Long, ClientState> each : sessions.entrySet()) {
            rows.add(each.getValue().capture());
        }
        return new SessionImage(rows);
    }

    /**
     * Reads what {@link SessionImage#writeTo} wrote.
     *
     * @param in stands behind the table afterwards
     * @return the table
     * @throws IOException when the bytes are none, or of a newer version
     */
    public static SessionTable read(DataInput in) throws IOException {
        SessionTable table = new SessionTable();
        for (SessionImage.Row row : SessionImage.read(in).rows()) {
            ClientState session = ClientState.of(row);
            table.sessions.put(row.id(), session);
            table.bytes += session.cost();
        }
        return table;
    }
}
