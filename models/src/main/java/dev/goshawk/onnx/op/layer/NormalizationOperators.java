package dev.goshawk.onnx.op.layer;

import dev.goshawk.graph.Activations;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.models.ParameterSpec.Kind;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.op.Axes;
import dev.goshawk.onnx.op.Node;
import dev.goshawk.onnx.op.Operator;
import dev.goshawk.onnx.op.Source;
import dev.goshawk.onnx.op.Term;
import dev.goshawk.tensor.PoolGeometry;
import dev.goshawk.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Softmax and the normalizations. */
public final class NormalizationOperators {
    private static final double EPSILON = 1e-5;

    private NormalizationOperators() {
    }

    /** Puts the operators into a table, by ONNX's names. */
    public static void register(Map<String, Operator> all) {
        all.put("Softmax", Operator.single(n -> Term.traced(softmax(n, false))));
        all.put("LogSoftmax", Operator.single(n -> Term.traced(softmax(n, true))));
        all.put("BatchNormalization", NormalizationOperators::batch);
        all.put("InstanceNormalization", Operator.single(n -> grouped(n, n.shape(0).dim(1), true)));
        all.put("GroupNormalization", Operator.single(n -> grouped(n, n.onnx().whole("num_groups", 1),
                n.opset() >= 21)));
        all.put("LayerNormalization", NormalizationOperators::layer);
        all.put("RMSNormalization", Operator.single(n -> {
            Value x = n.logical(0);
            int rank = x.shape().rank();
            int[] axes = IntStream.range(Axes.of(n.onnx().whole("axis", -1), rank), rank).toArray();
            return Term.traced(scaled(x, axes, n.onnx().real("epsilon", EPSILON)).multiply(n.logical(1)));
        }));
        all.put("MeanVarianceNormalization", Operator.single(n -> {
            int[] axes = Axes.of(n.onnx().wholes("axes", 0, 2, 3), n.rank(0));
            return Term.traced(centered(n.logical(0), axes, 1e-9));
        }));
        all.put("LRN", Operator.single(NormalizationOperators::localResponse));
        all.put("LpNormalization", Operator.single(n -> {
            int axis = Axes.of(n.onnx().whole("axis", -1), n.rank(0));
            Value x = n.logical(0);
            boolean first = n.onnx().whole("p", 2) == 1;
            Value norm = first ? x.abs().sum(axis) : x.square().sum(axis).sqrt();
            int[] kept = x.shape().dims();
            kept[axis] = 1;
            Value whole = norm.reshape(kept);
            // A vector of zeros stays one.
            return Term.traced(Functions.where(whole, x.divide(whole), x.scale(0)));
        }));
    }

    private static Value softmax(Node n, boolean log) {
        Value x = n.logical(0);
        int rank = x.shape().rank();
        if (n.opset() < Node.SOFTMAX_OF_ONE_AXIS) {
            int axis = Axes.of(n.onnx().whole("axis", 1), rank);
            Value rows = x.reshape(Axes.product(x.shape(), 0, axis), Axes.product(x.shape(), axis, rank));
            return (log ? Activations.logSoftmax(rows, 1) : Activations.softmax(rows, 1)).reshape(x.shape());
        }
        int axis = Axes.of(n.onnx().whole("axis", -1), rank);
        return log ? Activations.logSoftmax(x, axis) : Activations.softmax(x, axis);
    }

    private static List<Term> batch(Node n) {
        if (n.onnx().whole("spatial", 1) == 0) {
            return List.of(perElement(n));
        }
        for (int i = 1; i <= 4; i++) {
            if (n.rank(i) != 1 || n.shape(i).dim(0) != n.shape(0).dim(1)) {
                throw new OnnxException("input " + i + ": expected shape [" + n.shape(0).dim(1) + "], got "
                        + n.shape(i));
            }
        }
        double epsilon = n.onnx().real("epsilon", EPSILON);
        Value x = n.channelsLast(0);
        boolean known = IntStream.rangeClosed(1, 4).allMatch(i -> n.term(i).isConstant());
        if (n.onnx().whole("training_mode", 0) == 1 && !(known && n.source().hasMode())) {
            double kept = n.onnx().real("momentum", 0.9);
            Functions.BatchNormalized y = Functions.batchNormTraining(x, n.logical(1), n.logical(2), epsilon);
            return List.of(Term.channelsLast(y.output()),
                    Term.traced(n.logical(3).scale(kept).add(y.mean().scale(1 - kept))),
                    Term.traced(n.logical(4).scale(kept).add(y.variance().scale(1 - kept))));
        }
        Value y = known
                ? n.source().batchNorm(x, new Source.Normalized(n.named(1), n.named(2), n.named(3), n.named(4)),
                        epsilon)
                : Functions.batchNormEvaluation(x, n.logical(1), n.logical(2), n.logical(3), n.logical(4), epsilon);
        return List.of(Term.channelsLast(y));
    }

    /** Statistics of each element of an image, as opsets before 9 could have them. */
    private static Term perElement(Node n) {
        Value factor = n.logical(1).divide(n.logical(4).add(n.onnx().real("epsilon", EPSILON)).sqrt());
        return Term.traced(n.logical(0).subtract(n.logical(3)).multiply(factor).add(n.logical(2)));
    }

    /** x minus its mean, over its standard deviation, along the axes. */
    private static Value centered(Value x, int[] axes, double epsilon) {
        int[] kept = x.shape().dims();
        for (int a : axes) {
            kept[a] = 1;
        }
        return scaled(x.subtract(x.mean(axes).reshape(kept)), axes, epsilon);
    }

    /** x over its root mean square, along the axes. */
    private static Value scaled(Value x, int[] axes, double epsilon) {
        int[] kept = x.shape().dims();
        for (int a : axes) {
            kept[a] = 1;
        }
        return x.divide(x.square().mean(axes).add(epsilon).sqrt().reshape(kept));
    }

    private static Term grouped(Node n, int groups, boolean scaleByChannel) {
        Value x = n.logical(0);
        Shape s = x.shape();
        int channels = s.dim(1);
        if (groups < 1 || channels % groups != 0) {
            throw new OnnxException("num_groups " + groups + " must divide " + channels + " channels");
        }
        Value rows = centered(x.reshape(s.dim(0), groups, s.size() / s.dim(0) / groups), new int[] {2},
                n.onnx().real("epsilon", EPSILON)).reshape(s);
        int[] dims = new int[s.rank() - 1];
        Arrays.fill(dims, 1);
        dims[0] = channels;
        Shape perChannel = Shape.of(dims);
        Value scale = n.channels(1, Kind.ARRAY);
        Value bias = n.channels(2, Kind.ARRAY);
        if (!scaleByChannel) {
            scale = Axes.repeat(scale, 0, channels / groups);
            bias = Axes.repeat(bias, 0, channels / groups);
        }
        return Term.traced(rows.multiply(scale.reshape(perChannel)).add(bias.reshape(perChannel)));
    }

    /** With the mean and the reciprocal of the deviation. */
    private static List<Term> layer(Node n) {
        Value x = n.logical(0);
        int rank = x.shape().rank();
        int[] axes = IntStream.range(Axes.of(n.onnx().whole("axis", -1), rank), rank).toArray();
        int[] kept = x.shape().dims();
        for (int a : axes) {
            kept[a] = 1;
        }
        Value mean = x.mean(axes).reshape(kept);
        Value centered = x.subtract(mean);
        Value deviation = centered.square().mean(axes).add(n.onnx().real("epsilon", EPSILON)).sqrt().reshape(kept);
        Value y = centered.divide(deviation).multiply(n.logical(1));
        return List.of(Term.traced(n.has(2) ? y.add(n.logical(2)) : y), Term.traced(mean),
                Term.traced(deviation.reciprocal()));
    }

    /** Local response normalization across channels (Krizhevsky et al. 2012, section 3.3). */
    private static Term localResponse(Node n) {
        Value x = n.channelsLast(0);
        int channels = x.shape().dim(-1);
        int size = n.onnx().whole("size", 1);
        int rows = x.shape().size() / channels;
        int low = (size - 1) / 2;
        PoolGeometry window = new PoolGeometry(rows, 1, channels, 1, 1, size, 1, 1, 0, low, 0, size - 1 - low);
        // Zeros beyond the channels count, so the mean is the sum over the size.
        Value mean = Functions.avgPool(x.square().reshape(rows, 1, channels, 1), window, true).reshape(x.shape());
        Value scale = mean.scale(n.onnx().real("alpha", 1e-4)).add(n.onnx().real("bias", 1));
        return Term.channelsLast(x.multiply(scale.log().scale(-n.onnx().real("beta", 0.75)).exp()));
    }
}
