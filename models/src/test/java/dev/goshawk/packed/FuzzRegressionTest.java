package dev.goshawk.packed;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.onnx.OnnxNetwork;
import dev.goshawk.onnx.OnnxReaderFuzz;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The fuzzer's starting inputs and what it found in packed models and ONNX files, without the fuzzer. */
class FuzzRegressionTest {
    @TempDir
    private Path folder;

    private static List<Path> inputs(String of) throws IOException, URISyntaxException {
        URL resources = Objects.requireNonNull(FuzzRegressionTest.class.getResource("/fuzz/" + of));
        try (Stream<Path> files = Files.list(Path.of(resources.toURI()))) {
            return files.sorted().toList();
        }
    }

    @Test
    void everyInputGivesAModelOrOneLine() throws IOException, URISyntaxException {
        for (Path input : inputs("packed")) {
            byte[] bytes = Files.readAllBytes(input);
            assertDoesNotThrow(() -> PackedReaderFuzz.fuzzerTestOneInput(bytes), input::toString);
        }
        for (Path input : inputs("onnx")) {
            byte[] bytes = Files.readAllBytes(input);
            assertDoesNotThrow(() -> OnnxReaderFuzz.fuzzerTestOneInput(bytes), input::toString);
        }
    }

    @Test
    void theSoundInputsAreFilesThatCanBeRead() throws IOException, URISyntaxException {
        int read = 0;
        for (Path input : inputs("packed")) {
            if (input.getFileName().toString().startsWith("sound-")) {
                byte[] bytes = Files.readAllBytes(input);
                Path file = Files.write(folder.resolve("sound"), Arrays.copyOfRange(bytes, 1, bytes.length));
                assertEquals(2, PackedModel.load(file, new PackedReaderFuzz.Tiny()).info().classes().size());
                read++;
            }
        }
        for (Path input : inputs("onnx")) {
            if (input.getFileName().toString().startsWith("sound-")) {
                assertTrue(OnnxNetwork.read(input).classes() > 1, input.toString());
                read++;
            }
        }
        assertTrue(read >= 5, "sound inputs: " + read);
    }
}
