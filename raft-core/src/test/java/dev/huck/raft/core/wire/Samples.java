package dev.huck.raft.core.wire;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.Role;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Admission.Invitation;
import dev.huck.raft.core.consensus.Admission.JoinReply;
import dev.huck.raft.core.consensus.Admission.JoinRequest;
import dev.huck.raft.core.consensus.Admission.Outdated;
import dev.huck.raft.core.consensus.Comparison;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Forwarding;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Message;
import dev.huck.raft.core.consensus.Message.Append;
import dev.huck.raft.core.consensus.Message.AppendReply;
import dev.huck.raft.core.consensus.Message.Applied;
import dev.huck.raft.core.consensus.Message.CatchUp;
import dev.huck.raft.core.consensus.Message.InstallSnapshot;
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
import dev.huck.raft.core.storage.Incarnation;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/** One message of each kind at least, each field different from its neighbours. */
final class Samples {
    private static final LogPosition POSITION = new LogPosition(1_000_000_007L, 41);

    private Samples() {}

    static List<PeerMessage> messages() {
        Member member =
                new Member(-77, "zürich-1", "10.0.0.1:7481", Member.Voting.NEWCOMER, new Member.Versions(1, 2, 3, 4));
        return List.of(
                new PreVote(1, -2, 3, POSITION),
                new PreVoteReply(1, -2, 3, true, new LogPosition(4, 2)),
                new RequestVote(1, -2, 3, POSITION, true),
                new VoteReply(1, -2, 3, true),
                new Append(1, -2, 3, 4, 5, POSITION, List.of(), 6),
                new Append(1, -2, 3, 4, 5, POSITION, entries(POSITION.index(), 2), 6, new Applied(7, -8)),
                new AppendReply(1, -2, 3, 4, 5, true, 6, 7, POSITION, 8, new Applied(9, 10)),
                new Append(1, -2, 3, 4, 5, POSITION, entries(POSITION.index(), 3), 6),
                new AppendReply(1, -2, 3, 4, 5, true, 6, 7, POSITION, 8),
                new InstallSnapshot(1, -2, 3, 1, 4, 5, POSITION, 1L << 40, 6, utf8("a piece")),
                new InstallSnapshot(1, -2, 3, 7, 4, 5, POSITION, 1L << 40, 6, utf8("a member's")),
                new ServeChunk(1, -2, 3, 4, 5, 6, POSITION, 7, 8),
                new Message.NoChunk(1, -2, 3, 4, 5, true),
                new SnapshotReply(1, -2, 3, 4, 5, POSITION, 1L << 40, true, 6, 7),
                new TimeoutNow(1, -2, 3),
                new CatchUp(1, -2, 3, 4, 5),
                new Query(1, -2, 3, 4),
                new QueryReply(
                        1,
                        -2,
                        3,
                        4,
                        5,
                        true,
                        false,
                        POSITION,
                        new Configuration(6, List.of(member), Configuration.Settings.DEFAULT)),
                new ReadIndexRequest(1, -2, 3, 4),
                new ReadIndexReply(1, -2, 3, 4, 5),
                new Forwarding.Open(1, -2, 3, 4),
                new Forwarding.Opened(1, -2, 3, 4),
                new Forwarding.Commands(
                        1, -2, 3, 4, List.of(new Forwarding.Item(5, -1, 6, Command.of("set", "a", "b")))),
                new Forwarding.Answers(1, -2, 3, List.of(new Forwarding.Answer(4, 5, utf8("a reply")))),
                new Forwarding.Closed(1, -2, 3, 4),
                new JoinRequest(member, true, false),
                new JoinRequest(member, false, true),
                new JoinReply(-77, true, "welcome"),
                new RollCall.Question(5),
                new RollCall.Answer(5, -77, Role.CANDIDATE),
                new Outdated(-77, 2, 3, 4),
                new Invitation("10.0.0.1:7481", true),
                new Comparison.Report(-77, 5, -6),
                new Comparison.Question(4, 5),
                new Comparison.Answer(4, -77, 5, 3, 9, -6));
    }

    static Envelope envelope(PeerMessage message) {
        return new Envelope(0x1122334455667788L, 9, -2, "127.0.0.1:7481", new Incarnation(12, -13), 14, message);
    }

    static List<LogEntry> entries(long behind, int count) {
        return LongStream.rangeClosed(1, count)
                .mapToObj(i -> new LogEntry(behind + i, 41 + i, new byte[(int) i - 1]))
                .toList();
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A record's fields in words, its arrays' contents included, which a record's own equality leaves out. */
    static String inWords(Object value) {
        if (value instanceof byte[] bytes) {
            return Arrays.toString(bytes);
        }
        if (value instanceof List<?> list) {
            return list.stream().map(Samples::inWords).toList().toString();
        }
        if (!(value instanceof Record)) {
            return String.valueOf(value);
        }
        List<String> fields = new ArrayList<>();
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            try {
                fields.add(component.getName() + "="
                        + inWords(component.getAccessor().invoke(value)));
            } catch (ReflectiveOperationException e) {
                throw new LinkageError(e.getMessage(), e);
            }
        }
        return value.getClass().getSimpleName() + fields;
    }
}
