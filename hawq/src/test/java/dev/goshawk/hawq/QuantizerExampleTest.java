package dev.goshawk.hawq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.documentation.DocumentedExample;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The worked example of a quantizer compiles and rounds as its page says. */
class QuantizerExampleTest {
    @Test
    void rounds(@TempDir Path classes) throws Exception {
        String printed = DocumentedExample.of("docs/add-a-quantizer.md", "LearnedClip").run(classes);
        // c = 2 sqrt((0.81 + 0.16 + 0.01 + 0.04) / 4) = 1.00995, a third of which is 0.33665.
        assertTrue(printed.contains("codes [6, 2, 3, 2]"), printed);
        String[] values = printed.substring(printed.indexOf("values [") + 8, printed.lastIndexOf(']')).split(", ");
        double[] expected = {1.00995, -0.33665, 0, -0.33665};
        assertEquals(4, values.length, printed);
        for (int i = 0; i < 4; i++) {
            assertEquals(expected[i], Double.parseDouble(values[i]), 1e-5, Arrays.toString(values));
        }
    }
}
