package dev.goshawk.accuracy;

import dev.goshawk.graph.Op.Unary.Function;
import dev.goshawk.tensor.DType;

/** The errors that docs/accuracy.md states for functions of one number on the CPU backends, in units in the last place. */
public final class ElementBounds {
    private ElementBounds() {
    }

    /** Of the value (order 0) or a derivative of what the GPU backend computes, in either type. */
    public static double onGpu(Function f, int order) {
        double[] bounds = switch (f) {
            case RELU, ABS -> new double[] {0, 0, 0};
            case EXP -> new double[] {3, 3, 3};
            case EXPM1 -> new double[] {4, 3, 3};
            case LOG -> new double[] {3, 0.5, 1.5};
            case LOG1P -> new double[] {5, 2, 3.5};
            case SIN, COS -> new double[] {1, 1, 1};
            case SQRT -> new double[] {0.5, 2, 6};
            case RECIPROCAL -> new double[] {0.5, 2, 4};
            case TANH -> new double[] {5, 5, 7};
            case SIGMOID -> new double[] {3, 5, 6};
            case SIGMOID_SLOPE -> new double[] {6, 7, 9};
            case SOFTPLUS -> new double[] {8, 3, 5};
            case ERF -> new double[] {2, 5, 32};
            case ERFC -> new double[] {9, 5, 32};
            case ERF_SLOPE -> new double[] {5, 32, 3000};
        };
        return bounds[order] + (bounds[order] == 0.5 ? 1e-4 : 0);
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
            case LOG1P -> new double[] {1, 2, 3.5};
            case SIN, COS -> new double[] {1, 1, 1};
            case SQRT -> new double[] {0.5, 2, 6};
            case RECIPROCAL -> new double[] {0.5, 2, 4};
            case TANH -> new double[] {1, 4, 6};
            case SIGMOID -> new double[] {2.5, 4, 5};
            case SIGMOID_SLOPE -> new double[] {4, 5, 6};
            case SOFTPLUS -> new double[] {2, 2.5, 4};
            // Where the slope is subnormal, its derivatives multiply its rounding by 2|x| and 4 x^2, up to 55 and 3,000.
            case ERF -> new double[] {1.5, 2.5, 32};
            case ERFC -> new double[] {5, 2.5, 32};
            case ERF_SLOPE -> new double[] {2.5, 32, 3000};
        };
        return bounds[order] + (bounds[order] == 0.5 ? 1e-4 : 0);
    }
}
