package dev.goshawk.random;

import dev.goshawk.graph.Op;
import dev.goshawk.tensor.ErrorFunction;
import dev.goshawk.tensor.ScalarFunctions;

/** How far a function of one variable can move when its argument is off by so much. */
final class Slopes {
    /** Greatest slope of sigmoid(x) sigmoid(-x): 1 / (6 sqrt 3). */
    private static final double STEEPEST = 1 / (6 * Math.sqrt(3));

    /** Greatest slope of 2 / sqrt(pi) exp(-x^2), at 1 / sqrt(2). */
    private static final double STEEPEST_GAUSSIAN = 0.9678829;

    private Slopes() {
    }

    /** The error times the greatest slope within it: slopes are largest at an end of the interval or at 0. */
    static double moved(Op.Unary.Function f, double x, double e) {
        if (e == 0) {
            return 0;
        }
        double slope = Math.max(slope(f, x), Math.max(slope(f, x - e), slope(f, x + e)));
        boolean aroundZero = Math.abs(x) <= e;
        return switch (f) {
            case LOG -> x - e <= 0 ? Double.POSITIVE_INFINITY : e * slope;
            case LOG1P -> x - e <= -1 ? Double.POSITIVE_INFINITY : e * slope;
            case RECIPROCAL -> aroundZero ? Double.POSITIVE_INFINITY : e * slope;
            case SQRT -> x - e <= 0 ? Math.sqrt(Math.abs(x) + e) : e * slope;
            case ERF_SLOPE -> e * (e > 0.1 || Math.abs(x) < 2 ? STEEPEST_GAUSSIAN : slope);
            case TANH, SIGMOID, ERF, ERFC -> e * (aroundZero ? slope(f, 0) : slope);
            case SIGMOID_SLOPE -> e * (e > 0.1 || Math.abs(x) < 2 ? STEEPEST : slope);
            default -> e * slope;
        };
    }

    /** How far a derivative of x^y can move when the operands are off by so much: by the greatest next derivatives. */
    static double power(int byX, int byY, double x, double ex, double y, double ey) {
        if (ex == 0 && ey == 0) {
            return 0;
        }
        if (byY == 0 && ey == 0 && Math.rint(y) == y) {
            double exponent = y - byX;
            double factor = 1;
            for (int k = 0; k <= byX; k++) {
                factor *= Math.abs(y - k);
            }
            double base = exponent >= 1 ? Math.abs(x) + ex : Math.abs(x) - ex;
            return factor == 0
                    ? 0
                    : base <= 0 ? Double.POSITIVE_INFINITY : ex * factor * Math.pow(base, exponent - 1);
        }
        return x <= ex
                ? Double.POSITIVE_INFINITY
                : ex * powerSize(byX + 1, byY, x, ex, y, ey) + ey * powerSize(byX, byY + 1, x, ex, y, ey);
    }

    /** No less than any derivative of x^y, were all its terms of one sign, where x and y are off by so much. */
    static double powerSize(int byX, int byY, double x, double ex, double y, double ey) {
        double log = Math.max(Math.abs(Math.log(x - ex)), Math.abs(Math.log(x + ex)));
        double[] q = new double[byY + 1];
        q[0] = 1;
        for (int i = 1; i <= byY; i++) {
            q[i] = q[i - 1] * log;
        }
        for (int k = 0; k < byX; k++) {
            for (int i = byY; i > 0; i--) {
                q[i] = (Math.abs(y - k) + ey) * q[i] + i * q[i - 1];
            }
            q[0] *= Math.abs(y - k) + ey;
        }
        double most = 0;
        for (double base : new double[] {x - ex, x + ex}) {
            for (double e : new double[] {y - ey, y + ey}) {
                most = Math.max(most, Math.pow(base, e - byX));
            }
        }
        return most * q[byY];
    }

    private static double slope(Op.Unary.Function f, double x) {
        return Math.abs(switch (f) {
            case EXP, EXPM1 -> Math.exp(x);
            case LOG -> 1 / x;
            case LOG1P -> 1 / (1 + x);
            case SQRT -> 0.5 / Math.sqrt(x);
            case RECIPROCAL -> 1 / x / x;
            case TANH -> 4 * ScalarFunctions.sigmoidSlope(2 * x);
            case SIGMOID -> ScalarFunctions.sigmoidSlope(x);
            case SIGMOID_SLOPE -> ScalarFunctions.sigmoidSlope(x) * Math.tanh(x / 2);
            case SOFTPLUS -> ScalarFunctions.sigmoid(x);
            case ERF, ERFC, ERF_SLOPE -> ErrorFunction.slope(x) * (f == Op.Unary.Function.ERF_SLOPE ? 2 * x : 1);
            case SIN, COS -> 1;
            case RELU -> x > 0 ? 1 : 0;
            case ABS -> 1;
        });
    }
}
