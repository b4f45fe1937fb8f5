package dev.goshawk.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.backend.Workers;
import dev.goshawk.graph.Graph;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sin, Cos, Pow by exponents that are data, and Where by a condition that is. */
class PowerNodesTest {
    private static final double[] X = {-2, 0, 0.25, 3};
    private static final double[] Y = {3, 0, 0.5, -2};

    @TempDir
    private Path folder;

    private double[] run(OnnxBytes model) throws IOException {
        Path file = folder.resolve("f.onnx");
        Files.write(file, model.output("z").toBytes());
        OnnxFunction.Traced traced = OnnxFunction.read(file).trace(DType.FLOAT64,
                Map.of("x", Shape.of(4), "y", Shape.of(4)), Map.of());
        Executable run = Backends.select("reference", Workers.SINGLE).compile(Graph.of(traced.outputs()));
        for (String name : run.inputs()) {
            run.bind(name, Tensor.of(Shape.of(4), name.equals("x") ? X : Y));
        }
        run.run();
        return run.output("z").toDoubles();
    }

    private static OnnxBytes model() {
        return new OnnxBytes(20).input("x", 1, 4).input("y", 1, 4);
    }

    @Test
    void functionsAndPowers() throws IOException {
        assertArrayEquals(Arrays.stream(X).map(Math::sin).toArray(),
                run(model().node("Sin", List.of("x"), List.of("z"))), 1e-15);
        assertArrayEquals(Arrays.stream(X).map(Math::cos).toArray(),
                run(model().node("Cos", List.of("x"), List.of("z"))), 1e-15);
        assertArrayEquals(new double[] {-8, 1, 0.5, 1.0 / 9}, run(model().node("Pow", List.of("x", "y"), List.of("z"))),
                1e-15);
    }

    /** Where x exceeds y; the square root of a negative number is not chosen. */
    @Test
    void aChoiceByData() throws IOException {
        double[] z = run(model().node("Greater", List.of("x", "y"), List.of("c"))
                .node("Sqrt", List.of("x"), List.of("root")).node("Where", List.of("c", "root", "y"), List.of("z")));
        assertArrayEquals(new double[] {3, 0, 0.5, Math.sqrt(3)}, z, 1e-15);
    }
}
