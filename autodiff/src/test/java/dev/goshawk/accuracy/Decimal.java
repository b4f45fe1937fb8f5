package dev.goshawk.accuracy;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Elementary functions to about 40 digits, from sums, products and quotients of decimals alone. */
final class Decimal {
    static final MathContext DIGITS = new MathContext(44);
    static final BigDecimal ONE = BigDecimal.ONE;
    static final BigDecimal TWO = BigDecimal.TWO;
    private static final BigDecimal LN2 = new BigDecimal(
            "0.693147180559945309417232121458176568075500134360255254120680009493393621969694716");
    /** 2 / sqrt(pi). */
    static final BigDecimal STEEPEST = new BigDecimal(
            "1.12837916709551257389615890312154517168810125865799771368817144");
    /** 2^k for the powers that exp of a number in the range of float64 meets. */
    private static final int MOST = 1200;
    private static final BigDecimal[] POWERS = new BigDecimal[2 * MOST + 1];
    private static final int HALVINGS = 8;
    private static final int TERMS = 16;

    static {
        for (int k = -MOST; k <= MOST; k++) {
            POWERS[k + MOST] = k >= 0 ? TWO.pow(k).round(DIGITS) : ONE.divide(TWO.pow(-k), DIGITS);
        }
    }

    private Decimal() {
    }

    /** The number itself, subnormal ones cut to the digits that are computed with. */
    static BigDecimal of(double x) {
        return new BigDecimal(x).round(DIGITS);
    }

    /** exp(x) - 1 to full relative precision, for |x| up to 830. */
    static BigDecimal expm1(BigDecimal x) {
        int k = x.divide(LN2, 20, RoundingMode.HALF_EVEN).setScale(0, RoundingMode.HALF_EVEN).intValueExact();
        BigDecimal r = x.subtract(LN2.multiply(BigDecimal.valueOf(k)), DIGITS);
        BigDecimal small = r.multiply(POWERS[MOST - HALVINGS], DIGITS);
        BigDecimal sum = ONE;
        for (int i = TERMS; i >= 2; i--) {
            sum = ONE.add(small.multiply(sum, DIGITS).divide(BigDecimal.valueOf(i), DIGITS), DIGITS);
        }
        BigDecimal y = small.multiply(sum, DIGITS);
        for (int i = 0; i < HALVINGS; i++) {
            // exp(2r) - 1 = (exp(r) - 1) (exp(r) + 1)
            y = y.multiply(y.add(TWO, DIGITS), DIGITS);
        }
        return k == 0 ? y : POWERS[k + MOST].multiply(y, DIGITS).add(POWERS[k + MOST].subtract(ONE, DIGITS), DIGITS);
    }

    static BigDecimal exp(BigDecimal x) {
        if (x.abs().compareTo(ONE) <= 0) {
            return expm1(x).add(ONE, DIGITS);
        }
        int k = x.divide(LN2, 20, RoundingMode.HALF_EVEN).setScale(0, RoundingMode.HALF_EVEN).intValueExact();
        BigDecimal r = x.subtract(LN2.multiply(BigDecimal.valueOf(k)), DIGITS);
        return POWERS[k + MOST].multiply(expm1(r).add(ONE, DIGITS), DIGITS);
    }

    /** log(1 + x) to full relative precision, for x above -1. */
    static BigDecimal log1p(BigDecimal x) {
        if (x.signum() == 0) {
            return x;
        }
        if (x.abs().compareTo(new BigDecimal("1e-8")) < 0) {
            BigDecimal sum = BigDecimal.ZERO;
            BigDecimal power = ONE;
            for (int i = 1; i <= 6; i++) {
                sum = sum.add(power.divide(BigDecimal.valueOf(i), DIGITS), DIGITS);
                power = power.multiply(x.negate(), DIGITS);
            }
            return x.multiply(sum, DIGITS);
        }
        // Halley's iteration on exp(y) - 1 = x, which triples the digits of the start
        BigDecimal y = Decimal.of(StrictMath.log1p(x.doubleValue()));
        BigDecimal e = expm1(y);
        BigDecimal twice = x.subtract(e, DIGITS).multiply(TWO);
        return y.add(twice.divide(x.add(e, DIGITS).add(TWO, DIGITS), DIGITS), DIGITS);
    }

    /** log(x) of a float64 above 0, to full relative precision. */
    static BigDecimal log(double x) {
        if (x > 0.5 && x < 2) {
            return log1p(new BigDecimal(x).subtract(ONE));
        }
        int k = Math.getExponent(x);
        if (k < Double.MIN_EXPONENT) {
            k = Math.getExponent(x * 0x1p60) - 60;
        }
        // In two steps, for the power itself may lie outside of the range.
        double mantissa = x * Math.scalb(1.0, -k / 2) * Math.scalb(1.0, -k - -k / 2);
        BigDecimal part = log1p(new BigDecimal(mantissa).subtract(ONE));
        return part.add(LN2.multiply(BigDecimal.valueOf(k)), DIGITS);
    }

    /** erf(x) for |x| up to 28: Taylor's series below 2. */
    static BigDecimal erf(double x) {
        if (Math.abs(x) >= 2) {
            return ONE.subtract(erfc(Math.abs(x)), DIGITS).multiply(BigDecimal.valueOf((long) Math.signum(x)));
        }
        BigDecimal at = of(x);
        BigDecimal square = at.multiply(at, DIGITS);
        BigDecimal sum = BigDecimal.ZERO;
        BigDecimal term = at;
        for (int n = 0; n < 80; n++) {
            sum = sum.add(term.divide(BigDecimal.valueOf(2L * n + 1), DIGITS), DIGITS);
            term = term.multiply(square, DIGITS).divide(BigDecimal.valueOf(-n - 1L), DIGITS);
        }
        return sum.multiply(STEEPEST, DIGITS);
    }

    /** 1 - erf(x) for x from 0 to 28: Laplace's continued fraction from 2. */
    static BigDecimal erfc(double x) {
        if (x < 2) {
            return ONE.subtract(erf(x), DIGITS);
        }
        BigDecimal at = of(x);
        BigDecimal square = at.multiply(at, DIGITS);
        BigDecimal fraction = at;
        for (int n = 400; n >= 1; n--) {
            fraction = at.add(BigDecimal.valueOf(n).divide(TWO).divide(fraction, DIGITS), DIGITS);
        }
        return exp(square.negate()).multiply(STEEPEST, DIGITS).divide(fraction.multiply(TWO), DIGITS);
    }

    /** The square root of a float64 above 0. */
    static BigDecimal sqrt(double x) {
        BigDecimal exact = of(x);
        BigDecimal s = of(StrictMath.sqrt(x));
        for (int i = 0; i < 2; i++) {
            s = s.add(exact.subtract(s.multiply(s, DIGITS), DIGITS).divide(s.multiply(TWO), DIGITS), DIGITS);
        }
        return s;
    }
}
