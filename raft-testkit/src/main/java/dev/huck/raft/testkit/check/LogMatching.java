package dev.huck.raft.testkit.check;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.check.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Two entries of the same index and term are the same and have the same entry before them, on all nodes (Raft §5.3); by
 * induction so has everything before them.
 */
public final class LogMatching {
    private final Report report;
    private final CRC32C checksum = new CRC32C();
    /** By index, the entries of different terms that were ever written there; mostly one. */
    private final List<@Nullable Known> byIndex = new ArrayList<>();

    private record Known(long term, long previousTerm, long content, @Nullable Known next) {}

    /**
     * A check.
     *
     * @param report told of violations
     */
    public LogMatching(Report report) {
        this.report = report;
    }

    /**
     * The founder of a cluster has lost what it founded before anybody else could have it, and will do so anew.
     */
    public void unfounded() {
        byIndex.clear();
    }

    /**
     * A node appends an entry.
     *
     * @param previous the last entry before
     * @param entry the entry
     */
    public void appended(LogPosition previous, LogEntry entry) {
        checksum.reset();
        checksum.update(entry.payload(), 0, entry.payload().length);
        int index = (int) entry.index();
        while (byIndex.size() <= index) {
            byIndex.add(null);
        }
        for (Known known = byIndex.get(index); known != null; known = known.next) {
            if (known.term == entry.term()) {
                if (known.previousTerm != previous.term() || known.content != checksum.getValue()) {
                    report.violated(
                            "log matching",
                            "entry " + index + " of term " + entry.term() + " is not the same everywhere: behind term "
                                    + known.previousTerm + " and " + previous.term() + ", content "
                                    + Long.toHexString(known.content) + " and "
                                    + Long.toHexString(checksum.getValue()));
                }
                return;
            }
        }
        byIndex.set(index, new Known(entry.term(), previous.term(), checksum.getValue(), byIndex.get(index)));
    }
}
