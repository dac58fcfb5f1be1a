package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.core.consensus.Message;
import dev.huck.raft.core.consensus.PeerMessage;
import dev.huck.raft.core.wire.FrameException;
import dev.huck.raft.core.wire.PeerCodec;
import java.util.List;

/** Makes a frame readable. */
final class FrameNames {
    private FrameNames() {}

    static String describe(byte[] frame) {
        PeerMessage message;
        try {
            message = PeerCodec.decode(frame).message();
        } catch (FrameException e) {
            return "a damaged frame: " + e.getMessage();
        }
        if (message instanceof Message.Append append) {
            return "Append term " + append.term() + " session " + append.session() + " round " + append.round()
                    + " behind "
                    + text(append.previous().index(), append.previous().term()) + " entries "
                    + entries(append.entries()) + " commit " + append.commit();
        }
        if (message instanceof Message.InstallSnapshot piece) {
            return "InstallSnapshot term " + piece.term() + (piece.leader() == piece.from() ? "" : " for the leader")
                    + " session " + piece.session() + " of "
                    + text(piece.position().index(), piece.position().term()) + " bytes " + piece.offset() + "+"
                    + piece.bytes().length + " of " + piece.total();
        }
        return message.toString();
    }

    private static String entries(List<LogEntry> entries) {
        if (entries.isEmpty()) {
            return "none";
        }
        LogEntry first = entries.get(0);
        LogEntry last = entries.get(entries.size() - 1);
        return text(first.index(), first.term()) + " to " + text(last.index(), last.term());
    }

    private static String text(long index, long term) {
        return index + "@" + term;
    }
}
