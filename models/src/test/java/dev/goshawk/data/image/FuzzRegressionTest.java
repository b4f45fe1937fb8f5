package dev.goshawk.data.image;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.fuzz.FuzzInputs;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The fuzzer's starting inputs and what it found (resources {@code fuzz/images}), without the fuzzer. */
class FuzzRegressionTest {
    @Test
    void everyInputGivesPixelsOrOneLine() throws IOException, URISyntaxException {
        int sound = 0;
        for (Path input : FuzzInputs.kept("images")) {
            byte[] bytes = Files.readAllBytes(input);
            assertDoesNotThrow(() -> ImageReaderFuzz.fuzzerTestOneInput(bytes), input::toString);
            if (input.getFileName().toString().startsWith("sound-")) {
                assertTrue(ImageDecoder.decode(input).rgb().length > 0, input.toString());
                sound++;
            }
        }
        assertTrue(sound >= 4, "sound inputs: " + sound);
    }
}
