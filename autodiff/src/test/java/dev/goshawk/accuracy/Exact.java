package dev.goshawk.accuracy;

import static dev.goshawk.accuracy.Decimal.DIGITS;
import static dev.goshawk.accuracy.Decimal.ONE;
import static dev.goshawk.accuracy.Decimal.TWO;

import dev.goshawk.graph.Op.Unary.Function;
import dev.goshawk.tensor.DType;
import java.math.BigDecimal;
import java.util.Arrays;

/**
 * What a function of one number, or a derivative of it, is to give: a number to some 40 digits, or what limit there is at zero,
 * infinity and NaN.
 *
 * @param value the value; 0 where {@code special} says what it is
 * @param magnitude the sum of the magnitudes of the closed form's terms: where these cancel, as next to a zero of a derivative, an
 *     error is measured in units in the last place of this
 * @param special a zero with its sign, an infinity or NaN; meaningless where there is a value
 */
public record Exact(BigDecimal value, BigDecimal magnitude, double special) {
    /** Beyond this every function and derivative here has reached its limit, in float64 too. */
    static final double FAR = 800;

    static Exact special(double x) {
        return new Exact(BigDecimal.ZERO, BigDecimal.ZERO, x);
    }

    static Exact number(BigDecimal x) {
        return new Exact(x, x.abs(), 0);
    }

    boolean isNumber() {
        return value.signum() != 0 || magnitude.signum() != 0;
    }

    /** Error of a result in units in the last place of its type; infinite where the kind of number is wrong. */
    public double unitsOff(double got, DType dtype) {
        if (!isNumber()) {
            return got == special || Double.isNaN(got) && Double.isNaN(special) ? 0 : Double.POSITIVE_INFINITY;
        }
        if (Double.isNaN(got)) {
            return Double.POSITIVE_INFINITY;
        }
        boolean single = dtype == DType.FLOAT32;
        double most = single ? Float.MAX_VALUE : Double.MAX_VALUE;
        double size = Math.min(magnitude.doubleValue(), most);
        double unit = single ? Math.ulp((float) size) : Math.ulp(size);
        BigDecimal bound = new BigDecimal(most).add(new BigDecimal(unit).divide(TWO));
        boolean beyond = value.abs().compareTo(bound) >= 0;
        if (Double.isInfinite(got)) {
            if (beyond && Math.signum(got) == value.signum()) {
                return 0;
            }
            BigDecimal next = new BigDecimal(most)
                    .add(new BigDecimal(single ? Math.ulp((float) most) : Math.ulp(most)));
            got = Math.signum(got);
            return next.multiply(new BigDecimal(got)).subtract(value).abs().divide(new BigDecimal(unit), DIGITS)
                    .doubleValue();
        }
        return Decimal.of(got).subtract(value, DIGITS).abs().divide(new BigDecimal(unit), DIGITS).doubleValue();
    }

    /** The order-th derivative of a function at a number. */
    static Exact of(Function f, int order, double x) {
        if (Double.isNaN(x)) {
            boolean masked = (f == Function.RELU || f == Function.ABS) && order > 0;
            return special(masked ? Masks.atNaN(f, order) : Double.NaN);
        }
        return switch (f) {
            case RELU, ABS -> special(Masks.of(f, order, x));
            case EXP, EXPM1 -> exponential(f, order, x);
            case LOG -> logarithm(order, x);
            case LOG1P -> logarithmOfOnePlus(order, x);
            case SQRT -> squareRoot(order, x);
            case RECIPROCAL -> x == 0
                    ? special(atZero(coefficient(order + 1), -order - 1, x))
                    : Double.isInfinite(x)
                            ? special(order == 0 ? 1 / x : 0)
                            : power(-order - 1, x, coefficient(order + 1));
            case ERF -> Normals.erf(order, x);
            case ERFC -> Normals.erfc(order, x);
            case ERF_SLOPE -> Normals.slope(order, x);
            case SIN -> Waves.of(order, x);
            case COS -> Waves.of(order + 1, x);
            case TANH, SIGMOID, SIGMOID_SLOPE, SOFTPLUS -> ExactSigmoids.of(f, order, x);
        };
    }

    /** Of the n-th derivative of log: (-1)^(n-1) (n-1)!; of 1/x's n-th: that of n + 1, which is the same function's. */
    private static BigDecimal coefficient(int n) {
        BigDecimal c = ONE;
        for (int i = 1; i < n; i++) {
            c = c.multiply(BigDecimal.valueOf(-i));
        }
        return c;
    }

    private static double atZero(BigDecimal coefficient, int exponent, double zero) {
        double sign = exponent % 2 == 0 ? 1 : Math.copySign(1, zero);
        return coefficient.signum() * sign * Double.POSITIVE_INFINITY;
    }

    private static Exact power(int exponent, double x, BigDecimal coefficient) {
        BigDecimal base = Decimal.of(x);
        BigDecimal p = ONE;
        for (int i = 0; i < Math.abs(exponent); i++) {
            p = p.multiply(base, DIGITS);
        }
        return number(exponent >= 0 ? coefficient.multiply(p, DIGITS) : coefficient.divide(p, DIGITS));
    }

    private static Exact exponential(Function f, int order, double x) {
        boolean minusOne = f == Function.EXPM1 && order == 0;
        if (x == 0) {
            return minusOne ? special(x) : number(ONE);
        }
        if (x > FAR) {
            return special(Double.POSITIVE_INFINITY);
        }
        if (x < -FAR) {
            return minusOne ? number(ONE.negate()) : special(0);
        }
        return number(minusOne ? Decimal.expm1(Decimal.of(x)) : Decimal.exp(Decimal.of(x)));
    }

    private static Exact logarithm(int order, double x) {
        if (order == 0 && x < 0) {
            return special(Double.NaN);
        }
        if (x == 0) {
            return special(order == 0 ? Double.NEGATIVE_INFINITY : atZero(coefficient(order), -order, x));
        }
        if (Double.isInfinite(x)) {
            return special(order == 0 ? x : 0);
        }
        return order == 0 ? number(Decimal.log(x)) : power(-order, x, coefficient(order));
    }

    private static Exact logarithmOfOnePlus(int order, double x) {
        if (order == 0 && x < -1) {
            return special(Double.NaN);
        }
        if (x == -1) {
            return special(
                    order == 0 ? Double.NEGATIVE_INFINITY : coefficient(order).signum() * Double.POSITIVE_INFINITY);
        }
        if (Double.isInfinite(x)) {
            return special(order == 0 ? x : 0);
        }
        if (order == 0) {
            if (x == 0) {
                return special(x);
            }
            return number(x > 1e30 ? Decimal.log(x) : Decimal.log1p(Decimal.of(x)));
        }
        BigDecimal y = Decimal.of(x).add(ONE, DIGITS);
        BigDecimal p = ONE;
        for (int i = 0; i < order; i++) {
            p = p.multiply(y, DIGITS);
        }
        return number(coefficient(order).divide(p, DIGITS));
    }

    private static Exact squareRoot(int order, double x) {
        BigDecimal c = ONE;
        BigDecimal exponent = new BigDecimal("0.5");
        for (int i = 0; i < order; i++) {
            c = c.multiply(exponent);
            exponent = exponent.subtract(ONE);
        }
        if (x < 0) {
            return special(Double.NaN);
        }
        if (x == 0) {
            return special(order == 0 ? x : c.signum() * Math.copySign(Double.POSITIVE_INFINITY, x));
        }
        if (Double.isInfinite(x)) {
            return special(order == 0 ? x : 0);
        }
        BigDecimal root = Decimal.sqrt(x);
        BigDecimal base = Decimal.of(x);
        BigDecimal p = root;
        for (int i = 0; i < order; i++) {
            p = p.divide(base, DIGITS);
        }
        return number(c.multiply(p, DIGITS));
    }

    /** erf and its relatives: the n-th derivative of exp(-x^2) is (-1)^n H_n(x) exp(-x^2), H Hermite's polynomials. */
    private static final class Normals {
        /** Beyond this exp(-x^2) is 0 in float64 too. */
        private static final double END = 28;

        static Exact erf(int order, double x) {
            if (order > 0) {
                return slope(order - 1, x);
            }
            if (x == 0) {
                return special(x);
            }
            return number(Math.abs(x) > END
                    ? BigDecimal.valueOf((long) Math.signum(x))
                    : Decimal.erf(x));
        }

        static Exact erfc(int order, double x) {
            if (order > 0) {
                Exact negative = slope(order - 1, x);
                return negative.isNumber()
                        ? new Exact(negative.value().negate(), negative.magnitude(), 0)
                        : negative;
            }
            if (Math.abs(x) > END) {
                return x > 0 ? special(0) : number(TWO);
            }
            BigDecimal tail = Decimal.erfc(Math.abs(x));
            return number(x >= 0 ? tail : TWO.subtract(tail, DIGITS));
        }

        static Exact slope(int order, double x) {
            if (Math.abs(x) > END) {
                return special(0);
            }
            BigDecimal at = Decimal.of(x);
            BigDecimal e = Decimal.exp(at.multiply(at, DIGITS).negate()).multiply(Decimal.STEEPEST, DIGITS);
            BigDecimal[] c = hermite(order);
            BigDecimal sum = BigDecimal.ZERO;
            BigDecimal magnitude = BigDecimal.ZERO;
            BigDecimal power = ONE;
            for (BigDecimal k : c) {
                BigDecimal term = k.multiply(power, DIGITS).multiply(e, DIGITS);
                sum = sum.add(term, DIGITS);
                magnitude = magnitude.add(term.abs(), DIGITS);
                power = power.multiply(at, DIGITS);
            }
            return magnitude.signum() == 0 ? special(0) : new Exact(sum, magnitude, 0);
        }

        /** Coefficients of the n-th derivative's polynomial, the constant first: p' - 2 x p each time. */
        private static BigDecimal[] hermite(int n) {
            BigDecimal[] p = {ONE};
            for (int i = 0; i < n; i++) {
                BigDecimal[] next = new BigDecimal[p.length + 1];
                Arrays.fill(next, BigDecimal.ZERO);
                for (int k = 0; k < p.length; k++) {
                    next[k + 1] = next[k + 1].subtract(p[k].multiply(TWO));
                    if (k > 0) {
                        next[k - 1] = next[k - 1].add(p[k].multiply(BigDecimal.valueOf(k)));
                    }
                }
                p = next;
            }
            return p;
        }
    }

    /** Piecewise linear functions. */
    private static final class Masks {
        static double atNaN(Function f, int order) {
            // step(NaN) is 0, sign(NaN) is NaN
            return f == Function.ABS && order == 1 ? Double.NaN : 0;
        }

        static double of(Function f, int order, double x) {
            if (order > 1) {
                return 0;
            }
            if (f == Function.RELU) {
                return order == 0 ? Math.max(x, 0) : x > 0 ? 1 : 0;
            }
            return order == 0 ? Math.abs(x) : Math.signum(x);
        }
    }
}
