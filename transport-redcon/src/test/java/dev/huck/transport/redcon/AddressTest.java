package dev.huck.transport.redcon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {

    @ParameterizedTest
    @CsvSource({
        "7481, 127.0.0.1:7481",
        ":7481, 127.0.0.1:7481",
        "example.org:1, example.org:1",
        "0.0.0.0:65535, 0.0.0.0:65535",
        "[::1]:7481, [::1]:7481",
        "localhost:0, localhost:0"
    })
    void everyFormIsUnderstood(String text, String meant) {
        assertEquals(meant, Address.parse(text).toString());
    }

    @Test
    void bracketsAreNotPartOfTheHost() {
        assertEquals(new Address("::1", 80), Address.parse("[::1]:80"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ":", "host", "host:", "host:x", "host:-1", "host:65536", "::1:7481", "host:99999999999"})
    void anythingElseIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> Address.parse(text));
    }
}
