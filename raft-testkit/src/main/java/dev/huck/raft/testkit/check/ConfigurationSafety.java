package dev.huck.raft.testkit.check;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.check.CommittedLog;
import dev.huck.raft.core.check.CoreView;
import dev.huck.raft.core.check.Report;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Entries;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The configuration in force on a node is the newest that its log holds, also when a snapshot stands for that part of
 * the log (dissertation §4.1).
 */
public final class ConfigurationSafety {
    private final Report report;
    private final CommittedLog committed;
    private final List<Known> known = new ArrayList<>();

    /** Entries that carry none. */
    private final Set<LogPosition> others = new HashSet<>();

    private record Known(long index, long term, Configuration configuration) {}

    /**
     * A check.
     *
     * @param report told of violations
     * @param committed what is committed
     */
    public ConfigurationSafety(Report report, CommittedLog committed) {
        this.report = report;
        this.committed = committed;
    }

    /**
     * A node appends an entry.
     *
     * @param entry the entry
     */
    public void appended(LogEntry entry) {
        if (Entries.type(entry.payload()) != Entries.CONFIGURATION) {
            others.add(new LogPosition(entry.index(), entry.term()));
            return;
        }
        for (Known one : known) {
            if (one.index == entry.index() && one.term == entry.term()) {
                return;
            }
        }
        known.add(new Known(entry.index(), entry.term(), Entries.configuration(entry.index(), entry.payload())));
    }

    /** @return the highest index at which any log ever held a configuration */
    public long newest() {
        return known.stream().mapToLong(Known::index).max().orElse(0);
    }

    /** The founder lost all that it had written, before anybody else had any of it. */
    public void unfounded() {
        known.clear();
    }

    /**
     * Looks at a node.
     *
     * @param core its core
     */
    public void observe(CoreView core) {
        Configuration inForce = core.configuration();
        for (Known one : known) {
            if (one.index < inForce.index() || !holds(core, one)) {
                continue;
            }
            if (one.index > inForce.index() || !one.configuration.members().equals(inForce.members())) {
                report.violated(
                        "configuration safety",
                        "the log of store " + core.storeId() + " holds " + one.configuration + ", and in force is "
                                + inForce);
            }
        }
    }

    /**
     * Looks at whether a node's log holds what is in force; cheaper than {@link #observe}.
     *
     * @param core its core
     */
    public void observeHeld(CoreView core) {
        long index = core.configuration().index();
        boolean gone = index > core.last().index()
                || (index > core.base().index() && others.contains(new LogPosition(index, core.termAt(index))));
        if (gone) {
            report.violated(
                    "configuration safety",
                    "on store " + core.storeId() + " is in force " + core.configuration()
                            + ", which its log does not hold any more: it ends at " + core.last());
        }
    }

    private boolean holds(CoreView core, Known one) {
        if (one.index > core.last().index()) {
            return false;
        }
        long term = one.index > core.base().index()
                ? core.termAt(one.index)
                : one.index <= committed.last() ? committed.term(one.index) : 0;
        return term == one.term;
    }
}
