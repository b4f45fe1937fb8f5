package dev.goshawk.accuracy;

import dev.goshawk.graph.Op.Unary.Function;
import dev.goshawk.tensor.DType;

/** The errors that docs/accuracy.md states for functions of one number on the CPU backends, in units in the last place. */
public final class ElementBounds {
    private ElementBounds() {
    }

    /** Of the value (order 0) or a derivative. */
    public static double of(Function f, int order, DType dtype) {
        if (order == 0 && dtype == DType.FLOAT32) {
            // computed in float64 and rounded once
            return 0.5001;
        }
        double[] bounds = switch (f) {
            case RELU, ABS -> new double[] {0, 0, 0};
            case EXP -> new double[] {1, 1, 1};
            case EXPM1 -> new double[] {1, 1, 1};
            case LOG -> new double[] {1, 0.5, 1.5};
            case LOG1P -> new double[] {1, 1.5, 3};
            case SQRT -> new double[] {0.5, 1.5, 5};
            case RECIPROCAL -> new double[] {0.5, 2, 4};
            case TANH -> new double[] {1, 4, 8};
            case SIGMOID -> new double[] {2, 4, 5};
            case SIGMOID_SLOPE -> new double[] {4, 5, 6};
            case SOFTPLUS -> new double[] {2, 2, 4};
        };
        return bounds[order] + (bounds[order] == 0.5 ? 1e-4 : 0);
    }
}
