package dev.goshawk.random;

import dev.goshawk.graph.Activations;
import dev.goshawk.graph.Convolutions;
import dev.goshawk.graph.Einsum;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Indexing;
import dev.goshawk.graph.Losses;
import dev.goshawk.graph.Normalizations;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.PoolGeometry;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.stream.IntStream;

/**
 * Small networks made from a seed: convolutions of all kinds, normalizations, activations, pooling, attention, concatenations and residual
 * sums, then a dense layer and a loss with soft labels, mostly the mean cross-entropy. Image i of a seed is the same whatever batch it is
 * in.
 */
public final class RandomNetwork {
    /** Name of the images' input. */
    public static final String IMAGES = "images";
    /** Pixels up to which there is attention over them: its shares are as many as pixels squared. */
    private static final int MOST_TOKENS = 128;
    /** Name of the labels' input. */
    public static final String LABELS = "labels";

    private final Random random;
    private final boolean training;
    private final Map<String, Tensor> inputs = new LinkedHashMap<>();

    private RandomNetwork(long seed, boolean training) {
        this.random = RandomRun.random(seed, 10);
        this.training = training;
    }

    /** The network of a seed on its first images, more than a tile of them in one of four; batch statistics in every other. */
    public static Program of(long seed) {
        Random random = RandomRun.random(seed, 11);
        int batch = random.nextInt(4) == 0 ? 33 + random.nextInt(8) : 1 + random.nextInt(4);
        return of(seed, random.nextBoolean(), IntStream.range(0, batch).toArray());
    }

    /**
     * The loss of a network, and its logits.
     *
     * @param training batch normalization with the batch's own statistics
     * @param images which of the seed's images are in the batch
     */
    public static Program of(long seed, boolean training, int[] images) {
        RandomNetwork net = new RandomNetwork(seed, training);
        int height = 3 + net.random.nextInt(5);
        int width = 3 + net.random.nextInt(5);
        int channels = net.one(1, 3, 16);
        int classes = 2 + net.random.nextInt(9);
        Value x = net.data(IMAGES, seed, images, false, height, width, channels);
        Value labels = net.data(LABELS, seed, images, true, classes);
        for (int n = 1 + net.random.nextInt(4); n > 0; n--) {
            x = net.block(x);
        }
        Value features = net.random.nextBoolean()
                ? x.mean(1, 2)
                : x.reshape(images.length, x.shape().size() / images.length);
        Value logits = features.matmul(net.parameter(1, features.shape().dim(1), classes))
                .add(net.parameter(4, classes));
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        outputs.put("loss", net.loss(logits, labels));
        outputs.put("logits", logits);
        return Program.of(Graph.of(outputs), net.inputs);
    }

    private int one(int... of) {
        return of[random.nextInt(of.length)];
    }

    /** One row an image, by the image's own number. */
    private Value data(String name, long seed, int[] images, boolean distribution, int... row) {
        int n = Shape.of(row).size();
        double[] x = new double[images.length * n];
        for (int k = 0; k < images.length; k++) {
            Random own = RandomRun.random(seed, 1000 + 2 * images[k] + (distribution ? 1 : 0));
            double sum = 0;
            for (int i = 0; i < n; i++) {
                double e = distribution ? Math.exp(own.nextGaussian()) : own.nextGaussian();
                x[k * n + i] = e;
                sum += e;
            }
            for (int i = 0; i < n; i++) {
                x[k * n + i] = (float) (distribution ? x[k * n + i] / sum : x[k * n + i]);
            }
        }
        int[] dims = new int[row.length + 1];
        dims[0] = images.length;
        System.arraycopy(row, 0, dims, 1, row.length);
        return input(name, Shape.of(dims), x);
    }

    private Value input(String name, Shape shape, double[] x) {
        inputs.put(name, Tensor.of(shape, x));
        return Value.input(name, DType.FLOAT64, shape);
    }

    /** Normal, scaled by the size of all axes but the last. */
    private Value parameter(double narrower, int... dims) {
        Shape s = Shape.of(dims);
        double[] x = new double[s.size()];
        double scale = 1.4 / Math.sqrt(Math.max(1, s.size() / dims[dims.length - 1])) / narrower;
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (scale * random.nextGaussian());
        }
        return input("w" + inputs.size(), s, x);
    }

    /** About 1, positive. */
    private Value positive(int channels) {
        double[] x = new double[channels];
        for (int i = 0; i < channels; i++) {
            x[i] = (float) (0.6 + 0.8 * random.nextDouble());
        }
        return input("w" + inputs.size(), Shape.of(channels), x);
    }

    private Value block(Value x) {
        return switch (random.nextInt(13)) {
            case 0 -> {
                Value branch = layer(x, x.shape().dim(3), 3, 1, 1);
                yield activation(branch.add(x));
            }
            case 1 -> Functions.concat(3, List.of(layer(x, one(1, 8, 16), 3, 1, 1), layer(x, one(3, 16), 1, 1, 1)));
            case 2 -> pooled(x);
            case 3 -> layer(x, x.shape().dim(3) * one(1, 2), one(1, 3), one(1, 2), x.shape().dim(3));
            case 4 -> x.shape().dim(3) % 2 == 0 ? layer(x, one(4, 16), 3, one(1, 2), 2) : layer(x, 16, 1, 1, 1);
            case 5 -> layer(layer(x, 16, 3, 1, 1), one(16, 32), 3, 1, 1);
            // Of one channel it would add the same number to every pixel, and ties be broken by rounding.
            case 6 -> x.shape().dim(3) > 1 && x.shape().dim(1) * x.shape().dim(2) <= MOST_TOKENS
                    ? attention(x)
                    : layer(x, 4, 3, 1, 1);
            case 7 -> {
                Value filter = parameter(1, 3, 3, x.shape().dim(3), one(4, 16));
                yield activation(normalized(Convolutions.conv2d(x, filter, one(1, 2), 2, 2, 1)));
            }
            case 8 -> {
                int kernel = one(2, 3);
                Value filter = parameter(1, kernel, kernel, one(3, 16), x.shape().dim(3));
                yield activation(normalized(
                        Convolutions.transposedConv2d(x, filter, one(1, 2), kernel == 3 && x.shape().dim(1) > 1
                                && x.shape().dim(2) > 1 ? 1 : 0, 0)));
            }
            case 9 -> chosen(x);
            default -> layer(x, one(4, 8, 16, 17), one(1, 3), one(1, 2), 1);
        };
    }

    /** Of one head over the pixels, after a layer normalization; the shares add up to 1 by queries or by keys. */
    private Value attention(Value x) {
        Shape s = x.shape();
        int channels = s.dim(3);
        int depth = one(2, 5);
        Value tokens = x.reshape(s.dim(0), s.dim(1) * s.dim(2), channels);
        Value n = Normalizations.layerNorm(tokens, positive(channels), parameter(2, channels), 1e-3);
        Value q = Einsum.einsum("nte,ed->ntd", n, parameter(1, channels, depth));
        Value k = Einsum.einsum("nte,ed->ntd", n, parameter(1, channels, depth));
        Value v = Einsum.batchedMatmul(n, parameter(1, channels, channels));
        Value shares = Activations.softmax(Einsum.einsum("nqd,nkd->nqk", q, k).scale(1 / Math.sqrt(depth)), one(1, 2));
        Value mixed = Einsum.batchedMatmul(shares, v);
        return tokens.add(random.nextBoolean() ? mixed : Functions.cumulativeSum(mixed, 1).scale(0.3)).reshape(s);
    }

    /** Rows of channels picked, clamped or chosen. */
    private Value chosen(Value x) {
        int channels = x.shape().dim(3);
        Value y = switch (random.nextInt(4)) {
            case 0 -> Indexing.gather(x, 3, random.nextInt(channels), random.nextInt(channels), 0, -1);
            case 1 -> Functions.concat(3, List.of(Indexing.range(x, 3, 0, (channels + 1) / 2), x));
            // Behind a relu many numbers are 0 but for rounding, on either side of which the choice would hang.
            case 2 -> Functions.where(x.add(0.01), x.sin().multiply(x.cos()), x.erf());
            default -> Activations.clamp(x, -1.3, 1.7);
        };
        Shape s = x.shape();
        return s.dim(1) < 3 || s.dim(2) < 3 || random.nextBoolean()
                ? y
                : random.nextBoolean() ? Convolutions.maxPool(y, 2, 1, 0, 2) : Convolutions.avgPool(y, 2, 1, 1, 2);
    }

    private Value loss(Value logits, Value labels) {
        return switch (random.nextInt(8)) {
            case 0 -> Losses.crossEntropy(logits, labels, 0.1);
            case 1 -> Losses.focal(logits, labels, 2);
            case 2 -> Losses.binaryFocal(logits, labels, 0.25, 1.5);
            case 3 -> Losses.meanSquaredError(Activations.softmax(logits, 1), labels);
            default -> Functions.crossEntropy(logits, labels);
        };
    }

    /** Convolution that keeps the size but for its stride, normalization, activation. */
    private Value layer(Value x, int out, int kernel, int stride, int groups) {
        int pad = kernel / 2;
        Value filter = parameter(1, kernel, kernel, x.shape().dim(3) / groups, out);
        Value y = Functions.conv2d(x, filter, stride, stride, pad, pad, groups);
        return activation(random.nextInt(4) == 0 ? y.add(parameter(4, out)) : normalized(y));
    }

    private Value normalized(Value y) {
        int channels = y.shape().dim(3);
        Value gamma = positive(channels);
        Value beta = parameter(2, channels);
        Value mean = parameter(4, channels);
        Value variance = positive(channels);
        if (random.nextInt(4) == 0) {
            return channels % 2 == 0 && random.nextBoolean()
                    ? Normalizations.groupNorm(y, 2, gamma, beta, 1e-3)
                    : Normalizations.instanceNorm(y, gamma, beta, 1e-3);
        }
        return training
                ? Functions.batchNormTraining(y, gamma, beta, 1e-3).output()
                : Functions.batchNormEvaluation(y, gamma, beta, mean, variance, 1e-3);
    }

    private Value activation(Value y) {
        return switch (random.nextInt(8)) {
            case 0 -> y.tanh();
            case 1 -> y.softplus();
            case 2 -> Activations.silu(y);
            case 3 -> y;
            case 4 -> Activations.gelu(y);
            case 5 -> Activations.geluTanh(y);
            default -> y.relu();
        };
    }

    private Value pooled(Value x) {
        Shape s = x.shape();
        int kernel = s.dim(1) >= 3 && s.dim(2) >= 3 ? one(2, 3) : 1;
        int stride = one(1, 2);
        int pad = kernel == 3 ? one(0, 1) : 0;
        PoolGeometry g = Functions.pool(x, kernel, stride, pad);
        return random.nextBoolean() ? Functions.maxPool(x, g) : Functions.avgPool(x, g, random.nextBoolean());
    }
}
