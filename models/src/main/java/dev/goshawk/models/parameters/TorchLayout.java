package dev.goshawk.models.parameters;

import dev.goshawk.models.ParameterSpec;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;

/** Between PyTorch's layout and Goshawk's: filters OIHW and HWIO, linear weights [out, in] and [in, out]. */
public final class TorchLayout {
    /** Goshawk's axis i is PyTorch's axis {@code FILTER[i]}. */
    private static final int[] FILTER = {2, 3, 1, 0};
    private static final int[] FILTER_BACK = {3, 2, 0, 1};
    private static final int[] MATRIX = {1, 0};

    private TorchLayout() {
    }

    /** Shape of the parameter in PyTorch's layout. */
    public static Shape shape(ParameterSpec spec) {
        return switch (spec.kind()) {
            case CONV_WEIGHT -> permuted(spec.shape(), FILTER_BACK);
            case LINEAR_WEIGHT -> permuted(spec.shape(), MATRIX);
            case BIAS, BN_WEIGHT, BN_BIAS, BN_MEAN, BN_VARIANCE, ARRAY, CONSTANT -> spec.shape();
        };
    }

    /** A copy in Goshawk's layout. */
    public static Tensor fromTorch(ParameterSpec spec, Tensor torch, DType dtype) {
        return switch (spec.kind()) {
            case CONV_WEIGHT -> permute(torch, FILTER, dtype);
            case LINEAR_WEIGHT -> permute(torch, MATRIX, dtype);
            case BIAS, BN_WEIGHT, BN_BIAS, BN_MEAN, BN_VARIANCE, ARRAY, CONSTANT -> torch.to(dtype);
        };
    }

    /** A copy in PyTorch's layout. */
    public static Tensor toTorch(ParameterSpec spec, Tensor tensor) {
        return switch (spec.kind()) {
            case CONV_WEIGHT -> permute(tensor, FILTER_BACK, tensor.dtype());
            case LINEAR_WEIGHT -> permute(tensor, MATRIX, tensor.dtype());
            case BIAS, BN_WEIGHT, BN_BIAS, BN_MEAN, BN_VARIANCE, ARRAY, CONSTANT -> tensor.copy();
        };
    }

    private static Tensor permute(Tensor from, int[] order, DType dtype) {
        Tensor to = Tensor.zeros(dtype, permuted(from.shape(), order));
        int[] strides = from.shape().strides();
        int[] at = new int[order.length];
        int source = 0;
        for (int i = 0; i < to.size(); i++) {
            to.set(i, from.get(source));
            for (int axis = order.length - 1; axis >= 0; axis--) {
                int step = strides[order[axis]];
                source += step;
                if (++at[axis] < to.shape().dim(axis)) {
                    break;
                }
                source -= at[axis] * step;
                at[axis] = 0;
            }
        }
        return to;
    }

    private static Shape permuted(Shape shape, int[] order) {
        int[] d = new int[order.length];
        for (int i = 0; i < d.length; i++) {
            d[i] = shape.dim(order[i]);
        }
        return Shape.of(d);
    }
}
