package dev.goshawk.hawq.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ResultTableTest {
    @Test
    void runThenPaper() {
        List<String> lines = ResultTable.text(SampleReport.resnet20()).lines().toList();
        assertEquals(2 + 4 + 1 + 13, lines.size());
        assertEquals("HAWQ                        2 MP       4       87.31    13.11     8.00  this run", lines.get(3));
        assertTrue(lines.get(6).startsWith("---"));
        assertEquals("HAWQ                        2 MP       4       92.22    13.11     8.00  paper, "
                + "quoted from a review", lines.get(19));
    }

    @Test
    void modelWithoutPublishedRows() {
        assertEquals(3, ResultTable.text(SampleReport.bare()).lines().count());
    }
}
