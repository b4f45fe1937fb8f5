package dev.goshawk.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The blocks of docs/second-order.md, compiled and run as one program. */
class SecondOrderPageTest {
    private static double number(String printed, String before) {
        Matcher m = Pattern.compile(Pattern.quote(before) + " ([-0-9.E]+)").matcher(printed);
        assertTrue(m.find(), before + " in " + printed);
        return Double.parseDouble(m.group(1));
    }

    @Test
    void thePageRunsAndItsNumbersFitTogether(@TempDir Path classes) throws Exception {
        String printed = DocumentedExample.all("docs/second-order.md", "SecondOrder").run(classes);
        assertTrue(printed.contains("parameters 42, of the first layer 24"), printed);
        double top = number(printed, "eigenvalue");
        double bottom = number(printed, "bottom");
        assertTrue(top > 0 && bottom < top && printed.contains("natural gradient: CONVERGED"), printed);
        double trace = number(printed, "trace");
        double error = number(printed, "standard error");
        double better = number(printed, "hutch++");
        assertEquals(better, trace, 5 * error, printed);
        double squares = number(printed, "squares");
        assertEquals(squares, number(printed, "dense"), 4 * number(printed, "its standard error"), printed);
        // tr (H / ||H||)^2 / n
        assertEquals(number(printed, "dense") / (top * top) / 42, number(printed, "second moment of H / ||H||"),
                4 * number(printed, "of the moment"), printed);
        assertTrue(number(printed, "condition") > 1, printed);
        double dimension = number(printed, "effective dimension");
        assertTrue(dimension > 0 && dimension < 42, printed);
        // f = exp(r^2): 4 x y f, and d3 f / dx dx dy = 4 y (1 + 2 x^2) f
        double f = Math.exp(0.25 + 0.09);
        assertEquals(4 * 0.5 * -0.3 * f, number(printed, "mixed"), 1e-6);
        assertEquals(4 * -0.3 * (1 + 2 * 0.25) * f, number(printed, "third"), 1e-6);
    }
}
