package dev.goshawk.cpu.reference;

import dev.goshawk.graph.Op;
import dev.goshawk.tensor.ErrorFunction;
import dev.goshawk.tensor.ScalarFunctions;
import dev.goshawk.tensor.Trigonometry;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** Elementwise ops. NaN operands give NaN, except that comparisons with NaN are false. */
final class ReferenceArithmetic {
    private ReferenceArithmetic() {
    }

    static double[] map(double[] x, int n, DoubleUnaryOperator f) {
        double[] out = new double[n];
        for (int i = 0; i < n; i++) {
            out[i] = f.applyAsDouble(x[i]);
        }
        return out;
    }

    static double[] map2(double[] x, double[] y, int n, DoubleBinaryOperator f) {
        double[] out = new double[n];
        for (int i = 0; i < n; i++) {
            out[i] = f.applyAsDouble(x[i], y[i]);
        }
        return out;
    }

    static double[] where(double[] condition, double[] a, double[] b, int n) {
        double[] out = new double[n];
        for (int i = 0; i < n; i++) {
            out[i] = condition[i] > 0 ? a[i] : b[i];
        }
        return out;
    }

    static double[] unary(Op.Unary.Function f, double[] x, int n) {
        return map(x, n, switch (f) {
            case EXP -> ScalarFunctions::exp;
            case EXPM1 -> StrictMath::expm1;
            case LOG -> StrictMath::log;
            case LOG1P -> StrictMath::log1p;
            case SQRT -> Math::sqrt;
            case RECIPROCAL -> a -> 1 / a;
            case TANH -> ScalarFunctions::tanh;
            case SIGMOID -> ScalarFunctions::sigmoid;
            case SIGMOID_SLOPE -> ScalarFunctions::sigmoidSlope;
            case SOFTPLUS -> ScalarFunctions::softplus;
            case ERF -> ErrorFunction::erf;
            case ERFC -> ErrorFunction::erfc;
            case ERF_SLOPE -> ErrorFunction::slope;
            case SIN -> Trigonometry::sin;
            case COS -> Trigonometry::cos;
            case RELU -> a -> Math.max(a, 0);
            case ABS -> Math::abs;
        });
    }

    static double[] piecewise(Op.Piecewise.Function f, double[] x, int n) {
        return map(x, n, switch (f) {
            case STEP -> a -> a > 0 ? 1 : 0;
            case SIGN -> Math::signum;
            case ROUND -> Math::rint;
            case FLOOR -> Math::floor;
        });
    }

    static double[] binary(Op.Binary.Function f, double[] x, double[] y, int n) {
        return map2(x, y, n, switch (f) {
            case DIVIDE -> (a, b) -> a / b;
            case MAX -> Math::max;
            case MIN -> Math::min;
        });
    }
}
