package dev.goshawk.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.goshawk.autodiff.ReverseMode;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Inverse trigonometric and hyperbolic functions and their first two derivatives, against formulas, to the last digits. */
class InverseNodesTest {
    private static final double[] ALL = {-1e150, -7, -1, -0.4, -1e-9, 0, 1e-300, 0.02, 0.99999, 1, 1.00001, 3, 1e9,
            1e300};

    @TempDir
    private Path folder;

    private void check(String operator, double[] at, DoubleUnaryOperator f, DoubleUnaryOperator first,
            DoubleUnaryOperator second) throws IOException {
        Path file = folder.resolve("f.onnx");
        Files.write(file, new OnnxBytes(20).input("x", 1, at.length).node(operator, List.of("x"), List.of("z"))
                .output("z").toBytes());
        OnnxFunction function = OnnxFunction.read(file);
        for (DType dtype : List.of(DType.FLOAT64, DType.FLOAT32)) {
            Value z = function.trace(dtype, Map.of("x", Shape.of(at.length)), Map.of()).outputs().get("z");
            Value x = GraphInputs.of(z).get("x");
            Value slope = ReverseMode.gradient(z.sum(), List.of(x)).getFirst();
            Value bend = ReverseMode.gradient(slope.sum(), List.of(x)).getFirst();
            double digits = dtype == DType.FLOAT64 ? 4e-15 : 2e-6;
            compare(operator, dtype, z, at, f, digits, 0);
            compare(operator + "'", dtype, slope, at, first, 4 * digits, 0);
            // Near 0 the second derivatives of arcs are differences of ones.
            compare(operator + "''", dtype, bend, at, second, 40 * digits, operator.equals("Atan") ? 0 : digits);
        }
    }

    private static void compare(String what, DType dtype, Value y, double[] at, DoubleUnaryOperator f, double digits,
            double absolute) {
        Executable run = Backends.defaultBackend().compile(Graph.of("y", y));
        Tensor x = Tensor.zeros(dtype, Shape.of(at.length));
        for (int i = 0; i < at.length; i++) {
            x.set(i, at[i]);
        }
        run.bind("x", x);
        run.run();
        for (int i = 0; i < at.length; i++) {
            if (!Double.isFinite(x.get(i))) {
                continue;
            }
            double expected = f.applyAsDouble(x.get(i));
            // What is below the smallest numbers of the type may be 0.
            double least = dtype == DType.FLOAT64 ? 1e-290 : 1e-36;
            assertEquals(expected, run.output("y").get(i), digits * Math.abs(expected) + absolute + least,
                    what + " of " + x.get(i) + " in " + dtype);
        }
    }

    @Test
    void arcTangent() throws IOException {
        check("Atan", ALL, Math::atan, x -> 1 / (1 + x * x), x -> -2 / (1 / x + x) / (1 + x * x));
    }

    @Test
    void arcSineAndCosine() throws IOException {
        double[] inside = {-0.999, -0.4, -1e-9, 1e-300, 0.02, 0.7, 0.99999};
        check("Asin", inside, Math::asin, x -> 1 / Math.sqrt((1 - x) * (1 + x)),
                x -> x / Math.pow((1 - x) * (1 + x), 1.5));
        check("Acos", inside, Math::acos, x -> -1 / Math.sqrt((1 - x) * (1 + x)),
                x -> -x / Math.pow((1 - x) * (1 + x), 1.5));
    }

    @Test
    void areaFunctions() throws IOException {
        // Formulas that keep their digits at either end.
        DoubleUnaryOperator asinh = x -> Math.signum(x) * (Math.abs(x) > 1e8
                ? Math.log(Math.abs(x)) + Math.log(2)
                : Math.log1p(Math.abs(x) + x * x / (1 + Math.sqrt(1 + x * x))));
        check("Asinh", ALL, asinh, x -> 1 / Math.hypot(1, x), x -> -x / Math.hypot(1, x) / Math.hypot(1, x)
                / Math.hypot(1, x));
        double[] above = {1.00001, 1.5, 3, 1e5};
        check("Acosh", above, x -> Math.log1p(x - 1 + Math.sqrt((x - 1) * (x + 1))),
                x -> 1 / Math.sqrt((x - 1) * (x + 1)), x -> -x / Math.pow((x - 1) * (x + 1), 1.5));
    }
}
