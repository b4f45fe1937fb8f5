package dev.goshawk.cuda;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.accuracy.ElementBounds;
import dev.goshawk.accuracy.ElementErrors;
import dev.goshawk.accuracy.ElementErrors.Worst;
import dev.goshawk.accuracy.ElementFunction;
import dev.goshawk.accuracy.Exact;
import dev.goshawk.accuracy.Points;
import dev.goshawk.accuracy.PowerDerivatives;
import dev.goshawk.cuda.emulated.EmulatedDevice;
import dev.goshawk.graph.Op.Unary.Function;
import dev.goshawk.tensor.DType;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The generated PTX of every function of one number and of its derivatives, interpreted, keeps to the bounds of docs/accuracy.md at
 * every exponent of both types, at subnormal numbers, infinities and NaN.
 */
class ElementAccuracyOnEmulatedDeviceTest {
    private static final int COUNT = 2000;

    private final CudaBackend backend = EmulatedBackend.on(new EmulatedDevice(1 << 24, false, l -> {
        throw new AssertionError("only loops here, not " + l.kernel().name());
    }));

    @ParameterizedTest
    @EnumSource
    void valuesAndDerivativesKeepToTheirBounds(Function f) {
        for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            double[] x = Points.of(dtype, COUNT, 7);
            List<String> modes = List.of("", "F", "FF");
            for (int order = 0; order < modes.size(); order++) {
                Exact[] exact = ElementErrors.exact(f, order, x);
                ElementFunction compiled = ElementErrors.compile(f, modes.get(order), dtype, backend);
                Worst worst = new Worst(0, Double.NaN, Double.NaN);
                for (int from = 0; from < COUNT; from += ElementErrors.BATCH) {
                    int to = from + ElementErrors.BATCH;
                    worst = worst.or(ElementErrors.worst(compiled, dtype, Arrays.copyOfRange(x, from, to),
                            Arrays.copyOfRange(exact, from, to)));
                }
                String found = f + " differentiated '" + modes.get(order) + "', " + dtype + ": " + worst;
                assertTrue(worst.units() <= ElementBounds.onGpu(f, order), found);
            }
        }
    }

    /** In float64 for both types, so that float32 is rounded once. */
    @Test
    void powersAndTheirDerivativesKeepToTheirBounds() {
        for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            PowerDerivatives powers = new PowerDerivatives(dtype, 500, 3);
            List.of("", "xF", "yF", "xR xF", "xR yF", "yR xF", "yR yF").forEach(s -> powers.hold(s, backend));
        }
    }
}
