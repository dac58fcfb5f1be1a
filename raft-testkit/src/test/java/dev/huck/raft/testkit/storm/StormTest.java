package dev.huck.raft.testkit.storm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Applier;
import dev.huck.raft.api.Command;
import dev.huck.raft.api.CommandException;
import dev.huck.raft.api.Machine;
import dev.huck.raft.api.Reply;
import dev.huck.raft.api.Snapshot;
import java.io.DataInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class StormTest {
    /** Counts words. */
    private static class Words implements Machine {
        final Map<String, Long> counts = new TreeMap<>();

        @Override
        public void command(Applier applier, Command command) {
            switch (command.name()) {
                case "add" -> applier.write(context -> counts.merge(command.string(0), 1L, Long::sum), Reply::integer);
                case "top" -> applier.read(context -> counts.size(), (reply, size) -> reply.integer(size));
                case "dump" ->
                    applier.write(context -> List.copyOf(counts.keySet()), (reply, words) -> {
                        reply.array(words.size());
                        words.forEach(reply::text);
                    });
                default -> throw CommandException.unknown(command);
            }
        }

        @Override
        public Snapshot snapshot() {
            Map<String, Long> captured = new TreeMap<>(counts);
            return out -> {
                out.writeInt(captured.size());
                for (Map.Entry<String, Long> each : captured.entrySet()) {
                    out.writeUTF(each.getKey());
                    out.writeLong(each.getValue());
                }
            };
        }

        @Override
        public void restore(DataInput in) throws IOException {
            for (int left = in.readInt(); left > 0; left--) {
                counts.put(in.readUTF(), in.readLong());
            }
        }
    }

    private static Command words(RandomGenerator random) {
        int kind = random.nextInt(10);
        return kind == 0
                ? Command.of("dump")
                : kind < 4 ? Command.of("top") : Command.of("add", "w" + random.nextInt(9));
    }

    @Test
    void deterministicMachineWeathersTheStorm() {
        Storm.of(Words::new).commands(StormTest::words).seeds(20).run();
    }

    /** Its result is the order of identity hashes, which is another one in every object. */
    private static final class Identities extends Words {
        private final IdentityHashMap<Object, Integer> seen = new IdentityHashMap<>();

        @Override
        public void command(Applier applier, Command command) {
            if (!command.name().equals("add")) {
                super.command(applier, command);
                return;
            }
            applier.write(
                    context -> {
                        seen.put(new Object(), seen.size());
                        return new ArrayList<>(seen.values()).toString();
                    },
                    Reply::text);
        }
    }

    @Test
    void orderOfIdentityHashesIsNamedByLogIndex() {
        Storm storm = Storm.of(Identities::new).commands(StormTest::words).seeds(20);
        StormFailure failure = assertThrows(StormFailure.class, storm::run);
        String message = String.valueOf(failure.getMessage());
        assertTrue(
                message.matches("(?s)replicas agree: at index \\d+ '.*add.*' gives .* on n\\d and .* on n\\d.*"),
                message);
    }

    /** Keeps when it was asked, by its own clock, and shows it to nobody. */
    private static final class Stamped extends Words {
        private long stamp;

        @Override
        public void command(Applier applier, Command command) {
            if (!command.name().equals("add")) {
                super.command(applier, command);
                return;
            }
            applier.write(context -> stamp = System.nanoTime(), (reply, time) -> reply.ok());
        }

        @Override
        public Snapshot snapshot() {
            long captured = stamp;
            return out -> out.writeLong(captured);
        }

        @Override
        public void restore(DataInput in) throws IOException {
            stamp = in.readLong();
        }
    }

    @Test
    void clockThatNoResultShowsIsFoundInTheState() {
        Storm storm = Storm.of(Stamped::new).commands(StormTest::words).seeds(20);
        StormFailure failure = assertThrows(StormFailure.class, storm::run);
        String message = String.valueOf(failure.getMessage());
        assertTrue(
                message.matches("(?s)replicas agree: behind index \\d+ the state of n\\d and of n\\d differ.*"),
                message);
    }

    /** Forgets a word when it is written out. */
    private static final class Forgetful extends Words {
        @Override
        public Snapshot snapshot() {
            counts.remove("w3");
            return super.snapshot();
        }

        @Override
        public void restore(DataInput in) throws IOException {
            super.restore(in);
            counts.remove("w4");
        }
    }

    @Test
    void snapshotThatDoesNotHoldAllOfTheStateIsFound() {
        Storm storm = Storm.of(Forgetful::new).commands(StormTest::words).seeds(20);
        StormFailure failure = assertThrows(StormFailure.class, storm::run);
        assertTrue(String.valueOf(failure.getMessage()).startsWith("replicas agree: "), failure::getMessage);
    }

    @Test
    void failureNamesTheSeedThatShowsItAgain() {
        Storm storm = Storm.of(Forgetful::new).commands(StormTest::words).seeds(20);
        StormFailure failure = assertThrows(StormFailure.class, storm::run);
        List<String> lines = new ArrayList<>();
        storm.replay(failure.seed(), lines::add);
        String last = lines.get(lines.size() - 1);
        assertTrue(last.contains("VIOLATION replicas agree"), last);
        assertEquals(
                failure.seed(), assertThrows(StormFailure.class, storm::run).seed());
    }
}
