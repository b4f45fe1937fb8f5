package dev.goshawk.weights;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.fuzz.FuzzInputs;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The fuzzer's starting inputs and what it found (resources {@code fuzz/weights}), without the fuzzer. */
class FuzzRegressionTest {
    @TempDir
    Path folder;

    @Test
    void everyInputGivesTensorsOrOneLine() throws IOException, URISyntaxException {
        for (Path input : FuzzInputs.kept("weights")) {
            byte[] bytes = Files.readAllBytes(input);
            assertDoesNotThrow(() -> WeightReaderFuzz.fuzzerTestOneInput(bytes), input::toString);
        }
    }

    @Test
    void theSoundInputsAreFilesThatCanBeRead() throws IOException, URISyntaxException {
        int read = 0;
        for (Path input : FuzzInputs.kept("weights")) {
            byte[] bytes = Files.readAllBytes(input);
            if (input.getFileName().toString().startsWith("sound-") && bytes[0] == 0) {
                Path file = TorchFiles.write(folder, "sound", Arrays.copyOfRange(bytes, 1, bytes.length));
                assertEquals(2, WeightFile.read(file).names().size(), input.toString());
                read++;
            }
        }
        assertTrue(read >= 3, "of each format one: " + read);
    }
}
