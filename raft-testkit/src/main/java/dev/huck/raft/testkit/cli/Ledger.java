package dev.huck.raft.testkit.cli;

import dev.huck.raft.core.node.RaftNode;
import dev.huck.raft.testkit.sim.RunSpec;
import dev.huck.raft.testkit.sim.Simulation;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * A file that says which seeds were run, by which code and what came out: one line a block of seeds, synced before the
 * next block begins. So a long run can be cut short at any time and be gone on with. One program at a time writes it.
 */
final class Ledger implements AutoCloseable {
    /** Seeds in a line. */
    static final int BLOCK = 500;

    private static final Pattern LINE = Pattern.compile(
            "from=(-?\\d+) seeds=(\\d+) violations=(\\d+) events=(\\d+) seconds=\\S+ hash=\\S+ code=\\S+ failed=\\S+ runs=(.*)");

    private final LedgerFile file;
    /** What runs are like, but for the seed. */
    private final String kind;

    private final String code;
    private final List<Block> blocks = new ArrayList<>();

    private record Block(long from, long seeds, long violations, long events) {}

    private Ledger(LedgerFile file, String kind) throws IOException {
        this.file = file;
        this.kind = kind;
        this.code = code();
    }

    /**
     * Opens a ledger, or makes one.
     *
     * @param file where it is
     * @param spec what runs are like; the seed does not matter
     * @throws IOException when that fails, another program has it open, or it is no ledger
     */
    static Ledger open(Path file, RunSpec spec) throws IOException {
        LedgerFile lines = LedgerFile.open(file);
        Ledger ledger = new Ledger(lines, spec.toString().replaceFirst("--seed -?\\d+ ?", ""));
        for (String line : lines.lines()) {
            Matcher matcher = LINE.matcher(line);
            if (!matcher.matches()) {
                ledger.close();
                throw new IOException(file + " is no ledger: what is '" + line + "'?");
            }
            if (matcher.group(5).equals(ledger.kind)) {
                ledger.blocks.add(new Block(
                        Long.parseLong(matcher.group(1)),
                        Long.parseLong(matcher.group(2)),
                        Long.parseLong(matcher.group(3)),
                        Long.parseLong(matcher.group(4))));
            }
        }
        return ledger;
    }

    /** The first seed from there that was not run. */
    long next(long from) {
        long next = from;
        boolean moved = true;
        while (moved) {
            moved = false;
            for (Block block : blocks) {
                if (block.from <= next && next < block.from + block.seeds) {
                    next = block.from + block.seeds;
                    moved = true;
                }
            }
        }
        return next;
    }

    /** Notes a block that was run; durable on return. */
    void add(Outcomes outcomes, long from, int count, double seconds) throws IOException {
        Outcomes block = outcomes.part(from, count);
        List<String> failed = block.failed();
        String line = String.format(
                Locale.ROOT,
                "from=%d seeds=%d violations=%d events=%d seconds=%.1f hash=%016x code=%s failed=%s runs=%s",
                from,
                count,
                block.violations(),
                block.events(),
                seconds,
                block.hash(),
                code,
                failed.isEmpty() ? "none" : String.join(",", failed),
                kind);
        file.add(line);
        blocks.add(new Block(from, count, block.violations(), block.events()));
    }

    /** All that was ever run of this kind. */
    String summary() {
        return String.format(
                Locale.ROOT,
                "%d seeds, %d events, %d violations in all",
                blocks.stream().mapToLong(Block::seeds).sum(),
                blocks.stream().mapToLong(Block::events).sum(),
                blocks.stream().mapToLong(Block::violations).sum());
    }

    /** Stands for the engine and the simulator that run here. */
    private static String code() throws IOException {
        CRC32C checksum = new CRC32C();
        for (Class<?> part : List.of(RaftNode.class, Simulation.class)) {
            try {
                Path place = Path.of(
                        part.getProtectionDomain().getCodeSource().getLocation().toURI());
                if (!Files.isRegularFile(place)) {
                    return "unpacked";
                }
                checksum.update(Files.readAllBytes(place));
            } catch (URISyntaxException e) {
                throw new IOException(e);
            }
        }
        return String.format(Locale.ROOT, "%08x", checksum.getValue());
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
