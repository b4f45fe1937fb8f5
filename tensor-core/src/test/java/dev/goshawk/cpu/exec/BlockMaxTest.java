package dev.goshawk.cpu.exec;

import dev.goshawk.cpu.exec.slot.Slot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.goshawk.backend.ThreadPool;
import dev.goshawk.backend.Workers;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlockMaxTest {
    private static double[] run(Tensor in, int outer, int middle, int inner, Workers workers) {
        Slot from = new Slot();
        from.bind(in);
        Slot to = new Slot();
        to.bind(Tensor.zeros(in.dtype(), Shape.of(outer * inner)));
        new BlockMax(from, to, outer, middle, inner).run(workers);
        return to.tensor().toDoubles();
    }

    @ParameterizedTest
    @CsvSource({"FLOAT32, 1, 1, 1", "FLOAT32, 3, 31, 1", "FLOAT32, 2, 70, 1", "FLOAT32, 1, 400003, 1",
            "FLOAT32, 2, 5, 3", "FLOAT64, 3, 33, 1", "FLOAT64, 1, 400003, 1", "FLOAT64, 2, 5, 3"})
    void isTheLargestWhereverItLies(DType dtype, int outer, int middle, int inner) {
        SplittableRandom random = new SplittableRandom(3);
        try (Workers two = ThreadPool.ofThreads(2)) {
            for (int round = 0; round < 20; round++) {
                Tensor in = Tensor.zeros(dtype, Shape.of(outer * middle * inner));
                for (int i = 0; i < in.size(); i++) {
                    in.set(i, -1 - random.nextDouble());
                }
                // A maximum for the first block, and in some rounds NaN, infinity or zeros of both signs.
                double special = switch (round % 4) {
                    case 0 -> -0.5;
                    case 1 -> Double.NaN;
                    case 2 -> Double.POSITIVE_INFINITY;
                    default -> 0;
                };
                in.set(random.nextInt(middle) * inner, special);
                if (special == 0 && middle > 1) {
                    int at = random.nextInt(middle) * inner;
                    if (Double.compare(in.get(at), 0) != 0) {
                        in.set(at, -0.0);
                    }
                }
                double[] one = run(in, outer, middle, inner, Workers.SINGLE);
                double[] both = run(in, outer, middle, inner, two);
                for (int k = 0; k < one.length; k++) {
                    double expected = Double.NEGATIVE_INFINITY;
                    for (int m = 0; m < middle; m++) {
                        expected = Math.max(expected, in.get((k / inner * middle + m) * inner + k % inner));
                    }
                    assertEquals(expected, one[k]);
                    assertEquals(expected, both[k]);
                }
            }
        }
    }
}
