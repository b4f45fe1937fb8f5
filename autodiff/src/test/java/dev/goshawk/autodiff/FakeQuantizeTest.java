package dev.goshawk.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.backend.Workers;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Fake quantization as compiled, alone and in the middle of what a network has around it, element by element against its formula in the
 * arithmetic of the element type: ties, neighbors of ties and of the range's ends, zeros of both signs, subnormals, numbers of any size.
 */
class FakeQuantizeTest {
    private static final int CHANNELS = 8;
    private static final double[] SCALES = {0.25, 0.1, 0.3, 1.7e-3, 1, 3.3, 7e-7, 41};

    /** Rows of 8 channels: positions in steps, on a channel's own scale. */
    private static Tensor values(DType dtype, double lowest, double highest) {
        SplittableRandom random = new SplittableRandom(5);
        double[] steps = new double[512];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = switch (i % 4) {
                // Ties, from beyond one end of the range to beyond the other, and whole steps.
                case 0 -> lowest - 2 + i / 8.0 % (highest - lowest + 4);
                case 1 -> random.nextDouble(lowest - 3, highest + 3);
                case 2 -> (random.nextBoolean() ? lowest - 0.5 : highest + 0.5);
                default -> random.nextInt((int) lowest - 2, (int) highest + 3) + 0.5;
            };
        }
        steps[0] = -0.0;
        steps[4] = Double.MIN_VALUE;
        steps[8] = -1e-45;
        steps[12] = 1e30;
        steps[16] = -1e30;
        Tensor x = Tensor.zeros(dtype, Shape.of(steps.length, CHANNELS));
        for (int i = 0; i < x.size(); i++) {
            double v = steps[i / CHANNELS] * SCALES[i % CHANNELS];
            int nudge = i / CHANNELS / 4 % 3 - 1;
            x.set(i, v);
            double w = x.get(i);
            x.set(i, nudge == 0
                    ? w
                    : dtype == DType.FLOAT32
                            ? Math.nextAfter((float) w, nudge * Double.POSITIVE_INFINITY)
                            : Math.nextAfter(w, nudge * Double.POSITIVE_INFINITY));
        }
        return x;
    }

    /** Position in steps, rounded, ties to even. */
    private static double level(DType dtype, double x, double scale) {
        return dtype == DType.FLOAT32 ? Math.rint((float) x / (float) scale) : Math.rint(x / scale);
    }

    private static double product(DType dtype, double level, double scale) {
        return dtype == DType.FLOAT32 ? (float) level * (float) scale : level * scale;
    }

    @ParameterizedTest
    @CsvSource({"vector, FLOAT32, -1, 1, 0, false", "vector, FLOAT32, 0, 15, 0, false",
            "vector, FLOAT32, 0, 15, 0, true",
            "vector, FLOAT32, -8, 7, 0, true", "vector, FLOAT32, 0, 255, 7, false", "vector, FLOAT64, -7, 7, 0, false",
            "vector, FLOAT64, 0, 3, 0, true", "vector, FLOAT64, 0, 15, 3, false", "reference, FLOAT64, -1, 1, 0, false",
            "reference, FLOAT32, 0, 15, 3, false"})
    void everyElementIsTheFormulas(String name, DType dtype, double lowest, double highest, double zero,
            boolean constant) {
        Backend backend = Backends.select(name, Workers.SINGLE);
        Tensor data = values(dtype, lowest - zero, highest - zero);
        Tensor scales = Tensor.of(Shape.of(CHANNELS), SCALES).to(dtype);
        Value x = Value.input("x", dtype, data.shape());
        Value scale = Value.input("scale", dtype, Shape.of(CHANNELS));
        Value z = constant
                ? Value.constant(zero, dtype, Shape.scalar())
                : Value.input("zero", dtype, Shape.scalar());
        Value upstream = Value.input("t", dtype, data.shape());
        Value alone = Functions.fakeQuantize(x, scale, z, lowest, highest);
        // Behind a rectifier and before a sum with something else, as on a residual network's shortcut.
        Value rectified = x.relu();
        Value residual = Functions.fakeQuantize(rectified, scale, z, lowest, highest).add(upstream);
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        outputs.put("alone", alone);
        outputs.put("slope", ReverseMode.vjp(List.of(alone), List.of(upstream), List.of(x)).getFirst());
        outputs.put("residual", residual);
        outputs.put("rectified slope",
                ReverseMode.vjp(List.of(residual), List.of(upstream), List.of(rectified)).getFirst());
        Executable e = backend.compile(Graph.of(outputs));
        Tensor t = Tensor.zeros(dtype, data.shape());
        SplittableRandom random = new SplittableRandom(6);
        for (int i = 0; i < t.size(); i++) {
            t.set(i, random.nextDouble(-2, 2));
        }
        e.bind("x", data);
        e.bind("scale", scales);
        if (!constant) {
            e.bind("zero", Tensor.of(Shape.scalar(), zero).to(dtype));
        }
        e.bind("t", t);
        e.run();
        for (int i = 0; i < data.size(); i++) {
            double s = scales.get(i % CHANNELS);
            String where = data.get(i) + " with scale " + s;
            double level = level(dtype, data.get(i), s) + zero;
            double value = product(dtype, Math.clamp(level, lowest, highest) - zero, s);
            // Zero has either sign.
            assertEquals(value, e.output("alone").get(i) + 0.0, where);
            assertEquals((level >= lowest && level <= highest ? t.get(i) : 0) + 0.0, e.output("slope").get(i) + 0.0,
                    where);
            double positive = Math.max(0, data.get(i));
            double above = level(dtype, positive, s) + zero;
            double kept = Math.clamp(above, lowest, highest) - zero;
            double sum = e.output("residual").get(i);
            double rounded = product(dtype, kept, s) + t.get(i);
            double fused = dtype == DType.FLOAT32
                    ? Math.fma((float) kept, (float) s, (float) t.get(i))
                    : Math.fma(kept, s, t.get(i));
            double plain = dtype == DType.FLOAT32 ? (float) rounded : rounded;
            assertEquals(sum == fused ? fused : plain, sum, where);
            assertEquals((above >= lowest && above <= highest ? t.get(i) : 0) + 0.0,
                    e.output("rectified slope").get(i) + 0.0, where);
        }
    }
}
