package dev.huck.transport.redcon;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.huck.raft.api.spi.Lane;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class PeerLinkTest {
    private Served sender;
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

    @BeforeEach
    void open() throws IOException {
        sender = new Served();
        logged.start();
        logger().addAppender(logged);
    }

    @AfterEach
    void close() throws IOException {
        sender.close();
        logger().detachAppender(logged);
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(PeerLink.class);
    }

    @Test
    void framesOfALaneArriveInOrder() throws Exception {
        try (Served receiver = new Served()) {
            for (int i = 0; i < 10_000; i++) {
                send(receiver, Lane.APPEND, numbered(i, i % 100 == 0 ? 40_000 : 40));
            }
            for (int i = 0; i < 10_000; i++) {
                assertArrayEquals(numbered(i, i % 100 == 0 ? 40_000 : 40), next(receiver), "frame " + i);
            }
        }
    }

    @Test
    void aLongFrameArrivesWhole() throws Exception {
        try (Served receiver = new Served()) {
            byte[] frame = numbered(7, 70_000_000);
            send(receiver, Lane.APPEND, frame);
            assertArrayEquals(frame, next(receiver));
        }
    }

    @Test
    void anEmptyFrameArrives() throws Exception {
        try (Served receiver = new Served()) {
            send(receiver, Lane.CONTROL, new byte[0]);
            assertEquals(0, next(receiver).length);
        }
    }

    @Test
    void bothDirectionsHaveTheirOwnLink() throws Exception {
        try (Served other = new Served()) {
            send(other, Lane.CONTROL, bytes("there"));
            assertEquals("there", text(next(other)));
            other.transport.send(sender.transport.address(), Lane.CONTROL, bytes("back"));
            assertEquals("back", text(next(sender)));
        }
    }

    @Test
    void namesAreLookedUp() throws Exception {
        try (Served receiver = new Served()) {
            String address = receiver.transport.address().replace("127.0.0.1", "localhost");
            sender.transport.send(address, Lane.CONTROL, bytes("hi"));
            assertEquals("hi", text(next(receiver)));
        }
    }

    @Test
    void framesArriveAgainAfterThePeerRestarted() throws Exception {
        Served receiver = new Served();
        send(receiver, Lane.CONTROL, bytes("before"));
        assertEquals("before", text(next(receiver)));
        String address = receiver.transport.address();
        receiver.close();
        await().until(() -> {
            sender.transport.send(address, Lane.CONTROL, bytes("lost"));
            return logged(Level.WARN) == 1;
        });
        try (Served again = new Served(Served.options().address(address), true)) {
            await().until(() -> {
                sender.transport.send(address, Lane.CONTROL, bytes("after"));
                return again.engine.frames.peek() != null;
            });
            assertEquals("after", text(next(again)));
            await().until(() -> logged(Level.INFO) == 1);
            assertEquals(List.of(Level.WARN, Level.INFO), levels());
        }
    }

    @Test
    void anOutageIsLoggedOnceHoweverLongItLasts() throws Exception {
        String nobody = "127.0.0.1:" + freePort();
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(700);
        while (System.nanoTime() < end) {
            sender.transport.send(nobody, Lane.CONTROL, bytes("x"));
            Thread.sleep(5); // a heartbeat's pace: several attempts fall into the time
        }
        assertEquals(List.of(Level.WARN), levels());
        assertTrue(logged.list.get(0).getFormattedMessage().startsWith("peer " + nobody + " can't be reached: "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "no.such.host.invalid:7481"})
    void anAddressThatLeadsNowhereIsLoggedOnce(String address) {
        await().until(() -> {
            sender.transport.send(address, Lane.CONTROL, bytes("x"));
            return logged(Level.WARN) == 1;
        });
    }

    @Test
    void whatIsNoNodeIsSaidToBeNone() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            sender.transport.send("127.0.0.1:" + other.getLocalPort(), Lane.CONTROL, bytes("x"));
            try (Socket accepted = other.accept()) {
                accepted.getOutputStream().write("-ERR unknown command\r\n".getBytes(US_ASCII));
                await().until(() -> logged(Level.WARN) == 1);
                assertTrue(logged.list.get(0).getFormattedMessage().contains("is not a node of Huck"));
            }
        }
    }

    @Test
    void controlOvertakesWhatWaitsInOtherLanes() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            other.setReceiveBufferSize(4096);
            String address = "127.0.0.1:" + other.getLocalPort();
            byte[] piece = new byte[1 << 20];
            for (int i = 0; i < 12; i++) {
                sender.transport.send(address, Lane.SNAPSHOT, piece);
            }
            try (Socket accepted = other.accept()) {
                DataInputStream in = new DataInputStream(accepted.getInputStream());
                in.readInt(); // the greeting: the link is up and fills
                sender.transport.send(address, Lane.APPEND, new byte[2]);
                sender.transport.send(address, Lane.CONTROL, new byte[1]);
                List<Integer> lengths = new ArrayList<>();
                for (int i = 0; i < 14; i++) {
                    lengths.add(in.readInt());
                    in.readNBytes(lengths.get(i));
                }
                assertEquals(lengths.indexOf(2) - 1, lengths.indexOf(1), "control just before append: " + lengths);
                assertTrue(lengths.indexOf(2) < 13, "append before the last of the snapshot: " + lengths);
            }
        }
    }

    @Test
    void aFullLaneDropsAndLeavesRoomInTheOthers() {
        LaneQueue queue = new LaneQueue();
        byte[] half = new byte[(int) (LaneQueue.limit(Lane.SNAPSHOT) / 2)];
        assertTrue(queue.offer(Lane.SNAPSHOT, half));
        assertTrue(queue.offer(Lane.SNAPSHOT, half));
        assertTrue(!queue.offer(Lane.SNAPSHOT, new byte[1]));
        assertTrue(queue.offer(Lane.CONTROL, new byte[1]));
        assertEquals(1, queue.poll().length);
        queue.poll();
        assertTrue(queue.offer(Lane.SNAPSHOT, half));
        queue.clear();
        assertNull(queue.poll());
    }

    @Test
    void aFrameLongerThanALaneFitsIntoAnEmptyOne() {
        LaneQueue queue = new LaneQueue();
        assertTrue(queue.offer(Lane.CONTROL, new byte[(int) LaneQueue.limit(Lane.CONTROL) + 1]));
        assertTrue(!queue.offer(Lane.CONTROL, new byte[1]));
    }

    @Test
    void aFrameOfAnnouncedLengthTakesNoMemoryAndAnImpossibleOneCloses() throws Exception {
        String greeting = "\u00f5HK\u0001";
        Wire patient = sender.connect().send(greeting + "\u0007\0\0\0x");
        assertEquals(
                "",
                sender.connect().send(greeting + "\u007f\u00ff\u00ff\u00ffx").rest());
        assertEquals(
                "",
                sender.connect().send(greeting + "\u00ff\u00ff\u00ff\u00ffx").rest());
        assertEquals("\u0006", patient.read(1), "what has arrived is acknowledged");
    }

    @Test
    void anotherVersionOfTheLinkIsRefused() throws IOException {
        assertEquals("", sender.connect().send("\u00f5HK\u0002\0\0\0\1x").rest());
    }

    @Test
    void theGreetingMayComeByteByByte() throws Exception {
        Wire wire = sender.connect();
        for (String piece : "\u00f5HK\u0001\0\0\0\2hi".split("")) {
            wire.send(piece);
        }
        assertEquals("hi", text(next(sender)));
    }

    @Test
    void whatOnlyBeginsLikeAPeerIsAClient() throws IOException {
        assertTrue(sender.exchange("\u00f5HELLO\r\n").startsWith("-ERR unknown command"));
    }

    @Test
    void closingSendsWhatWaits() throws Exception {
        try (Served receiver = new Served()) {
            send(receiver, Lane.CONTROL, bytes("first"));
            next(receiver);
            send(receiver, Lane.CONTROL, bytes("last"));
            sender.transport.close();
            assertEquals("last", text(next(receiver)));
        }
    }

    private void send(Served to, Lane lane, byte[] frame) {
        sender.transport.send(to.transport.address(), lane, frame);
    }

    private static byte[] next(Served at) throws InterruptedException {
        byte[] frame = at.engine.frames.poll(30, TimeUnit.SECONDS);
        if (frame == null) {
            throw new AssertionError("no frame has come");
        }
        return frame;
    }

    private static byte[] numbered(int number, int length) {
        return ByteBuffer.allocate(length).putInt(number).array();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(US_ASCII);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, US_ASCII);
    }

    private List<Level> levels() {
        return List.copyOf(logged.list).stream().map(ILoggingEvent::getLevel).toList();
    }

    private long logged(Level level) {
        return levels().stream().filter(level::equals).count();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
