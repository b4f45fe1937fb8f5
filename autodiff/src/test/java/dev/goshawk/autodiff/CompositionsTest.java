package dev.goshawk.autodiff;

import static dev.goshawk.autodiff.SampleValues.clearOfZero;
import static dev.goshawk.autodiff.SampleValues.distinct;
import static dev.goshawk.autodiff.SampleValues.normal;
import static dev.goshawk.autodiff.SampleValues.positive;

import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.PoolGeometry;
import dev.goshawk.tensor.Tensor;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The functions networks are written in, to second order. */
class CompositionsTest {
    private static void check(String name, Function<List<Value>, Value> f, Tensor... at) {
        GradientCheck.check(name, f, List.of(at), 2);
    }

    @Test
    void logSoftmax() {
        check("logSoftmax", in -> Functions.logSoftmax(in.get(0)), normal(91, 3, 5));
        check("logSoftmax of one class", in -> Functions.logSoftmax(in.get(0)), normal(91, 3, 1));
        check("logSoftmax of a vector", in -> Functions.logSoftmax(in.get(0)), normal(91, 4));
    }

    @Test
    void crossEntropy() {
        check("crossEntropy", in -> Functions.crossEntropy(in.get(0), in.get(1)), normal(92, 4, 3), positive(93, 4, 3));
    }

    @Test
    void batchNormTraining() {
        check("batchNormTraining", in -> Functions.batchNormTraining(in.get(0), in.get(1), in.get(2), 1e-3).output(),
                normal(94, 2, 3, 2, 3), positive(95, 3), normal(96, 3));
        check("batchNormTraining statistics", in -> {
            Functions.BatchNormalized b = Functions.batchNormTraining(in.get(0), in.get(1), in.get(2), 1e-3);
            return b.mean().multiply(b.variance());
        }, normal(94, 5, 3), positive(95, 3), normal(96, 3));
    }

    @Test
    void batchNormEvaluation() {
        check("batchNormEvaluation",
                in -> Functions.batchNormEvaluation(in.get(0), in.get(1), in.get(2), in.get(3), in.get(4), 1e-3),
                normal(97, 2, 2, 2, 3), normal(98, 3), normal(99, 3), normal(100, 3), positive(101, 3));
    }

    @Test
    void maxPool() {
        PoolGeometry g = new PoolGeometry(2, 5, 4, 2, 3, 2, 2, 1, 1, 0, 1, 1);
        check("maxPool", in -> Functions.maxPool(in.get(0), g), distinct(102, 2, 5, 4, 2));
        check("square of maxPool", in -> Functions.maxPool(in.get(0), g).square(), distinct(102, 2, 5, 4, 2));
    }

    @Test
    void smallConvolutionalNetwork() {
        check("network", in -> {
            Value h = Functions.conv2d(in.get(0), in.get(1), 2, 1);
            h = Functions.batchNormTraining(h, in.get(2), in.get(3), 1e-3).output().tanh();
            Value logits = h.mean(1, 2).matmul(in.get(4));
            return Functions.logSoftmax(logits);
        }, normal(103, 2, 5, 5, 2), normal(104, 3, 3, 2, 3), positive(105, 3), normal(106, 3), clearOfZero(107, 3, 4));
    }
}
