package dev.huck.raft.core.check;

import dev.huck.raft.api.Role;
import java.util.HashMap;
import java.util.Map;

/** At most one leader a term, in the whole cluster, for ever (Raft §5.2). */
public final class ElectionSafety {
    private final Report report;
    private final Map<Long, Long> leaders = new HashMap<>();

    /**
     * A check.
     *
     * @param report told of violations
     */
    public ElectionSafety(Report report) {
        this.report = report;
    }

    /**
     * Looks at a node.
     *
     * @param core the node's core
     * @return whether it leads a term in which it was not seen leading before
     */
    public boolean observe(CoreView core) {
        if (core.role() != Role.LEADER) {
            return false;
        }
        Long known = leaders.putIfAbsent(core.term(), core.storeId());
        if (known != null && known != core.storeId()) {
            report.violated(
                    "election safety", "stores " + known + " and " + core.storeId() + " both lead term " + core.term());
        }
        return known == null;
    }

    /** @return how many terms had a leader */
    public int leaders() {
        return leaders.size();
    }
}
