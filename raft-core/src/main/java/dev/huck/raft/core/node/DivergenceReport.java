package dev.huck.raft.core.node;

import dev.huck.raft.api.NodeEvent;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.node.Agreement.Finding;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells people where machines that should be the same are not. Loop stage, but for what says otherwise. */
final class DivergenceReport {
    private static final Logger LOG = LoggerFactory.getLogger("dev.huck.raft");

    private final long self;
    private final Peers peers;
    private volatile long own;
    private volatile boolean exact;

    DivergenceReport(long self, Peers peers) {
        this.self = self;
        this.peers = peers;
    }

    /** The first entry at which this node's machine was seen to differ from all others; 0 for none. Any thread. */
    long own() {
        return own;
    }

    /** Whether {@link #own} is the first entry, and not only the oldest of which it is known. Any thread. */
    boolean isExact() {
        return exact;
    }

    void found(Finding finding, Configuration configuration) {
        String where = (finding.exact() ? "at index " : "at or before index ") + finding.index();
        if (finding.alone() == self) {
            exact = finding.exact();
            own = finding.index();
            LOG.error(
                    "THIS NODE'S STATE DIFFERS FROM ALL OTHERS', first {}: the machine gave another result there than on {}. It"
                            + " serves nothing until it has been rebuilt. Either the machine is not deterministic, or this"
                            + " computer's memory or disk is not to be trusted",
                    where,
                    addresses(finding.others()));
        } else if (finding.alone() != 0) {
            LOG.error(
                    "the state of {} differs from that of all others, first {}; it is to stop serving and to rebuild its"
                            + " machine",
                    addresses(List.of(finding.alone())),
                    where);
        } else {
            LOG.error(
                    "THE STATES OF THE NODES DIFFER, first {}: {} have another one than this node, and no majority tells which"
                            + " is right, so all go on. Is the machine deterministic, and do all nodes run the same"
                            + " version of it? ({} members)",
                    where,
                    addresses(finding.others()),
                    configuration.members().size());
        }
    }

    /** The same for programs. */
    NodeEvent event(Finding finding) {
        return new NodeEvent.Diverged(
                finding.index(),
                finding.exact(),
                finding.alone() == 0 ? Optional.empty() : Optional.of(addresses(List.of(finding.alone()))),
                finding.others().stream()
                        .map(store -> addresses(List.of(store)))
                        .toList());
    }

    private String addresses(Collection<Long> stores) {
        return stores.stream()
                .map(store -> {
                    String address = peers.addressOf(store);
                    return address == null ? "store " + Long.toHexString(store) : address;
                })
                .collect(Collectors.joining(", "));
    }
}
