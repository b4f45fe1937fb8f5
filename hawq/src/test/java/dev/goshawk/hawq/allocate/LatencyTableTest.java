package dev.goshawk.hawq.allocate;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.models.Block;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LatencyTableTest {
    private static final List<Block> BLOCKS = List.of(new Block("b0", List.of("b0.weight"), 10, 1000),
            new Block("b1", List.of("b1.weight"), 20, 2000));

    @ParameterizedTest
    @ValueSource(strings = {"{\"b0\": {\"2\": 1}} | expected times of layer 'b1', it has none",
            "{\"b0\": {\"4\": 1}} | expected a time of layer 'b0' at 2 bits, it has none",
            "[1] | expected an object of layers such as",
            "{\"b0\": 3} | layer 'b0': expected an object of milliseconds",
            "{\"b0\": {\"9\": 3}} | layer 'b0': expected widths of 1 to 8 bits, got '9'",
            "{\"b0\": {\"2\": -3}} | layer 'b0': expected milliseconds, a number of 0 or more, got -3",
            "{\"b0\": {\"2\": \"x\"}} | layer 'b0': expected milliseconds, a number of 0 or more, got",
            "{\"b0\": {\"2\": 1}, \"b0\": {\"2\": 2}} | expected JSON, got", "nonsense | expected JSON, got",
            " | expected an object"})
    void latencyFilesThatAreNone(String row, @TempDir Path folder) throws Exception {
        String[] parts = (row + " ").split("\\|");
        Path file = Files.writeString(folder.resolve("t.json"), parts[0].strip());
        String line = assertThrows(IllegalArgumentException.class, () -> {
            LatencyTable table = LatencyTable.read(file);
            BLOCKS.forEach(b -> table.of(b, BitWidth.B2));
        }).getMessage();
        assertTrue(line.startsWith(file + ": ") && line.contains(parts[1].strip()) && line.lines().count() == 1, line);
    }
}
