package dev.huck.transport.redcon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.Options;
import dev.huck.raft.api.spi.Providers;
import dev.huck.raft.api.spi.Transport;
import dev.huck.raft.api.spi.TransportProvider;
import java.io.IOException;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpeningTest {

    @Test
    void theProviderIsFoundByName() {
        assertInstanceOf(
                RedconProvider.class, Providers.choose(TransportProvider.class, TransportProvider::name, "redcon"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0:0", "[::]:0"})
    void aBindThatOthersReachIsRefusedWithoutAuthentication(String address) {
        HuckException refused = assertThrows(HuckException.StartFailed.class, () -> new RedconProvider()
                .open(Options.builder().address(address).build()));
        assertTrue(
                refused.getMessage().startsWith("ERR refusing to listen on " + address + " without authentication: "),
                refused.getMessage());
        assertTrue(refused.getMessage().contains("--insecure"), refused.getMessage());
    }

    @Test
    void insecureIsAllowedWhenAskedFor() throws IOException {
        try (Transport transport = new RedconProvider()
                .open(Options.builder().address("0.0.0.0:0").insecure(true).build())) {
            assertTrue(transport.address().startsWith("0.0.0.0:"), transport.address());
        }
    }

    @Test
    void aPortInUseIsNamed() throws IOException {
        try (Served served = new Served()) {
            String address = served.transport.address();
            IOException failed = assertThrows(IOException.class, () -> new RedconProvider()
                    .open(Options.builder().address(address).build()));
            assertEquals(
                    "can't listen on " + address + ": address already in use",
                    String.valueOf(failed.getMessage()).toLowerCase(Locale.ROOT));
        }
    }

    @Test
    void anAddressThatIsNoneIsRefused() {
        HuckException refused = assertThrows(HuckException.StartFailed.class, () -> new RedconProvider()
                .open(Options.builder().address("here").build()));
        assertEquals("ERR 'here' is no address; expected host:port, [ipv6]:port or port", refused.getMessage());
    }

    @Test
    void aBarePortMeansLoopbackAndZeroAFreeOne() throws IOException {
        try (Transport transport =
                new RedconProvider().open(Options.builder().address(":0").build())) {
            assertTrue(transport.address().matches("127\\.0\\.0\\.1:[1-9][0-9]+"), transport.address());
        }
    }

    @Test
    void whoConnectsBeforeTheStartIsServedAfterIt() throws IOException {
        try (FakeEngine engine = new FakeEngine(true);
                Transport transport = new RedconProvider().open(Served.options().build());
                Wire early = new Wire(transport.address())) {
            early.send("PING\r\n");
            transport.start(engine);
            assertEquals("+PONG\r\n", early.read(7));
        }
    }

    @Test
    void closingTwiceIsClosingOnceAndFreesThePort() throws IOException {
        Served served = new Served();
        String address = served.transport.address();
        served.close();
        served.transport.close();
        new RedconProvider().open(Options.builder().address(address).build()).close();
    }
}
