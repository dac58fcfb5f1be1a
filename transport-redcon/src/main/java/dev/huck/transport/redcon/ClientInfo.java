package dev.huck.transport.redcon;

import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What {@code CLIENT LIST} tells of a client. Written by the client's event loop, read by others'; a value may be a
 * moment old.
 */
final class ClientInfo {
    private final long id;
    private final String remote;
    private final String local;
    private final long connected = System.nanoTime();

    private volatile long active = connected;
    private volatile long readingChanged = connected;
    private volatile String name = "";
    private volatile String library = "";
    private volatile String libraryVersion = "";
    private volatile int protocol = 2;

    /** Not volatile: written once per read, and an old one does no harm. */
    private int half;

    /** Not volatile: written once per command, and an old one does no harm. */
    private String command = "NULL";

    ClientInfo(long id, String remote, String local) {
        this.id = id;
        this.remote = remote;
        this.local = local;
    }

    static String text(@Nullable InetSocketAddress address) {
        return address == null ? "?" : NetUtil.toSocketAddressString(address);
    }

    String remote() {
        return remote;
    }

    String local() {
        return local;
    }

    String name() {
        return name;
    }

    void name(String value) {
        name = value;
    }

    void library(String value) {
        library = value;
    }

    void libraryVersion(String value) {
        libraryVersion = value;
    }

    void command(String value) {
        command = value;
    }

    void protocol(int value) {
        protocol = value;
    }

    int protocol() {
        return protocol;
    }

    /** Bytes of memory that a half sent command holds. */
    void half(int value) {
        half = value;
    }

    /** Something came or went. */
    void active() {
        active = System.nanoTime();
    }

    /** Reading was switched on or off. */
    void readingChanged() {
        readingChanged = System.nanoTime();
    }

    long activeNanos() {
        return active;
    }

    long readingChangedNanos() {
        return readingChanged;
    }

    /** One line in Redis's format, of the fields that mean something here. */
    String line(long unsent) {
        long now = System.nanoTime();
        return "id=" + id + " addr=" + remote + " laddr=" + local + " name=" + name
                + " age=" + TimeUnit.NANOSECONDS.toSeconds(now - connected)
                + " idle=" + TimeUnit.NANOSECONDS.toSeconds(now - active)
                + " flags=N db=0 sub=0 psub=0 ssub=0 multi=-1 qbuf=" + half + " omem=" + unsent
                + " events=r cmd=" + command + " user=default redir=-1 resp=" + protocol
                + " lib-name=" + library + " lib-ver=" + libraryVersion + "\n";
    }
}
