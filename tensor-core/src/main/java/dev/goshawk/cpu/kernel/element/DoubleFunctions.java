package dev.goshawk.cpu.kernel.element;

import dev.goshawk.tensor.ErrorFunction;
import dev.goshawk.tensor.ScalarFunctions;
import dev.goshawk.tensor.Trigonometry;

/** Functions of one float64 number. */
final class DoubleFunctions {
    private DoubleFunctions() {
    }

    /** The function of v. */
    static double of(ElementOp op, double v) {
        return switch (op) {
            case EXP -> ScalarFunctions.exp(v);
            case EXPM1 -> StrictMath.expm1(v);
            case LOG -> StrictMath.log(v);
            case LOG1P -> StrictMath.log1p(v);
            case TANH -> ScalarFunctions.tanh(v);
            case SIGMOID -> ScalarFunctions.sigmoid(v);
            case SIGMOID_SLOPE -> ScalarFunctions.sigmoidSlope(v);
            case SOFTPLUS -> ScalarFunctions.softplus(v);
            case ERF -> ErrorFunction.erf(v);
            case ERFC -> ErrorFunction.erfc(v);
            case ERF_SLOPE -> ErrorFunction.slope(v);
            case SIN -> Trigonometry.sin(v);
            case COS -> Trigonometry.cos(v);
            case COPY, ADD, SUBTRACT, MULTIPLY, DIVIDE, MAX, MIN, AT_LEAST, SCALE, MULTIPLY_ADD, MASK_POSITIVE,
                    RELU, STEP, SIGN, ABS, FLOOR, ROUND, ROUND_SMALL, SQRT, RECIPROCAL, POWER, WHERE, SUM,
                    SUM_OF_PRODUCTS ->
                throw new IllegalArgumentException("has a pass of its own: " + op);
        };
    }
}
