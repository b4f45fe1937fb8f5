package dev.goshawk.hawq.search.haq;

import dev.goshawk.models.Block;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What an agent sees of a block, as HAQ describes a layer: whether it is depthwise, channels in and out, stride, kernel, weights, side of
 * the feature map, its place, and the last action; each but the last scaled to [0, 1] over the blocks. Of a block with several layers channels
 * in, kernel and grouping are its first layer's, channels out its last one's; stride and side follow from its multiply-adds a weight.
 */
final class BlockFeatures {
    /** Numbers of a state. */
    static final int COUNT = 9;

    private BlockFeatures() {
    }

    /** [block][feature], with a last action of 0. */
    static double[][] of(List<Block> blocks, List<ParameterSpec> specs) {
        Map<String, ParameterSpec> byName = specs.stream()
                .collect(Collectors.toMap(ParameterSpec::name, Function.identity()));
        double[][] features = new double[blocks.size()][COUNT];
        double before = 0;
        for (int i = 0; i < blocks.size(); i++) {
            Block block = blocks.get(i);
            Shape first = shape(byName, block.weights().getFirst());
            Shape last = shape(byName, block.weights().getLast());
            double side = Math.sqrt((double) block.macs() / block.weightCount());
            boolean convolution = first.rank() > 2;
            features[i] = new double[] {convolution && first.dim(-2) == 1 && first.dim(-1) > 1 ? 1 : 0, first.dim(-2),
                    last.dim(-1), before == 0 ? 1 : Math.max(1, Math.rint(before / side)),
                    convolution ? first.dim(0) : 1, block.weightCount(), side, i, 0};
            before = side;
        }
        scale(features);
        return features;
    }

    private static Shape shape(Map<String, ParameterSpec> specs, String weight) {
        ParameterSpec spec = specs.get(weight);
        if (spec == null) {
            throw new IllegalArgumentException("network: no parameter '" + weight + "'");
        }
        return spec.shape();
    }

    private static void scale(double[][] features) {
        for (int f = 0; f < COUNT; f++) {
            double least = Double.POSITIVE_INFINITY;
            double most = Double.NEGATIVE_INFINITY;
            for (double[] block : features) {
                least = Math.min(least, block[f]);
                most = Math.max(most, block[f]);
            }
            for (double[] block : features) {
                block[f] = most > least ? (block[f] - least) / (most - least) : 0;
            }
        }
    }
}
