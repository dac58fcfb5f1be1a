package dev.huck.raft.core.wire;

import dev.huck.raft.api.Role;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Admission.Invitation;
import dev.huck.raft.core.consensus.Admission.JoinReply;
import dev.huck.raft.core.consensus.Admission.JoinRequest;
import dev.huck.raft.core.consensus.Admission.Outdated;
import dev.huck.raft.core.consensus.Comparison;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Entries;
import dev.huck.raft.core.consensus.Forwarding;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Member.Versions;
import dev.huck.raft.core.consensus.Member.Voting;
import dev.huck.raft.core.consensus.Message;
import dev.huck.raft.core.consensus.Message.Append;
import dev.huck.raft.core.consensus.Message.AppendReply;
import dev.huck.raft.core.consensus.Message.Applied;
import dev.huck.raft.core.consensus.Message.CatchUp;
import dev.huck.raft.core.consensus.Message.InstallSnapshot;
import dev.huck.raft.core.consensus.Message.NoChunk;
import dev.huck.raft.core.consensus.Message.PreVote;
import dev.huck.raft.core.consensus.Message.PreVoteReply;
import dev.huck.raft.core.consensus.Message.Query;
import dev.huck.raft.core.consensus.Message.QueryReply;
import dev.huck.raft.core.consensus.Message.ReadIndexReply;
import dev.huck.raft.core.consensus.Message.ReadIndexRequest;
import dev.huck.raft.core.consensus.Message.RequestVote;
import dev.huck.raft.core.consensus.Message.ServeChunk;
import dev.huck.raft.core.consensus.Message.SnapshotReply;
import dev.huck.raft.core.consensus.Message.TimeoutNow;
import dev.huck.raft.core.consensus.Message.VoteReply;
import dev.huck.raft.core.consensus.PeerMessage;
import dev.huck.raft.core.consensus.RollCall;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The messages' own part of a frame: a byte for the type, then its fields in the order of the record. */
final class MessageCodec {
    /** By their codes on the wire: never reordered. */
    private static final List<Voting> VOTINGS = List.of(
            Voting.LEARNER,
            Voting.NEWCOMER,
            Voting.VOTER,
            Voting.INCOMING,
            Voting.OUTGOING,
            Voting.DEMOTED,
            Voting.AWAITED,
            Voting.LEAVING,
            Voting.RETREATING);

    /** By their codes on the wire, likewise. */
    private static final List<Role> ROLES =
            List.of(Role.FOLLOWER, Role.CANDIDATE, Role.LEADER, Role.LEARNER, Role.SHUTDOWN);

    private static final byte PRE_VOTE = 1;
    private static final byte PRE_VOTE_REPLY = 2;
    private static final byte REQUEST_VOTE = 3;
    private static final byte VOTE_REPLY = 4;
    private static final byte APPEND = 5;
    private static final byte APPEND_REPLY = 6;
    private static final byte INSTALL_SNAPSHOT = 7;
    private static final byte SNAPSHOT_REPLY = 8;
    private static final byte TIMEOUT_NOW = 9;
    private static final byte JOIN_REQUEST = 10;
    private static final byte JOIN_REPLY = 11;
    private static final byte INVITATION = 12;
    private static final byte CATCH_UP = 13;
    private static final byte QUERY = 14;
    private static final byte QUERY_REPLY = 15;
    private static final byte ROLL_CALL_QUESTION = 16;
    private static final byte ROLL_CALL_ANSWER = 17;
    private static final byte READ_INDEX_REQUEST = 18;
    private static final byte READ_INDEX_REPLY = 19;
    private static final byte OUTDATED = 25; // those between are ForwardingCodec's
    private static final byte COMPARISON_REPORT = 30;
    private static final byte COMPARISON_QUESTION = 31;
    private static final byte COMPARISON_ANSWER = 32;
    private static final byte SERVE_CHUNK = 33;
    private static final byte NO_CHUNK = 34;

    /** An entry in {@link Append}: its term and the length of its payload. */
    private static final int ENTRY_HEADER = 8 + 4;

    private MessageCodec() {}

    static void write(FrameWriter out, PeerMessage message) {
        // A chain until the bytecode level has switches over types; a test counts the types instead of the compiler.
        if (message instanceof Append m) {
            head(out, APPEND, m);
            append(out, m);
        } else if (message instanceof AppendReply m) {
            head(out, APPEND_REPLY, m);
            out.i64(m.session());
            out.i64(m.round());
            out.bool(m.accepted());
            out.i64(m.match());
            out.i64(m.synced());
            out.position(m.hint());
            out.i64(m.nonce());
            applied(out, m.applied());
        } else if (message instanceof PreVote m) {
            head(out, PRE_VOTE, m);
            out.position(m.last());
        } else if (message instanceof PreVoteReply m) {
            head(out, PRE_VOTE_REPLY, m);
            out.bool(m.granted());
            out.position(m.committed());
        } else if (message instanceof RequestVote m) {
            head(out, REQUEST_VOTE, m);
            out.position(m.last());
            out.bool(m.transfer());
        } else if (message instanceof VoteReply m) {
            head(out, VOTE_REPLY, m);
            out.bool(m.granted());
        } else if (message instanceof InstallSnapshot m) {
            head(out, INSTALL_SNAPSHOT, m);
            out.i64(m.session());
            out.i64(m.round());
            out.position(m.position());
            out.i64(m.total());
            out.i64(m.offset());
            out.bytes(m.bytes());
            if (isServed(m)) {
                out.i64(m.leader());
            }
        } else if (message instanceof ServeChunk m) {
            head(out, SERVE_CHUNK, m);
            out.i64(m.peer());
            out.i64(m.session());
            out.i64(m.round());
            out.position(m.position());
            out.i64(m.offset());
            out.i64(m.behind());
        } else if (message instanceof NoChunk m) {
            head(out, NO_CHUNK, m);
            out.i64(m.peer());
            out.i64(m.session());
            out.bool(m.reading());
        } else if (message instanceof SnapshotReply m) {
            head(out, SNAPSHOT_REPLY, m);
            out.i64(m.session());
            out.i64(m.round());
            out.position(m.position());
            out.i64(m.next());
            out.bool(m.done());
            out.i64(m.match());
            out.i64(m.nonce());
        } else if (message instanceof TimeoutNow m) {
            head(out, TIMEOUT_NOW, m);
        } else if (message instanceof CatchUp m) {
            head(out, CATCH_UP, m);
            out.i64(m.nonce());
            out.i64(m.index());
        } else if (message instanceof Query m) {
            head(out, QUERY, m);
            out.i64(m.nonce());
        } else if (message instanceof QueryReply m) {
            head(out, QUERY_REPLY, m);
            out.i64(m.nonce());
            out.i64(m.run());
            out.bool(m.recovering());
            out.bool(m.hearsLeader());
            out.position(m.last());
            out.i64(m.configuration().index());
            out.bytes(Entries.configuration(0, m.configuration()));
        } else if (message instanceof ReadIndexRequest m) {
            head(out, READ_INDEX_REQUEST, m);
            out.i64(m.token());
        } else if (message instanceof ReadIndexReply m) {
            head(out, READ_INDEX_REPLY, m);
            out.i64(m.token());
            out.i64(m.index());
        } else if (message instanceof Forwarding m) {
            ForwardingCodec.write(out, m);
        } else if (message instanceof JoinRequest m) {
            out.i8(JOIN_REQUEST);
            member(out, m.member());
            out.bool(m.passedOn());
            if (m.readmit()) {
                out.bool(true);
            }
        } else if (message instanceof JoinReply m) {
            out.i8(JOIN_REPLY);
            out.i64(m.storeId());
            out.bool(m.accepted());
            out.text(m.message());
        } else if (message instanceof Invitation m) {
            out.i8(INVITATION);
            out.text(m.leaderAddress());
            out.bool(m.learner());
        } else if (message instanceof RollCall.Question m) {
            out.i8(ROLL_CALL_QUESTION);
            out.i64(m.call());
        } else if (message instanceof RollCall.Answer m) {
            out.i8(ROLL_CALL_ANSWER);
            out.i64(m.call());
            out.i64(m.storeId());
            out.i8(ROLES.indexOf(m.role()));
        } else if (message instanceof Outdated m) {
            out.i8(OUTDATED);
            out.i64(m.storeId());
            out.i64(m.number());
            out.i64(m.run());
            out.i64(m.newest());
        } else if (message instanceof Comparison m) {
            comparison(out, m);
        } else {
            throw new IllegalArgumentException("a message of " + message.getClass() + " has no form on the wire");
        }
    }

    /** The oldest version of the protocol that can say this: so that a node is told as much as it understands. */
    static int version(PeerMessage message) {
        boolean two = message instanceof ServeChunk
                || message instanceof NoChunk
                || (message instanceof InstallSnapshot install && isServed(install))
                || (message instanceof Append append && append.applied() != null)
                || (message instanceof AppendReply reply && reply.applied() != null)
                || (message instanceof JoinRequest request && request.readmit());
        return two ? 2 : 1;
    }

    static PeerMessage read(FrameReader in, int version) throws FrameException {
        byte type = in.i8();
        return switch (type) {
            case JOIN_REQUEST -> new JoinRequest(member(in), in.bool(), version >= 2 && in.bool());
            case JOIN_REPLY -> new JoinReply(in.i64(), in.bool(), in.text());
            case INVITATION -> new Invitation(in.text(), in.bool());
            case ROLL_CALL_QUESTION -> new RollCall.Question(in.i64());
            case ROLL_CALL_ANSWER -> new RollCall.Answer(in.i64(), in.i64(), role(in.i8()));
            case OUTDATED -> new Outdated(in.i64(), in.i64(), in.i64(), in.i64());
            case COMPARISON_REPORT -> new Comparison.Report(in.i64(), in.i64(), in.i64());
            case COMPARISON_QUESTION -> new Comparison.Question(in.i64(), in.i64());
            case COMPARISON_ANSWER -> new Comparison.Answer(in.i64(), in.i64(), in.i64(), in.i64(), in.i64(), in.i64());
            default -> ForwardingCodec.knows(type) ? ForwardingCodec.read(type, in) : consensus(type, in, version);
        };
    }

    private static void comparison(FrameWriter out, Comparison message) {
        if (message instanceof Comparison.Report m) {
            out.i8(COMPARISON_REPORT);
            out.i64(m.storeId());
            out.i64(m.index());
            out.i64(m.digest());
        } else if (message instanceof Comparison.Question m) {
            out.i8(COMPARISON_QUESTION);
            out.i64(m.call());
            out.i64(m.index());
        } else if (message instanceof Comparison.Answer m) {
            out.i8(COMPARISON_ANSWER);
            out.i64(m.call());
            out.i64(m.storeId());
            out.i64(m.index());
            out.i64(m.oldest());
            out.i64(m.newest());
            out.i64(m.digest());
        }
    }

    private static Role role(byte code) throws FrameException {
        if (code < 0 || code >= ROLES.size()) {
            throw new FrameException("nonsense: a role of " + code);
        }
        return ROLES.get(code);
    }

    private static Message consensus(byte type, FrameReader in, int version) throws FrameException {
        boolean known = (type >= PRE_VOTE && type <= READ_INDEX_REPLY)
                || ((type == SERVE_CHUNK || type == NO_CHUNK) && version >= 2);
        if (!known) {
            throw new FrameException("message type " + type + " unknown");
        }
        long from = in.i64();
        long to = in.i64();
        long term = in.i64();
        return switch (type) {
            case PRE_VOTE -> new PreVote(from, to, term, in.position());
            case PRE_VOTE_REPLY -> new PreVoteReply(from, to, term, in.bool(), in.position());
            case REQUEST_VOTE -> new RequestVote(from, to, term, in.position(), in.bool());
            case VOTE_REPLY -> new VoteReply(from, to, term, in.bool());
            case APPEND -> append(from, to, term, in, version);
            case APPEND_REPLY ->
                new AppendReply(
                        from,
                        to,
                        term,
                        in.i64(),
                        in.i64(),
                        in.bool(),
                        in.i64(),
                        in.i64(),
                        in.position(),
                        in.i64(),
                        applied(in, version));
            case INSTALL_SNAPSHOT -> install(from, to, term, in, version);
            case SERVE_CHUNK ->
                new ServeChunk(from, to, term, in.i64(), in.i64(), in.i64(), in.position(), in.i64(), in.i64());
            case NO_CHUNK -> new NoChunk(from, to, term, in.i64(), in.i64(), in.bool());
            case SNAPSHOT_REPLY ->
                new SnapshotReply(
                        from, to, term, in.i64(), in.i64(), in.position(), in.i64(), in.bool(), in.i64(), in.i64());
            case TIMEOUT_NOW -> new TimeoutNow(from, to, term);
            case CATCH_UP -> new CatchUp(from, to, term, in.i64(), in.i64());
            case QUERY -> new Query(from, to, term, in.i64());
            case QUERY_REPLY ->
                new QueryReply(
                        from, to, term, in.i64(), in.i64(), in.bool(), in.bool(), in.position(), configuration(in));
            case READ_INDEX_REQUEST -> new ReadIndexRequest(from, to, term, in.i64());
            case READ_INDEX_REPLY -> new ReadIndexReply(from, to, term, in.i64(), in.i64());
            default -> throw new FrameException("message type " + type + " unknown");
        };
    }

    private static void head(FrameWriter out, byte type, Message message) {
        out.i8(type);
        out.i64(message.from());
        out.i64(message.to());
        out.i64(message.term());
    }

    private static boolean isServed(InstallSnapshot message) {
        return message.leader() != message.from();
    }

    /** Who is answered stands at its end, from version 2 on, if that is not the sender. */
    private static InstallSnapshot install(long from, long to, long term, FrameReader in, int version)
            throws FrameException {
        long session = in.i64();
        long round = in.i64();
        LogPosition position = in.position();
        long total = in.i64();
        long offset = in.i64();
        byte[] bytes = in.bytes();
        long leader = version < 2 ? from : in.i64();
        return new InstallSnapshot(from, to, term, leader, session, round, position, total, offset, bytes);
    }

    /** Entries travel without their indexes: they follow {@code previous}, and so can't be out of order. */
    private static void append(FrameWriter out, Append append) {
        out.i64(append.session());
        out.i64(append.round());
        out.position(append.previous());
        out.i64(append.commit());
        out.i32(append.entries().size());
        long index = append.previous().index();
        for (LogEntry entry : append.entries()) {
            index++;
            if (entry.index() != index) {
                throw new IllegalArgumentException("entry " + entry.index() + " where " + index + " belongs");
            }
            out.i64(entry.term());
            out.bytes(entry.payload());
        }
        applied(out, append.applied());
    }

    /** Behind all that version 1 says. */
    private static void applied(FrameWriter out, @Nullable Applied applied) {
        if (applied != null) {
            out.i64(applied.index());
            out.i64(applied.digest());
        }
    }

    private static @Nullable Applied applied(FrameReader in, int version) throws FrameException {
        return version < 2 ? null : new Applied(in.i64(), in.i64());
    }

    private static Append append(long from, long to, long term, FrameReader in, int version) throws FrameException {
        long session = in.i64();
        long round = in.i64();
        LogPosition previous = in.position();
        long commit = in.i64();
        int count = in.i32();
        if (count < 0 || count > in.remaining() / ENTRY_HEADER || previous.index() > Long.MAX_VALUE - count) {
            throw new FrameException("nonsense: " + count + " entries behind index " + previous.index() + " in "
                    + in.remaining() + " bytes");
        }
        List<LogEntry> entries = new ArrayList<>(count);
        for (int i = 1; i <= count; i++) {
            entries.add(new LogEntry(previous.index() + i, in.i64(), in.bytes()));
        }
        return new Append(from, to, term, session, round, previous, entries, commit, applied(in, version));
    }

    private static Configuration configuration(FrameReader in) throws FrameException {
        long index = in.i64();
        byte[] payload = in.bytes();
        try {
            return Entries.configuration(index, payload);
        } catch (RuntimeException e) {
            throw new FrameException("nonsense: a configuration that can't be read: " + e.getMessage());
        }
    }

    private static void member(FrameWriter out, Member member) {
        out.i64(member.storeId());
        out.text(member.nodeId());
        out.text(member.address());
        out.i8(VOTINGS.indexOf(member.voting()));
        out.i32(member.versions().protocolMin());
        out.i32(member.versions().protocolMax());
        out.i32(member.versions().machineMin());
        out.i32(member.versions().machineMax());
    }

    private static Member member(FrameReader in) throws FrameException {
        long storeId = in.i64();
        String nodeId = in.text();
        String address = in.text();
        byte voting = in.i8();
        if (voting < 0 || voting >= VOTINGS.size()) {
            throw new FrameException("nonsense: a member's part of " + voting);
        }
        Versions versions = new Versions(in.i32(), in.i32(), in.i32(), in.i32());
        if (storeId == 0 || nodeId.isEmpty() || address.isEmpty()) {
            throw new FrameException("nonsense: a member without a store id, a node id or an address");
        }
        return new Member(storeId, nodeId, address, VOTINGS.get(voting), versions);
    }
}
