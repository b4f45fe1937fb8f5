package dev.goshawk.accuracy;

import static dev.goshawk.accuracy.Decimal.DIGITS;
import static dev.goshawk.accuracy.Decimal.ONE;
import static dev.goshawk.accuracy.Decimal.TWO;

import dev.goshawk.graph.Op.Unary.Function;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;

/**
 * sigmoid s, its slope q = s(x) s(-x) and t = tanh(x / 2), of which dq = -q t and dt = 2 q: every derivative is a polynomial in q and
 * t, free of cancellation around 0 and in both tails.
 */
final class ExactSigmoids {
    private ExactSigmoids() {
    }

    /** Coefficients of q^i t^j, the key being i, j. */
    private record Term(int q, int t) {
    }

    static Exact of(Function f, int order, double x) {
        double u = f == Function.TANH ? 2 * x : x;
        if (f == Function.TANH && order == 0) {
            return tanh(x);
        }
        if (order == 0 && f == Function.SOFTPLUS) {
            return softplus(x);
        }
        boolean sigmoid = f == Function.SIGMOID && order == 0 || f == Function.SOFTPLUS && order == 1;
        if (Math.abs(u) > Exact.FAR) {
            return sigmoid && u > 0 ? Exact.number(ONE) : Exact.special(0);
        }
        BigDecimal e = Decimal.exp(Decimal.of(-Math.abs(u)));
        BigDecimal whole = ONE.add(e, DIGITS);
        if (sigmoid) {
            return Exact.number((u >= 0 ? ONE : e).divide(whole, DIGITS));
        }
        BigDecimal q = e.divide(whole.multiply(whole, DIGITS), DIGITS);
        BigDecimal t = u == 0 ? BigDecimal.ZERO : half(Decimal.of(u));
        int times = switch (f) {
            case TANH, SIGMOID -> order - 1;
            case SOFTPLUS -> order - 2;
            default -> order;
        };
        BigDecimal sum = BigDecimal.ZERO;
        BigDecimal magnitude = BigDecimal.ZERO;
        for (Map.Entry<Term, BigDecimal> term : derivative(times).entrySet()) {
            BigDecimal p = term.getValue().multiply(q.pow(term.getKey().q(), DIGITS), DIGITS)
                    .multiply(term.getKey().t() == 0 ? ONE : t.pow(term.getKey().t(), DIGITS), DIGITS);
            sum = sum.add(p, DIGITS);
            magnitude = magnitude.add(p.abs(), DIGITS);
        }
        if (magnitude.signum() == 0) {
            return Exact.special(0);
        }
        BigDecimal factor = f == Function.TANH ? TWO.pow(order + 1) : ONE;
        return new Exact(sum.multiply(factor, DIGITS), magnitude.multiply(factor, DIGITS), 0);
    }

    private static Map<Term, BigDecimal> derivative(int order) {
        Map<Term, BigDecimal> terms = Map.of(new Term(1, 0), ONE);
        for (int n = 0; n < order; n++) {
            Map<Term, BigDecimal> next = new HashMap<>();
            terms.forEach((term, c) -> {
                next.merge(new Term(term.q(), term.t() + 1), c.multiply(BigDecimal.valueOf(-term.q())),
                        BigDecimal::add);
                if (term.t() > 0) {
                    next.merge(new Term(term.q() + 1, term.t() - 1), c.multiply(BigDecimal.valueOf(2L * term.t())),
                            BigDecimal::add);
                }
            });
            terms = next;
        }
        return terms;
    }

    /** tanh(u / 2). */
    private static BigDecimal half(BigDecimal u) {
        if (u.abs().compareTo(BigDecimal.valueOf(120)) > 0) {
            return BigDecimal.valueOf(u.signum());
        }
        BigDecimal e = Decimal.expm1(u);
        return e.divide(e.add(TWO, DIGITS), DIGITS);
    }

    private static Exact tanh(double x) {
        return x == 0
                ? Exact.special(x)
                : Exact.number(Math.abs(x) > 60
                        ? BigDecimal.valueOf((long) Math.signum(x))
                        : half(Decimal.of(x).multiply(TWO)));
    }

    private static Exact softplus(double x) {
        if (Math.abs(x) > Exact.FAR) {
            return x < 0 ? Exact.special(0) : Double.isInfinite(x) ? Exact.special(x) : Exact.number(Decimal.of(x));
        }
        BigDecimal tail = Decimal.log1p(Decimal.exp(Decimal.of(-Math.abs(x))));
        return Exact.number(x > 0 ? Decimal.of(x).add(tail, DIGITS) : tail);
    }
}
