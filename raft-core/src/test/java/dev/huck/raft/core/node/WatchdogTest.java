package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.huck.raft.api.NodeEvent;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Effect;
import dev.huck.raft.core.consensus.Entries;
import dev.huck.raft.core.consensus.Event;
import dev.huck.raft.core.consensus.HardState;
import dev.huck.raft.core.consensus.Limits;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Raft;
import dev.huck.raft.core.consensus.Recovery;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What stands still is told, once; what comes and goes does not fill the log. */
class WatchdogTest {
    private static final long MILLIS = 1_000_000L;
    private static final long LIMIT = Configuration.Settings.DEFAULT.electionMaxNanos();

    private final StepStage stage = new StepStage();
    private final List<NodeEvent> told = new ArrayList<>();
    private final Watchdog watchdog = new Watchdog(new Events(name -> stage, told::add, new Metrics()));
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private long now = 1_000 * MILLIS;

    @BeforeEach
    void listen() {
        lines.start();
        logger().setAdditive(false);
        logger().addAppender(lines);
    }

    @AfterEach
    void leave() {
        logger().detachAppender(lines);
        logger().setAdditive(true);
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger("dev.huck.raft");
    }

    /** A core of store 1, in a cluster of as many voters. */
    private Raft core(int voters) {
        Recovery recovery = new Recovery(
                1, new HardState(1, 0), LogPosition.START, Configuration.EMPTY, 0, LogPosition.START, Limits.DEFAULT);
        List<Member> members = new ArrayList<>();
        for (long id = 1; id <= voters; id++) {
            members.add(new Member(id, "n" + id, "host:" + id, Member.Voting.VOTER, Member.Versions.CURRENT));
        }
        recovery.load(new LogEntry(
                1, 1, Entries.configuration(0, new Configuration(1, members, Configuration.Settings.DEFAULT))));
        return recovery.start(Limits.DEFAULT, new SplittableRandom(1), now);
    }

    private void pass(Raft raft, long nanos, boolean leads) {
        now += nanos;
        raft.step(now, new Event.Tick());
        raft.effects();
        watchdog.look(raft, leads, now);
        stage.run();
    }

    private long lines(String part) {
        return lines.list.stream()
                .filter(line -> line.getFormattedMessage().contains(part))
                .count();
    }

    @Test
    void aDiskThatHangsIsToldOnceAndSoIsItsReturn() {
        Raft raft = core(1);
        raft.effects();
        raft.step(now, new Event.Persisted(Long.MAX_VALUE)); // Its vote; its first entry stays unanswered.
        raft.effects();
        pass(raft, LIMIT, false);
        assertEquals(List.of(), told, "not before the longest election timeout");
        for (int i = 0; i < 100; i++) {
            pass(raft, 100 * MILLIS, false);
        }
        assertEquals(List.of(new NodeEvent.StallBegan("disk")), told);
        assertEquals(1, lines("the disk has stood still"));
        raft.step(now, new Event.Persisted(Long.MAX_VALUE));
        raft.step(now, new Event.Synced(Long.MAX_VALUE));
        watchdog.look(raft, false, now);
        stage.run();
        assertEquals(new NodeEvent.StallEnded("disk", LIMIT + 10_000 * MILLIS), told.get(1));
        assertEquals(1, lines("the disk goes on after about"));
    }

    @Test
    void aMachineThatHangsIsToldOnceAndSoIsItsReturn() {
        Raft raft = core(1);
        long applies = 0;
        for (int i = 0; i < 10 && applies == 0; i++) {
            for (Effect effect : raft.effects()) {
                if (effect instanceof Effect.Persist persist) {
                    raft.step(now, new Event.Synced(persist.sequence()));
                    raft.step(now, new Event.Persisted(persist.sequence()));
                } else if (effect instanceof Effect.Apply apply) {
                    applies = apply.entries().get(apply.entries().size() - 1).index();
                }
            }
        }
        assertTrue(applies > 0);
        for (int i = 0; i < 100; i++) {
            pass(raft, 100 * MILLIS, true);
        }
        assertEquals(List.of(new NodeEvent.StallBegan("machine")), told);
        assertEquals(1, lines("the machine has stood still"));
        raft.step(now, new Event.Applied(applies));
        watchdog.look(raft, true, now);
        stage.run();
        assertEquals(new NodeEvent.StallEnded("machine", 10_000 * MILLIS), told.get(1));
    }

    @Test
    void aPeerThatIsDeadForAnHourIsOneLine() {
        Raft raft = core(3);
        for (int i = 0; i < 36_000; i++) {
            watchdog.heard(2, now);
            pass(raft, 100 * MILLIS, true);
        }
        assertEquals(List.of(new NodeEvent.PeerSilent("host:3")), told);
        assertEquals(1, lines("n3 at host:3 has not been heard"));
        watchdog.heard(3, now);
        pass(raft, 0, true);
        assertEquals(new NodeEvent.PeerBack("host:3"), told.get(1));
        assertEquals(1, lines("is heard again"));
    }

    @Test
    void aPeerThatComesAndGoesForAnHourIsALineAMinute() {
        Raft raft = core(2);
        for (int second = 0; second < 3_600; second++) {
            if (second % 3 == 0) {
                watchdog.heard(2, now);
            }
            pass(raft, 1_000 * MILLIS, true);
        }
        assertTrue(told.size() > 1_000, () -> "programs hear of each: " + told.size());
        assertTrue(lines("has not been heard") <= 60, () -> lines("has not been heard") + " lines");
        assertTrue(lines("has not been heard") >= 50, () -> lines("has not been heard") + " lines");
        assertTrue(lines("is heard again") <= 60, () -> lines("is heard again") + " lines");
    }

    @Test
    void whoTakesTheLeadGivesEverybodyTimeToAnswer() {
        Raft raft = core(3);
        pass(raft, MILLIS, true);
        pass(raft, 100 * LIMIT, false);
        pass(raft, MILLIS, true);
        assertEquals(
                List.of(),
                told.stream().filter(NodeEvent.PeerSilent.class::isInstance).toList());
    }
}
