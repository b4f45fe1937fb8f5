package dev.goshawk.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.backend.Workers;
import dev.goshawk.graph.Graph;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Erf, and GELU in its two forms. */
class ErrorFunctionNodesTest {
    private static final double[] X = {-3, -0.5, 0.25, 2};
    private static final double[] ERF = {-0.9999779095030014, -0.5204998778130465, 0.2763263901682369,
            0.9953222650189527};
    /** x times the probability of a normal number below x. */
    private static final double[] GELU = {-0.00404969409489028358, -0.15426876936299344818, 0.14967658142073093106,
            1.9544997361036415856};

    @TempDir
    private Path folder;

    private OnnxFunction read(String operator, byte[]... attributes) throws IOException {
        Path file = folder.resolve("f.onnx");
        Files.write(file, new OnnxBytes(20).input("x", 1, 4).node(operator, List.of("x"), List.of("y"), attributes)
                .output("y").toBytes());
        return OnnxFunction.read(file);
    }

    private double[] run(OnnxFunction function) {
        OnnxFunction.Traced traced = function.trace(DType.FLOAT64, Map.of("x", Shape.of(4)), Map.of());
        Executable run = Backends.select("reference", Workers.SINGLE).compile(Graph.of(traced.outputs()));
        run.bind("x", Tensor.of(Shape.of(4), X));
        run.run();
        return run.output("y").toDoubles();
    }

    @Test
    void valuesAreThoseOfTheNormalDistribution() throws IOException {
        double[] erf = run(read("Erf"));
        double[] exact = run(read("Gelu"));
        double[] none = run(read("Gelu", OnnxBytes.attribute("approximate", "none")));
        double[] tanh = run(read("Gelu", OnnxBytes.attribute("approximate", "tanh")));
        for (int i = 0; i < X.length; i++) {
            assertEquals(ERF[i], erf[i], 1e-15);
            assertEquals(GELU[i], exact[i], 1e-15);
            assertEquals(exact[i], none[i]);
            assertTrue(tanh[i] != exact[i] && Math.abs(tanh[i] - exact[i]) < 1e-3, tanh[i] + " " + exact[i]);
        }
    }

    @Test
    void anotherFormIsNamed() {
        String message = assertThrows(OnnxException.class,
                () -> run(read("Gelu", OnnxBytes.attribute("approximate", "sigmoid")))).getMessage();
        assertTrue(message.endsWith("approximate: expected none or tanh, got 'sigmoid'"), message);
    }
}
