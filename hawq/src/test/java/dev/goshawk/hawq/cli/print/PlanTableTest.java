package dev.goshawk.hawq.cli.print;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.goshawk.hawq.reproduce.Experiment;
import dev.goshawk.hawq.reproduce.PaperTables;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanTableTest {
    @Test
    void whatIsRunAndWhatIsThereStandsInColumns() {
        List<Experiment> rows = PaperTables.cifar10().choose(List.of("hawq", "pact", "pact-3"), 1);
        assertEquals("""
                row     method                     weights  activations  seed         time here
                ------  ------------------  --------------  -----------  ----  ----------------
                float   Float                      float32      float32     1     in the ledger
                hawq    HAWQ                13.10x smaller       4 bits     1        1 min 30 s
                pact    PACT                16.00x smaller       2 bits     1        1 min 30 s
                pact-3  PACT                10.66x smaller       3 bits     1        1 min 30 s
                ------  ------------------  --------------  -----------  ----  ----------------
                total   3 of 4 rows to run                                     about 4 min 30 s
                """, PlanTable.of(rows, rows.subList(1, rows.size()), e -> 90));
    }
}
