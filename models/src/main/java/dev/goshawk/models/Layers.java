package dev.goshawk.models;

import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.models.ParameterSpec.Kind;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.PoolGeometry;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * What a network definition is written in. Each layer makes its parameters as inputs of the graph, named as PyTorch
 * names them, and returns its output. {@link #in} and {@link #block} give views that put names and blocks before what
 * is made through them; all views of one network record into the same lists.
 */
public final class Layers {
    /** PyTorch's default. */
    private static final double BATCH_NORM_EPSILON = 1e-5;
    private static final String WEIGHT = ".weight";

    private final Trace trace;
    private final String prefix;
    private final @Nullable String block;

    private Layers(Trace trace, String prefix, @Nullable String block) {
        this.trace = trace;
        this.prefix = prefix;
        this.block = block;
    }

    /** @param byLayer whether each layer with a weight is a block of its own, whatever the definition says */
    Layers(DType dtype, Mode mode, LayerHooks hooks, boolean byLayer) {
        this(new Trace(dtype, mode, hooks, byLayer), "", null);
    }

    /** Layers of a network in evaluation mode that nobody else sees: for a definition that has to look at itself. */
    public static Layers recording(DType dtype) {
        return new Layers(dtype, Mode.EVALUATION, LayerHooks.NONE, false);
    }

    /** The same network, with {@code name.} before the names of what is made. */
    public Layers in(String name) {
        return new Layers(trace, prefix + name + ".", block);
    }

    /** The same network, with everything made belonging to the HAWQ block of this name. */
    public Layers block(String name) {
        return new Layers(trace, prefix, name);
    }

    /** Convolution without bias. */
    public Value conv(String name, Value x, int outChannels, Window w) {
        return conv(name, x, outChannels, w, 1, false);
    }

    /**
     * Convolution.
     *
     * @param x [batch, height, width, channels]
     * @param groups channels are split into this many groups that do not see each other
     * @param bias whether a bias is added
     * @throws ShapeMismatchException if groups do not divide channels or the padded image is smaller than the window
     */
    public Value conv(String name, Value x, int outChannels, Window w, int groups, boolean bias) {
        int inChannels = x.shape().dim(-1);
        if (groups < 1 || inChannels % groups != 0) {
            throw new ShapeMismatchException(
                    prefix + name + ": groups " + groups + " must divide input channels " + inChannels);
        }
        Shape filter = Shape.of(w.kernelHeight(), w.kernelWidth(), inChannels / groups, outChannels);
        Value weight = weight(name, Kind.CONV_WEIGHT, filter);
        Value y = Functions.conv2d(x, weight, w.strideHeight(), w.strideWidth(), w.padHeight(), w.padWidth(), groups);
        trace.addMacs(owner(name), (long) y.shape().dim(1) * y.shape().dim(2) * filter.size());
        return bias ? y.add(bias(name, outChannels)) : y;
    }

    /** Fully connected layer with bias: [batch, in] to [batch, out]. */
    public Value linear(String name, Value x, int out) {
        Shape matrix = Shape.of(x.shape().dim(-1), out);
        Value y = x.matmul(weight(name, Kind.LINEAR_WEIGHT, matrix));
        trace.addMacs(owner(name), matrix.size());
        return y.add(bias(name, out));
    }

    /** Batch normalization with PyTorch's default epsilon, 1e-5. */
    public Value batchNorm(String name, Value x) {
        return batchNorm(name, x, BATCH_NORM_EPSILON);
    }

    /** Batch normalization over all axes but the last; the mode decides with which statistics. */
    public Value batchNorm(String name, Value x, double epsilon) {
        return batchNorm(x, name + ".weight", name + ".bias", name + ".running_mean", name + ".running_var", epsilon);
    }

    /** As {@link #batchNorm(String, Value, double)} where each parameter has a name of its own. */
    public Value batchNorm(Value x, String gammaName, String betaName, String meanName, String varianceName,
            double epsilon) {
        Shape channels = Shape.of(x.shape().dim(-1));
        Value gamma = parameter(gammaName, Kind.BN_WEIGHT, channels);
        Value beta = parameter(betaName, Kind.BN_BIAS, channels);
        Value mean = parameter(meanName, Kind.BN_MEAN, channels);
        Value variance = parameter(varianceName, Kind.BN_VARIANCE, channels);
        return switch (trace.mode) {
            case EVALUATION -> {
                Functions.Affine folded = Functions.batchNormAffine(gamma, beta, mean, variance, epsilon);
                yield trace.hooks.normalization(prefix + gammaName, x, folded.scale(), folded.shift());
            }
            case TRAINING -> {
                Functions.BatchNormalized n = Functions.batchNormTraining(x, gamma, beta, epsilon);
                double samples = (double) x.shape().size() / channels.size();
                double unbiased = samples > 1 ? samples / (samples - 1) : 1;
                trace.statistics.add(new BatchStatistic(prefix + meanName, n.mean(), 1));
                trace.statistics.add(new BatchStatistic(prefix + varianceName, n.variance(), unbiased));
                yield n.output();
            }
        };
    }

    /** Rectifier, a place where a quantizer may act; the name tells it from the block's other rectifiers. */
    public Value relu(String name, Value x) {
        return activation(name, x.relu());
    }

    /** A place where a quantizer may act on what is at least 0; the name tells it from the block's other ones. */
    public Value activation(String name, Value rectified) {
        ActivationSite site = new ActivationSite(prefix + name, owner(name), rectified.shape());
        if (trace.activations.stream().anyMatch(s -> s.name().equals(site.name()))) {
            throw new IllegalArgumentException("layers: two activations are named '" + site.name() + "'");
        }
        trace.activations.add(site);
        return trace.hooks.activation(site, rectified);
    }

    /** Tells the hooks what a node of an imported file gives. */
    public void computed(String node, Value value) {
        trace.hooks.computed(node, value);
    }

    /** Maximum over windows; the padding never wins. */
    public Value maxPool(Value x, Window w) {
        return Functions.maxPool(x, geometry(x, w, 0, 0));
    }

    /** Maximum over windows, the last of which may reach over the border: PyTorch's {@code ceil_mode}. */
    public Value maxPoolCeil(Value x, Window w) {
        int overHeight = overhang(x.shape().dim(1), w.kernelHeight(), w.strideHeight());
        int overWidth = overhang(x.shape().dim(2), w.kernelWidth(), w.strideWidth());
        return Functions.maxPool(x, geometry(x, w, overHeight, overWidth));
    }

    /** How far the last window reaches over the border; 0 where it would start beyond it. */
    private static int overhang(int extent, int kernel, int stride) {
        int uncovered = Math.floorMod(extent - kernel, stride);
        int over = uncovered == 0 ? 0 : stride - uncovered;
        return over < kernel ? over : 0;
    }

    private static PoolGeometry geometry(Value x, Window w, int overHeight, int overWidth) {
        Shape s = x.shape();
        return new PoolGeometry(s.dim(0), s.dim(1), s.dim(2), s.dim(3), w.kernelHeight(), w.kernelWidth(),
                w.strideHeight(), w.strideWidth(), w.padHeight(), w.padWidth(), w.padHeight() + overHeight,
                w.padWidth() + overWidth);
    }

    /** Mean over windows; at the border the padding's zeros count. */
    public Value avgPool(Value x, Window w) {
        return Functions.avgPool(x, geometry(x, w, 0, 0), true);
    }

    /** Mean over the whole image: [batch, height, width, channels] to [batch, channels]. */
    public Value globalAvgPool(Value x) {
        return x.mean(1, 2);
    }

    // --- parameters -------------------------------------------------------------------------------------------------

    private Value weight(String layer, Kind kind, Shape shape) {
        return parameter(layer + WEIGHT, kind, shape);
    }

    private Value bias(String layer, int channels) {
        return parameter(layer + ".bias", Kind.BIAS, Shape.of(channels));
    }

    /**
     * A parameter for a layer that is none of the above. Weights pass through the hooks.
     *
     * @param name whole, {@code .weight} and the like included
     * @param shape in Goshawk's layout, see {@link ParameterSpec#shape()}
     */
    public Value parameter(String name, Kind kind, Shape shape) {
        if (kind == Kind.CONV_WEIGHT || kind == Kind.LINEAR_WEIGHT) {
            trace.enter(prefix + name);
        }
        ParameterSpec spec = spec(name, kind, shape);
        Value value = trace.add(spec);
        return spec.isWeight() ? trace.hooks.weight(spec, value) : value;
    }

    /** Counts multiply-adds of one image for the block of this view. */
    public void addMacs(long count) {
        trace.addMacs(owner("multiply-adds"), count);
    }

    /** Element type of parameters and logits. */
    public DType dtype() {
        return trace.dtype;
    }

    private ParameterSpec spec(String name, Kind kind, Shape shape) {
        return new ParameterSpec(prefix + name, kind, shape, owner(name));
    }

    private String owner(String name) {
        if (block == null) {
            throw new IllegalArgumentException("layers: '" + prefix + name + "' is made outside of any block");
        }
        String layer = trace.layer;
        return layer == null ? block : layer;
    }

    List<ParameterSpec> specs() {
        return trace.specs;
    }

    SequencedMap<String, Value> parameters() {
        return trace.values;
    }

    List<ActivationSite> activations() {
        return trace.activations;
    }

    List<BatchStatistic> statistics() {
        return trace.statistics;
    }

    List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        trace.macs.forEach((name, macs) -> {
            List<ParameterSpec> weights = trace.specs.stream()
                    .filter(s -> s.isWeight() && s.block().equals(name)).toList();
            blocks.add(new Block(name, weights.stream().map(ParameterSpec::name).toList(),
                    weights.stream().mapToLong(s -> s.shape().size()).sum(), macs));
        });
        return blocks;
    }

    /** What all views of one network record. */
    private static final class Trace {
        private final DType dtype;
        private final Mode mode;
        private final LayerHooks hooks;
        private final List<ParameterSpec> specs = new ArrayList<>();
        private final SequencedMap<String, Value> values = new LinkedHashMap<>();
        private final List<ActivationSite> activations = new ArrayList<>();
        private final List<BatchStatistic> statistics = new ArrayList<>();
        private final SequencedMap<String, Long> macs = new LinkedHashMap<>();
        private final boolean byLayer;
        /** The layer whose weight was made last, where layers are blocks. */
        private @Nullable String layer;

        Trace(DType dtype, Mode mode, LayerHooks hooks, boolean byLayer) {
            this.byLayer = byLayer;
            this.dtype = dtype;
            this.mode = mode;
            this.hooks = hooks;
        }

        void enter(String weight) {
            if (byLayer) {
                layer = weight.endsWith(WEIGHT) ? weight.substring(0, weight.length() - WEIGHT.length()) : weight;
            }
        }

        Value add(ParameterSpec spec) {
            Value v = Value.input(spec.name(), dtype, spec.shape());
            if (values.putIfAbsent(spec.name(), v) != null) {
                throw new IllegalArgumentException("layers: two parameters are named '" + spec.name() + "'");
            }
            specs.add(spec);
            return v;
        }

        void addMacs(String block, long count) {
            macs.merge(block, count, Long::sum);
        }
    }
}
