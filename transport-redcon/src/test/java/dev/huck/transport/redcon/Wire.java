package dev.huck.transport.redcon;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.concurrent.TimeUnit;

/** A client that sends bytes and sees bytes, both as ISO 8859-1 text. */
final class Wire implements Closeable {
    private static final int TIMEOUT = (int) TimeUnit.SECONDS.toMillis(30);

    final Socket socket;
    private final InputStream in;

    Wire(String address) throws IOException {
        Address to = Address.parse(address);
        socket = new Socket(to.host(), to.port());
        socket.setSoTimeout(TIMEOUT);
        socket.setTcpNoDelay(true);
        in = socket.getInputStream();
    }

    Wire send(String text) throws IOException {
        return send(text.getBytes(ISO_8859_1));
    }

    Wire send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** Exactly as many bytes as are expected. */
    String read(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        return new String(bytes, ISO_8859_1);
    }

    /** Sends and reads as much as is expected. */
    String ask(String text, int length) throws IOException {
        return send(text).read(length);
    }

    /** A line, without its end. */
    String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            line.append((char) b);
        }
        return line.toString().stripTrailing();
    }

    /** All up to the end of the stream; a reset counts as the end. */
    String rest() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            byte[] part = new byte[8192];
            for (int n = in.read(part); n >= 0; n = in.read(part)) {
                all.write(part, 0, n);
            }
        } catch (java.net.SocketException e) {
            // closed with bytes unread
        }
        return all.toString(ISO_8859_1);
    }

    /** Sends, closes the sending side and reads all that comes. */
    String exchange(String text) throws IOException {
        try {
            send(text);
            socket.shutdownOutput();
        } catch (java.net.SocketException e) {
            // refused while sending; the reason is still to be read
        }
        return rest();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
