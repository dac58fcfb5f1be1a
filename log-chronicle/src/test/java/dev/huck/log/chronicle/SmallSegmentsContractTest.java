package dev.huck.log.chronicle;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract again, with a new segment every few changes. */
class SmallSegmentsContractTest extends ChronicleLogStoreContractTest {
    private static final String PROPERTY = "huck.log.chronicle.segment-bytes";
    private static final String BYTES = "150000"; // an empty one has more than 130,000: Chronicle's index

    @BeforeAll
    static void beSmall() {
        System.setProperty(PROPERTY, BYTES);
    }

    @AfterAll
    static void beLarge() {
        System.clearProperty(PROPERTY);
    }

    @Override
    protected List<String> jvmOptions() {
        List<String> options = new ArrayList<>(super.jvmOptions());
        options.add("-D" + PROPERTY + "=" + BYTES);
        return options;
    }
}
