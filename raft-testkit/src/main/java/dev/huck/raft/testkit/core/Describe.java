package dev.huck.raft.testkit.core;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Effect;
import dev.huck.raft.core.consensus.Entries;
import dev.huck.raft.core.consensus.HardState;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Message;
import dev.huck.raft.core.consensus.Raft;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongFunction;

/** Messages, effects and states in a line each, for people. Positions are written {@code index/term}. */
public final class Describe {
    private final LongFunction<String> names;

    /**
     * Words for a cluster.
     *
     * @param names what a store id is called
     */
    public Describe(LongFunction<String> names) {
        this.names = names;
    }

    private String name(long id) {
        return id == 0 ? "nobody" : names.apply(id);
    }

    private static String at(LogPosition position) {
        return position.index() + "/" + position.term();
    }

    /**
     * A message.
     *
     * @param message the message
     * @return sender, receiver and content
     */
    public String message(Message message) {
        String head = name(message.from()) + ">" + name(message.to()) + " ";
        if (message instanceof Message.PreVote ask) {
            return head + "PreVote term=" + ask.term() + " last=" + at(ask.last());
        } else if (message instanceof Message.PreVoteReply reply) {
            return head + "PreVoteReply term=" + reply.term() + (reply.granted() ? " granted" : " refused")
                    + " committed=" + at(reply.committed());
        } else if (message instanceof Message.RequestVote ask) {
            return head + "RequestVote term=" + ask.term() + " last=" + at(ask.last())
                    + (ask.transfer() ? " transfer" : "");
        } else if (message instanceof Message.VoteReply reply) {
            return head + "VoteReply term=" + reply.term() + (reply.granted() ? " granted" : " refused");
        } else if (message instanceof Message.Append append) {
            return head + "Append term=" + append.term() + session(append.session(), append.round()) + " previous="
                    + at(append.previous()) + " entries=" + entries(append.entries()) + " commit=" + append.commit();
        } else if (message instanceof Message.AppendReply reply) {
            return head + "AppendReply term=" + reply.term() + session(reply.session(), reply.round())
                    + (reply.accepted() ? " match=" + reply.match() : " conflict hint=" + at(reply.hint()))
                    + (reply.nonce() == 0 ? "" : " recovering");
        } else if (message instanceof Message.InstallSnapshot install) {
            return head + "InstallSnapshot term=" + install.term()
                    + (install.leader() == install.from() ? "" : " for " + name(install.leader()))
                    + session(install.session(), install.round())
                    + " covers=" + at(install.position())
                    + (install.offset() == 0 && install.bytes().length == install.total()
                            ? " whole"
                            : " offset=" + install.offset() + " of " + install.total());
        } else if (message instanceof Message.ServeChunk request) {
            return head + "ServeChunk term=" + request.term() + session(request.session(), request.round()) + " to "
                    + name(request.peer())
                    + (request.position().index() == 0 ? "" : " covers=" + at(request.position()))
                    + " offset=" + request.offset() + " behind=" + request.behind();
        } else if (message instanceof Message.NoChunk none) {
            return head + "NoChunk term=" + none.term() + " to " + name(none.peer())
                    + (none.reading() ? " reading" : "");
        } else if (message instanceof Message.SnapshotReply reply) {
            return head + "SnapshotReply term=" + reply.term() + session(reply.session(), reply.round()) + " covers="
                    + at(reply.position()) + (reply.done() ? " done match=" + reply.match() : " next=" + reply.next());
        } else if (message instanceof Message.TimeoutNow timeout) {
            return head + "TimeoutNow term=" + timeout.term();
        } else if (message instanceof Message.CatchUp answer) {
            return head + "CatchUp term=" + answer.term() + " index=" + answer.index();
        } else if (message instanceof Message.Query asked) {
            return head + "Query term=" + asked.term();
        } else if (message instanceof Message.QueryReply reply) {
            return head + "QueryReply term=" + reply.term() + (reply.recovering() ? " recovering" : "")
                    + (reply.hearsLeader() ? " hears-leader" : "") + " last=" + at(reply.last());
        }
        return head + message;
    }

    /** A session without the term inside it, which stands beside it mostly; shown when it is another. */
    private static String session(long session, long round) {
        return " session=" + (session >> 24) + "." + (session & 0xFF_FFFF) + " round=" + round;
    }

    /**
     * Entries.
     *
     * @param entries any
     * @return their positions and contents
     */
    public String entries(List<LogEntry> entries) {
        List<String> all = new ArrayList<>();
        for (LogEntry entry : entries) {
            all.add(entry.index() + "/" + entry.term() + ":" + content(entry));
        }
        return "[" + String.join(" ", all) + "]";
    }

    private String content(LogEntry entry) {
        byte[] payload = entry.payload();
        return switch (Entries.type(payload)) {
            case Entries.NOOP -> "noop";
            case Entries.COMMANDS ->
                String.join(
                        "+",
                        Entries.commands(payload).stream().map(Command::name).toList());
            case Entries.CONFIGURATION -> configuration(Entries.configuration(entry.index(), payload));
            default -> "type" + Entries.type(payload);
        };
    }

    /**
     * A configuration.
     *
     * @param configuration any
     * @return its members; what is no plain voter is named
     */
    public String configuration(Configuration configuration) {
        List<String> all = new ArrayList<>();
        for (Member member : configuration.members()) {
            String part = member.voting().name().toLowerCase(Locale.ROOT);
            all.add(name(member.storeId()) + (part.equals("voter") ? "" : ":" + part));
        }
        return "{" + String.join(",", all) + "}";
    }

    /**
     * A write.
     *
     * @param write any
     * @return its parts, in the order in which they are carried out
     */
    public String write(Effect.Persist write) {
        List<String> parts = new ArrayList<>();
        HardState hard = write.hardState();
        if (hard != null) {
            parts.add("term=" + hard.term() + " vote=" + name(hard.vote()));
        }
        LogPosition reset = write.reset();
        if (reset != null) {
            parts.add("reset=" + at(reset));
        }
        if (write.truncateFrom() > 0) {
            parts.add("truncate=" + write.truncateFrom());
        }
        if (!write.entries().isEmpty()) {
            parts.add(entries(write.entries()));
        }
        if (write.compactThrough() > 0) {
            parts.add("compact=" + write.compactThrough());
        }
        return String.join(" ", parts);
    }

    /**
     * An effect.
     *
     * @param effect any
     * @return what is to be done
     */
    public String effect(Effect effect) {
        if (effect instanceof Effect.Send send) {
            return "send " + message(send.message());
        } else if (effect instanceof Effect.SendAfter after) {
            return "send after write " + after.sequence() + " " + message(after.message());
        } else if (effect instanceof Effect.Persist persist) {
            return "write " + persist.sequence() + ": " + write(persist);
        } else if (effect instanceof Effect.Apply apply) {
            return "apply " + entries(apply.entries());
        } else if (effect instanceof Effect.Proposed proposed) {
            return "proposed at " + at(proposed.position());
        } else if (effect instanceof Effect.Rejected rejected) {
            return "rejected " + rejected.reason();
        } else if (effect instanceof Effect.ReadReady ready) {
            return "read may be answered at " + ready.index();
        } else if (effect instanceof Effect.RoleChanged changed) {
            return changed.role().name().toLowerCase(Locale.ROOT) + " term=" + changed.term() + " leader="
                    + name(changed.leader());
        } else if (effect instanceof Effect.ConfigurationChanged changed) {
            return "configuration " + configuration(changed.configuration());
        } else if (effect instanceof Effect.Changed changed) {
            return "change "
                    + (changed.reason() != null
                            ? "refused " + changed.reason()
                            : changed.outcomeKnown() ? "done" : "outcome unknown");
        } else if (effect instanceof Effect.ReadChunk read) {
            return "read snapshot for " + name(read.peer()) + " from " + read.offset();
        } else if (effect instanceof Effect.StoreChunk store) {
            return "store snapshot " + at(store.position()) + " offset=" + store.offset();
        } else if (effect instanceof Effect.RestoreMachine restore) {
            return "machine restarts from " + at(restore.position());
        }
        if (effect instanceof Effect.EndRecovery) {
            return "recovery ends";
        } else if (effect instanceof Effect.RecoveryWaits waits) {
            return "recovering, waits for "
                    + (waits.silent().isEmpty()
                            ? "a leader"
                            : String.join(
                                    ",", waits.silent().stream().map(this::name).toList()));
        } else if (effect instanceof Effect.RecoveryGivenUp given) {
            return "recovery given up: votes for logs up to " + at(given.best());
        }
        return effect.toString();
    }

    /**
     * A core.
     *
     * @param raft any
     * @param durable its disk
     * @return role, term, log and pointers
     */
    public String state(Raft raft, Durable durable) {
        return raft.role().name().toLowerCase(Locale.ROOT) + " term=" + raft.term() + " vote=" + name(raft.vote())
                + " leader=" + name(raft.leader()) + " log=" + log(raft) + " commit=" + raft.commitIndex()
                + " durable=" + durable.hardState().term() + ","
                + name(durable.hardState().vote()) + ","
                + at(durable.last());
    }

    /** The log as runs of terms: {@code (base] 3-5/2} means entries 3 to 5 of term 2. */
    private static String log(Raft raft) {
        StringBuilder text = new StringBuilder();
        long base = raft.base().index();
        if (base > 0) {
            text.append('(').append(at(raft.base())).append(')');
        }
        long from = base + 1;
        for (long index = base + 1; index <= raft.last().index(); index++) {
            if (index == raft.last().index() || raft.termAt(index + 1) != raft.termAt(index)) {
                text.append(text.isEmpty() ? "" : ",")
                        .append(from == index ? "" : from + "-")
                        .append(index)
                        .append('/')
                        .append(raft.termAt(index));
                from = index + 1;
            }
        }
        return text.isEmpty() ? "-" : text.toString();
    }
}
