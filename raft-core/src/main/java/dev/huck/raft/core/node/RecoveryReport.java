package dev.huck.raft.core.node;

import dev.huck.raft.api.Durability;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Effect;
import dev.huck.raft.core.consensus.Loss;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.env.Environment;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells people about a node that recovers: what it waits for and what they can do; not more often than once a minute. */
final class RecoveryReport {
    private static final Logger LOG = LoggerFactory.getLogger("dev.huck.raft");
    /** So long may an election take that nobody needs to hear of. */
    private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final long AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Environment environment;
    private final Peers peers;
    private final Durability level;
    private long sayAt;

    RecoveryReport(Environment environment, Peers peers, Durability level) {
        this.environment = environment;
        this.peers = peers;
        this.level = level;
        this.sayAt = environment.nanoTime() + FIRST_NANOS;
    }

    void waits(Effect.RecoveryWaits waits) {
        if (environment.nanoTime() - sayAt < 0) {
            return;
        }
        sayAt = environment.nanoTime() + AGAIN_NANOS;
        if (waits.loss() == Loss.CORRUPTION) {
            LOG.warn(
                    "this node has lost its log, or parts of it, and waits for a leader to get it back from; until then it"
                            + " neither votes nor counts. Start the other members; if none of them can lead any more, restore a"
                            + " backup of the data");
        } else {
            LOG.warn(
                    "this node may have forgotten what it acknowledged, and waits for a leader, or for a word of every voter;"
                            + " none has come from {}. Start what does not run there. If such a member never comes back, those"
                            + " that forgot nothing can only go on without this node, if they are a majority",
                    waits.silent().isEmpty() ? "a leader" : addresses(waits.silent()));
        }
    }

    private String addresses(List<Long> stores) {
        return stores.stream()
                .map(store -> {
                    String address = peers.addressOf(store);
                    return address == null ? "store " + Long.toHexString(store) : address;
                })
                .collect(Collectors.joining(", "));
    }

    void givenUp(Effect.RecoveryGivenUp givenUp, Configuration configuration) {
        LOG.error(
                "SO MANY VOTERS LOST POWER AT ONCE THAT ACKNOWLEDGED WRITES MAY BE LOST: all of {} were heard, and those that"
                        + " forgot nothing are no majority. The best log of all, which ends at index {} of term {}, is taken"
                        + " for the truth. At durability {} this can cost {}",
                configuration.members().stream().map(Member::address).collect(Collectors.joining(", ")),
                givenUp.best().index(),
                givenUp.best().term(),
                level,
                switch (level) {
                    case HIGH -> "nothing that was synced";
                    case MEDIUM -> "the writes of the last second before the power went, and of one sync";
                    case LOW ->
                        "the writes that the operating system had not yet written back, often those of half a minute";
                });
    }

    void ended() {
        LOG.info("this node has got back all that it may have forgotten, and votes again");
    }
}
