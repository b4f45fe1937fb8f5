package dev.goshawk.accuracy;

import static dev.goshawk.accuracy.Decimal.DIGITS;
import static dev.goshawk.accuracy.Decimal.ONE;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/** Sine and cosine of any float64 to some 40 digits: pi is known to 400, so that of the largest number's last turn 90 are right. */
final class Waves {
    private static final int SCALE = 400;
    private static final BigDecimal QUARTER_TURN = BigDecimal.TWO.multiply(
            BigDecimal.valueOf(4).multiply(arctanOfOneOver(5)).subtract(arctanOfOneOver(239)));

    private Waves() {
    }

    private static BigDecimal arctanOfOneOver(int n) {
        BigDecimal power = ONE.divide(BigDecimal.valueOf(n), SCALE + 10, RoundingMode.HALF_EVEN);
        BigDecimal sum = power;
        for (int k = 3; power.signum() != 0; k += 2) {
            power = power.divide(BigDecimal.valueOf(-(long) n * n), SCALE + 10, RoundingMode.HALF_EVEN);
            sum = sum.add(power.divide(BigDecimal.valueOf(k), SCALE + 10, RoundingMode.HALF_EVEN));
        }
        return sum;
    }

    /** The sine of x and so many quarter turns. */
    static Exact of(int quarters, double x) {
        if (Double.isInfinite(x)) {
            return new Exact(BigDecimal.ZERO, BigDecimal.ZERO, Double.NaN);
        }
        BigDecimal at = new BigDecimal(x);
        BigDecimal turns = at.divide(QUARTER_TURN, 0, RoundingMode.HALF_EVEN);
        BigDecimal r = at.subtract(turns.multiply(QUARTER_TURN)).round(DIGITS);
        int quarter = turns.toBigInteger().add(BigInteger.valueOf(quarters))
                .and(BigInteger.valueOf(3)).intValue();
        BigDecimal y = quarter % 2 == 0 ? series(r, r, 1) : series(ONE, r, 0);
        y = quarter < 2 ? y : y.negate();
        return y.signum() == 0 ? new Exact(y, y, x) : new Exact(y, y.abs(), 0);
    }

    /** first - first r^2 / (n + 1)(n + 2) + ... */
    private static BigDecimal series(BigDecimal first, BigDecimal r, int n) {
        BigDecimal square = r.multiply(r, DIGITS);
        BigDecimal sum = BigDecimal.ZERO;
        BigDecimal term = first;
        for (int i = n; i < 44; i += 2) {
            sum = sum.add(term, DIGITS);
            term = term.multiply(square, DIGITS).divide(BigDecimal.valueOf(-(i + 1L) * (i + 2)), DIGITS);
        }
        return sum;
    }
}
