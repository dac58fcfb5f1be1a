package dev.huck.raft.core.node;

import dev.huck.raft.api.Options;
import dev.huck.raft.core.consensus.Configuration.Settings;
import dev.huck.raft.core.consensus.SessionBounds;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a node's options say of that which is its cluster's to decide: it counts only where the node founds the cluster. */
final class OwnSettings {
    private OwnSettings() {}

    static Settings of(Options options) {
        return new Settings(
                options.durability(),
                options.heartbeat().toNanos(),
                options.electionTimeoutMin().toNanos(),
                options.electionTimeoutMax().toNanos(),
                Settings.DEFAULT.driftPermille(),
                new SessionBounds(
                        options.sessionExpiry().toNanos(),
                        options.maxSessions(),
                        options.sessionReplyBytes(),
                        options.sessionTotalBytes()));
    }

    /** In what the cluster's differ, for people. */
    static List<String> ignored(Options options, Settings agreed) {
        Settings own = of(options);
        List<String> found = new ArrayList<>();
        if (agreed.durability() != own.durability()) {
            found.add("durability " + agreed.durability() + " and not " + own.durability());
        }
        time(found, "heartbeat", agreed.heartbeatNanos(), own.heartbeatNanos());
        time(found, "shortest election timeout", agreed.electionMinNanos(), own.electionMinNanos());
        time(found, "longest election timeout", agreed.electionMaxNanos(), own.electionMaxNanos());
        if (!agreed.sessions().equals(own.sessions())) {
            found.add("bounds of client sessions " + agreed.sessions() + " and not " + own.sessions());
        }
        return found;
    }

    private static void time(List<String> found, String what, long agreed, long own) {
        if (agreed != own) {
            found.add(what + " " + TimeUnit.NANOSECONDS.toMillis(agreed) + " ms and not "
                    + TimeUnit.NANOSECONDS.toMillis(own) + " ms");
        }
    }
}
