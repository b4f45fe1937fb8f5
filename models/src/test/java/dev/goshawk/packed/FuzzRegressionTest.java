package dev.goshawk.packed;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.fuzz.FuzzInputs;
import dev.goshawk.onnx.OnnxNetwork;
import dev.goshawk.onnx.OnnxReaderFuzz;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The fuzzer's starting inputs and what it found in packed models and ONNX files, without the fuzzer. */
class FuzzRegressionTest {
    @TempDir
    private Path folder;

    @Test
    void everyInputGivesAModelOrOneLine() throws IOException, URISyntaxException {
        for (Path input : FuzzInputs.kept("packed")) {
            byte[] bytes = Files.readAllBytes(input);
            assertDoesNotThrow(() -> PackedReaderFuzz.fuzzerTestOneInput(bytes), input::toString);
        }
        for (Path input : FuzzInputs.kept("onnx")) {
            byte[] bytes = Files.readAllBytes(input);
            assertDoesNotThrow(() -> OnnxReaderFuzz.fuzzerTestOneInput(bytes), input::toString);
        }
    }

    @Test
    void theSoundInputsAreFilesThatCanBeRead() throws IOException, URISyntaxException {
        int read = 0;
        for (Path input : FuzzInputs.kept("packed")) {
            if (input.getFileName().toString().startsWith("sound-")) {
                byte[] bytes = Files.readAllBytes(input);
                Path file = Files.write(folder.resolve("sound"), Arrays.copyOfRange(bytes, 1, bytes.length));
                assertEquals(2, PackedModel.load(file, new PackedReaderFuzz.Tiny()).info().classes().size());
                read++;
            }
        }
        for (Path input : FuzzInputs.kept("onnx")) {
            if (input.getFileName().toString().startsWith("sound-")) {
                assertTrue(OnnxNetwork.read(input).classes() > 1, input.toString());
                read++;
            }
        }
        assertTrue(read >= 5, "sound inputs: " + read);
    }
}
