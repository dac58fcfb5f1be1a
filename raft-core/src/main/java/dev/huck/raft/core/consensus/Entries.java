package dev.huck.raft.core.consensus;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.Durability;
import dev.huck.raft.core.consensus.Configuration.Settings;
import dev.huck.raft.core.consensus.Member.Versions;
import dev.huck.raft.core.consensus.Member.Voting;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The payload of an entry: type (1 byte), the leader's stamp (8: nanoseconds since the epoch), its seed (8), then the
 * content. Numbers are big-endian.
 *
 * <p>Commands: their number (4), then each with a byte of flags and the command itself. Flag 1 says that a client
 * session (id, sequence, first unanswered: 24 bytes) stands before the command; nobody writes it yet.
 */
public final class Entries {
    /** Opens a term. */
    public static final byte NOOP = 0;
    /** Clients' commands. */
    public static final byte COMMANDS = 1;
    /** A configuration. */
    public static final byte CONFIGURATION = 2;

    /** By their codes on disk and on the wire: never reordered. */
    private static final List<Durability> DURABILITIES = List.of(Durability.LOW, Durability.MEDIUM, Durability.HIGH);

    private static final List<Voting> VOTINGS = List.of(
            Voting.LEARNER,
            Voting.NEWCOMER,
            Voting.VOTER,
            Voting.INCOMING,
            Voting.OUTGOING,
            Voting.DEMOTED,
            Voting.AWAITED,
            Voting.LEAVING,
            Voting.RETREATING);
    private static final int HEADER = 17;
    private static final byte CONFIGURATION_FORMAT = 1;

    private Entries() {}

    /**
     * The entry's type.
     *
     * @param payload of an entry
     * @return one of this class's constants
     */
    public static byte type(byte[] payload) {
        return payload[0];
    }

    /**
     * The leader's stamp.
     *
     * @param payload of an entry
     * @return nanoseconds since the epoch
     */
    public static long stamp(byte[] payload) {
        return ByteBuffer.wrap(payload).getLong(1);
    }

    /**
     * One past the last stamp that the entry uses: each of its commands has a nanosecond of its own.
     *
     * @param payload of an entry
     * @return nanoseconds since the epoch
     */
    public static long stampEnd(byte[] payload) {
        return stamp(payload)
                + (type(payload) == COMMANDS
                        ? Math.max(1, ByteBuffer.wrap(payload).getInt(HEADER))
                        : 1);
    }

    /**
     * The leader's seed.
     *
     * @param payload of an entry
     * @return the seed
     */
    public static long seed(byte[] payload) {
        return ByteBuffer.wrap(payload).getLong(9);
    }

    /**
     * An entry without content.
     *
     * @param stamp the leader's
     * @return the payload
     */
    public static byte[] noop(long stamp) {
        return ByteBuffer.allocate(HEADER).put(NOOP).putLong(stamp).putLong(0).array();
    }

    /**
     * An entry of commands.
     *
     * @param stamp the leader's
     * @param seed the leader's
     * @param commands at least one
     * @return the payload
     */
    public static byte[] commands(long stamp, long seed, List<Command> commands) {
        int length = HEADER + 4;
        for (Command command : commands) {
            length += 1 + command.encodedLength();
        }
        ByteBuffer out = ByteBuffer.allocate(length);
        out.put(COMMANDS).putLong(stamp).putLong(seed).putInt(commands.size());
        for (Command command : commands) {
            out.put((byte) 0);
            command.encode(out);
        }
        return out.array();
    }

    /**
     * The commands of an entry; their elements are slices of the payload.
     *
     * @param payload of type {@link #COMMANDS}
     * @return the commands
     * @throws IllegalArgumentException when the payload is none
     */
    public static List<Command> commands(byte[] payload) {
        ByteBuffer in = ByteBuffer.wrap(payload, HEADER, payload.length - HEADER);
        int count = in.getInt();
        List<Command> commands = new ArrayList<>(Math.min(count, in.remaining()));
        for (int i = 0; i < count; i++) {
            byte flags = in.get();
            if (flags != 0) {
                throw new IllegalArgumentException("command " + i + " has flags " + flags + " of a newer version");
            }
            commands.add(Command.decode(in));
        }
        return commands;
    }

    /**
     * An entry that carries a configuration.
     *
     * @param stamp the leader's
     * @param configuration the configuration; its index is that of the entry
     * @return the payload
     */
    public static byte[] configuration(long stamp, Configuration configuration) {
        byte[] encoded = encode(configuration);
        return ByteBuffer.allocate(HEADER + encoded.length)
                .put(CONFIGURATION)
                .putLong(stamp)
                .putLong(0)
                .put(encoded)
                .array();
    }

    /**
     * The configuration of an entry.
     *
     * @param index the entry's index
     * @param payload of type {@link #CONFIGURATION}
     * @return the configuration
     */
    public static Configuration configuration(long index, byte[] payload) {
        return decodeConfiguration(ByteBuffer.wrap(payload, HEADER, payload.length - HEADER))
                .at(index);
    }

    /**
     * A configuration as bytes: for entries and for the heads of snapshots.
     *
     * @param configuration the configuration
     * @return its index and content
     */
    public static byte[] encode(Configuration configuration) {
        int length = 1 + 8 + 1 + 3 * 8 + 4 + 4 + 4;
        for (Member member : configuration.members()) {
            length += 8 + 4 + 4 + 1 + 4 * 4 + utf8(member.nodeId()).length + utf8(member.address()).length;
        }
        ByteBuffer out = ByteBuffer.allocate(length);
        Settings settings = configuration.settings();
        out.put(CONFIGURATION_FORMAT).putLong(configuration.index());
        out.put((byte) DURABILITIES.indexOf(settings.durability()));
        out.putLong(settings.heartbeatNanos())
                .putLong(settings.electionMinNanos())
                .putLong(settings.electionMaxNanos())
                .putInt(settings.driftPermille());
        out.putInt(configuration.machine());
        out.putInt(configuration.members().size());
        for (Member member : configuration.members()) {
            out.putLong(member.storeId()).put((byte) VOTINGS.indexOf(member.voting()));
            putText(out, member.nodeId());
            putText(out, member.address());
            Versions versions = member.versions();
            out.putInt(versions.protocolMin())
                    .putInt(versions.protocolMax())
                    .putInt(versions.machineMin())
                    .putInt(versions.machineMax());
        }
        return out.array();
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @param in moved past the configuration
     * @return the configuration
     * @throws IllegalArgumentException when the bytes are none
     */
    public static Configuration decodeConfiguration(ByteBuffer in) {
        byte format = in.get();
        if (format != CONFIGURATION_FORMAT) {
            throw new IllegalArgumentException("a configuration of format " + format + "; this version knows 1");
        }
        long index = in.getLong();
        Durability durability = coded(DURABILITIES, in.get());
        Settings settings = new Settings(durability, in.getLong(), in.getLong(), in.getLong(), in.getInt());
        int machine = in.getInt();
        int count = in.getInt();
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long storeId = in.getLong();
            Voting voting = coded(VOTINGS, in.get());
            String nodeId = text(in);
            String address = text(in);
            Versions versions = new Versions(in.getInt(), in.getInt(), in.getInt(), in.getInt());
            members.add(new Member(storeId, nodeId, address, voting, versions));
        }
        return new Configuration(index, members, settings, machine);
    }

    private static <T> T coded(List<T> values, byte code) {
        if (code < 0 || code >= values.size()) {
            throw new IllegalArgumentException("code " + code + " is not one of " + values);
        }
        return values.get(code);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void putText(ByteBuffer out, String text) {
        byte[] bytes = utf8(text);
        out.putInt(bytes.length).put(bytes);
    }

    private static String text(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("a text of " + length + " bytes in " + in.remaining());
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
