package dev.goshawk.autodiff.composition;

import static dev.goshawk.autodiff.SampleValues.clearOfHalves;
import static dev.goshawk.autodiff.SampleValues.distinct;
import static dev.goshawk.autodiff.SampleValues.normal;
import static dev.goshawk.autodiff.SampleValues.positive;

import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.PoolGeometry;
import dev.goshawk.tensor.Tensor;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** The functions networks are written in, as rows for checks by differences and for backends to agree on. */
public final class Compositions {
    private Compositions() {
    }

    /** A function of some tensors, float64 as listed. */
    public record Row(String name, Function<List<Value>, Value> function, List<Tensor> at) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Small rows. */
    public static List<Row> all() {
        return Stream.concat(ModelFunctions.all().stream(), basic().stream()).toList();
    }

    private static List<Row> basic() {
        PoolGeometry window = new PoolGeometry(2, 5, 4, 2, 3, 2, 2, 1, 1, 0, 1, 1);
        return List.of(
                row("logSoftmax", in -> Functions.logSoftmax(in.get(0)), normal(91, 3, 5)),
                row("logSoftmax of one class", in -> Functions.logSoftmax(in.get(0)), normal(91, 3, 1)),
                row("logSoftmax of a vector", in -> Functions.logSoftmax(in.get(0)), normal(91, 4)),
                row("crossEntropy", in -> Functions.crossEntropy(in.get(0), in.get(1)), normal(92, 4, 3),
                        positive(93, 4, 3)),
                batchNormTraining(2, 3, 2, 3),
                row("batchNormTraining statistics", in -> {
                    Functions.BatchNormalized b = Functions.batchNormTraining(in.get(0), in.get(1), in.get(2), 1e-3);
                    return b.mean().multiply(b.variance());
                }, normal(94, 5, 3), positive(95, 3), normal(96, 3)),
                batchNormEvaluation(2, 2, 2, 3),
                row("maxPool", in -> Functions.maxPool(in.get(0), window), distinct(102, 2, 5, 4, 2)),
                row("square of maxPool", in -> Functions.maxPool(in.get(0), window).square(),
                        distinct(102, 2, 5, 4, 2)),
                row("concat of branches", in -> {
                    Value x = in.get(0);
                    Value pooled = Functions.avgPool(x, Functions.pool(x, 3, 1, 1), false);
                    return Functions.concat(-1, List.of(Functions.conv2d(x, in.get(1), 1, 1), pooled)).sigmoid();
                }, normal(108, 1, 4, 3, 2), normal(109, 3, 3, 2, 3)),
                network(2, 5, 2, 3, 4));
    }

    /** Larger rows of odd sizes. */
    public static List<Row> awkward() {
        return List.of(
                row("logSoftmax [37,10]", in -> Functions.logSoftmax(in.get(0)), normal(91, 37, 10)),
                row("crossEntropy [65,100]", in -> Functions.crossEntropy(in.get(0), in.get(1)), normal(92, 65, 100),
                        positive(93, 65, 100)),
                batchNormTraining(3, 9, 7, 16),
                batchNormTraining(5, 11, 3, 19),
                batchNormEvaluation(3, 7, 9, 17),
                network(3, 15, 3, 17, 10),
                row("residual", in -> {
                    Value h = Functions.conv2d(in.get(0), in.get(1), 1, 1);
                    h = Functions.batchNormTraining(h, in.get(2), in.get(3), 1e-3).output();
                    return h.add(in.get(0)).tanh().square();
                }, normal(110, 2, 9, 9, 16), normal(111, 3, 3, 16, 16), positive(112, 16), normal(113, 16)),
                row("round of a product", in -> in.get(0).round().multiply(in.get(0)), clearOfHalves(114, 1, 7, 33)));
    }

    /** Batches large enough to be worked through by images, not a multiple of the images at a time. */
    public static List<Row> batches() {
        return List.of(network(37, 5, 2, 3, 4), network(65, 9, 3, 16, 10), residual(37, 6, 16, false),
                residual(37, 6, 5, true), residual(33, 7, 16, true), branches(41, 7, 3));
    }

    /** A strided residual block with batch normalization, its shortcut sliced and padded, then a linear layer and the loss. */
    public static Row residual(int batch, int size, int channels, boolean training) {
        return row("residual block " + List.of(batch, size, channels) + (training ? " training" : " evaluation"),
                in -> {
                    Value x = in.get(0);
                    Value h = Functions.conv2d(x, in.get(1), 2, 1);
                    h = training
                            ? Functions.batchNormTraining(h, in.get(3), in.get(4), 1e-3).output()
                            : Functions.batchNormEvaluation(h, in.get(3), in.get(4), in.get(5), in.get(6), 1e-3);
                    h = Functions.conv2d(h.tanh(), in.get(2), 1, 1);
                    Value cut = x.slice(new int[4], new int[] {batch, size, size, channels}, new int[] {1, 2, 2, 1});
                    h = h.add(cut.pad(new int[] {0, 0, 0, 1}, new int[] {0, 0, 0, 2}));
                    return Functions.crossEntropy(h.mean(1, 2).matmul(in.get(7)), in.get(8));
                }, normal(120, batch, size, size, channels), normal(121, 3, 3, channels, channels + 3),
                normal(122, 3, 3, channels + 3, channels + 3), positive(123, channels + 3), normal(124, channels + 3),
                normal(125, channels + 3), positive(126, channels + 3), normal(127, channels + 3, 10),
                positive(128, batch, 10));
    }

    /** Branches through convolution, maximum and mean pooling, joined; an image's own scale; filters used twice. */
    private static Row branches(int batch, int size, int channels) {
        return row("branches " + List.of(batch, size, channels), in -> {
            Value x = in.get(0).scale(1e-3);
            Value conv = Functions.conv2d(Functions.conv2d(x, in.get(1), 1, 1).sigmoid(), in.get(1), 1, 1);
            Value max = Functions.maxPool(x, Functions.pool(x, 3, 1, 1));
            Value mean = Functions.avgPool(conv, Functions.pool(conv, 3, 1, 1), true);
            Value joined = Functions.concat(-1, List.of(conv, max, mean)).square();
            Value perImage = joined.mean(1, 2, 3).reshape(batch, 1, 1, 1);
            return joined.multiply(perImage).permute(0, 3, 1, 2).mean(2, 3);
        }, distinct(130, batch, size, size, channels), normal(131, 3, 3, channels, channels));
    }

    private static Row batchNormTraining(int... dims) {
        int c = dims[3];
        return row("batchNormTraining " + List.of(dims[0], dims[1], dims[2], c),
                in -> Functions.batchNormTraining(in.get(0), in.get(1), in.get(2), 1e-3).output(), normal(94, dims),
                positive(95, c), normal(96, c));
    }

    private static Row batchNormEvaluation(int... dims) {
        int c = dims[3];
        return row("batchNormEvaluation " + List.of(dims[0], dims[1], dims[2], c),
                in -> Functions.batchNormEvaluation(in.get(0), in.get(1), in.get(2), in.get(3), in.get(4), 1e-3),
                normal(97, dims), normal(98, c), normal(99, c), normal(100, c), positive(101, c));
    }

    /** Convolution, batch normalization, tanh, mean over positions, a linear layer and log-softmax. */
    private static Row network(int batch, int size, int channels, int filters, int classes) {
        return row("network " + List.of(batch, size, channels, filters, classes), in -> {
            Value h = Functions.conv2d(in.get(0), in.get(1), 2, 1);
            h = Functions.batchNormTraining(h, in.get(2), in.get(3), 1e-3).output().tanh();
            return Functions.logSoftmax(h.mean(1, 2).matmul(in.get(4)));
        }, normal(103, batch, size, size, channels), normal(104, 3, 3, channels, filters), positive(105, filters),
                normal(106, filters), normal(107, filters, classes));
    }

    static Row row(String name, Function<List<Value>, Value> function, Tensor... at) {
        return new Row(name, function, List.of(at));
    }
}
