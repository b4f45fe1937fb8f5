package dev.goshawk.models;

import dev.goshawk.models.parameters.TorchLayout;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import dev.goshawk.weights.Weights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Weights, images and directions that are a formula of their position, so that any language makes the same ones. */
public final class ClosedFormWeights {
    private static final long INPUT = 1L << 19;
    private static final long DIRECTION = 1L << 18;

    private final long seed;
    private final double batchNormCenter;

    public ClosedFormWeights(long seed, double batchNormCenter) {
        this.seed = seed;
        this.batchNormCenter = batchNormCenter;
    }

    /** All parameters in PyTorch's layout, rounded to float32. */
    public Weights weights(List<ParameterSpec> specs) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (ParameterSpec spec : specs) {
            double center = switch (spec.kind()) {
                case BN_WEIGHT -> batchNormCenter;
                case BN_VARIANCE -> 1;
                default -> 0;
            };
            double spread = switch (spec.kind()) {
                case CONV_WEIGHT -> Math.sqrt(6.0 / spec.fanIn());
                case LINEAR_WEIGHT -> Math.sqrt(1.0 / spec.fanIn());
                case BN_VARIANCE -> 0.5;
                case BN_WEIGHT -> 0.2;
                case BIAS, BN_BIAS, BN_MEAN, ARRAY, CONSTANT -> 0.1;
            };
            Tensor t = Tensor.zeros(DType.FLOAT32, TorchLayout.shape(spec));
            int number = tensors.size();
            for (int k = 0; k < t.size(); k++) {
                t.set(k, center + spread * uniform(number, k));
            }
            tensors.put(spec.name(), t);
        }
        return Weights.of("closed form", tensors);
    }

    /** Images [batch, size, size, 3], counted in PyTorch's layout and rounded to float32. */
    public Tensor images(int batch, int size) {
        Tensor nhwc = Tensor.zeros(DType.FLOAT64, Shape.of(batch, size, size, 3));
        int k = 0;
        for (int n = 0; n < batch; n++) {
            for (int c = 0; c < 3; c++) {
                for (int pixel = 0; pixel < size * size; pixel++) {
                    nhwc.set((n * size * size + pixel) * 3 + c, (float) uniform(INPUT, k++));
                }
            }
        }
        return nhwc;
    }

    /** The i-th trainable parameter's part of the direction, counted in PyTorch's layout, given in Goshawk's. */
    Tensor direction(ParameterSpec spec, int i) {
        Tensor torch = Tensor.zeros(DType.FLOAT64, TorchLayout.shape(spec));
        for (int k = 0; k < torch.size(); k++) {
            torch.set(k, uniform(DIRECTION + i, k));
        }
        return TorchLayout.fromTorch(spec, torch, DType.FLOAT64);
    }

    /** Element k of tensor t, in [-1, 1). */
    private double uniform(long t, long k) {
        long z = (seed << 56) + (t << 36) + k + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        z = z ^ (z >>> 31);
        return (z >>> 11) * 0x1p-53 * 2 - 1;
    }
}
