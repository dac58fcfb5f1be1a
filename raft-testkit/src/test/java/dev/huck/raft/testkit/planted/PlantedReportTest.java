package dev.huck.raft.testkit.planted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlantedReportTest {
    private static final PlantedBug BUG =
            PlantedBug.read("x", List.of("title: one is two", "file: A.java", "<<<<", "1", "====", "2", ">>>>"));

    private final PlantedReport report = new PlantedReport();

    @Test
    void medianOfNothingIsNone() {
        assertEquals("none", report.median());
    }

    @Test
    void medianOfBugsOfWhichNoneWasFoundIsMoreThanWereRun() {
        report.add(BUG, 0, null);
        assertEquals(">1000", report.median());
        assertTrue(report.markdown().contains("0 of 1 found; median of the seeds it took: >1000."), report::markdown);
        assertTrue(report.markdown().contains("| not found |"), report::markdown);
    }

    @Test
    void whatATableTellsIsReadAgain() {
        report.add(BUG, 573, "liveness: no leader");
        assertEquals(
                Map.of("x", 573L), PlantedReport.seeds(report.markdown().lines().toList()));
        PlantedReport nothing = new PlantedReport();
        nothing.add(BUG, 0, null);
        assertEquals(Map.of(), PlantedReport.seeds(nothing.markdown().lines().toList()));
    }

    @Test
    void bugThatWasNotFoundCountsAsTheLastOfAll() {
        report.add(BUG, 0, null);
        report.add(BUG, 7, "liveness: no leader");
        assertEquals("7", report.median());
        report.add(BUG, 0, null);
        assertEquals(">1000", report.median());
        report.add(BUG, 3, "liveness: no leader");
        report.add(BUG, 5, "liveness: no leader");
        assertEquals("7", report.median());
    }
}
