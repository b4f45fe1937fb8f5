package dev.goshawk.accuracy;

import static dev.goshawk.accuracy.Decimal.DIGITS;
import static dev.goshawk.accuracy.Decimal.ONE;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** A row of logits and a direction: derivatives along the direction are cumulants of it under the softmax. */
final class ExactSoftmaxRow {
    /** What is expected: a value, and the size of the terms it is the sum of. */
    record Term(BigDecimal value, BigDecimal size) {
        Term negate() {
            return new Term(value.negate(), size);
        }
    }

    private final BigDecimal[] p;
    private final BigDecimal[] away;
    private BigDecimal most = BigDecimal.ZERO;

    ExactSoftmaxRow(double[] x, double[] v) {
        int n = x.length;
        p = new BigDecimal[n];
        away = new BigDecimal[n];
        for (int k = 0; k < n; k++) {
            BigDecimal sum = BigDecimal.ZERO;
            for (double other : x) {
                sum = sum.add(Decimal.exp(Decimal.of(other - x[k])), DIGITS);
            }
            p[k] = ONE.divide(sum, DIGITS);
            most = most.max(Decimal.of(Math.abs(v[k])));
        }
        for (int k = 0; k < n; k++) {
            away[k] = BigDecimal.ZERO;
            for (int j = 0; j < n; j++) {
                away[k] = away[k].add(p[j].multiply(Decimal.of(v[k] - v[j]), DIGITS), DIGITS);
            }
        }
    }

    List<Term> classes(IntFunction<Term> of) {
        return IntStream.range(0, p.length).mapToObj(of).toList();
    }

    private BigDecimal moment(int n) {
        BigDecimal sum = BigDecimal.ZERO;
        for (int k = 0; k < p.length; k++) {
            sum = sum.add(p[k].multiply(away[k].pow(n, DIGITS), DIGITS), DIGITS);
        }
        return sum;
    }

    /** Of log sum exp from the second order on. */
    private BigDecimal cumulant(int n) {
        BigDecimal square = moment(2);
        return n < 4
                ? moment(n)
                : moment(4).subtract(square.multiply(square, DIGITS).multiply(Decimal.of(3)), DIGITS);
    }

    /** 1 - p of the likeliest class, by which everything is scaled. */
    private BigDecimal doubt() {
        BigDecimal sum = BigDecimal.ZERO;
        for (BigDecimal q : p) {
            sum = sum.add(q, DIGITS);
        }
        BigDecimal likeliest = Arrays.stream(p).max(BigDecimal::compareTo).orElseThrow();
        BigDecimal others = BigDecimal.ZERO;
        boolean left = false;
        for (BigDecimal q : p) {
            if (!left && q.equals(likeliest)) {
                left = true;
            } else {
                others = others.add(q, DIGITS);
            }
        }
        return others;
    }

    private BigDecimal scale(int order) {
        return doubt().multiply(most.pow(order), DIGITS);
    }

    /** Of -log p of a class. */
    Term crossEntropy(int order, int k) {
        if (order == 1) {
            boolean loser = p[k].compareTo(new BigDecimal("0.5")) < 0;
            return new Term(away[k].negate(), loser ? most : scale(1));
        }
        return new Term(cumulant(order), scale(order));
    }

    /** p a_1, p (a^2 - k2), p (a^3 - 3 a k2 - k3), p (a^4 - 6 a^2 k2 - 4 a k3 + 3 k2^2 - k4), a = v - mean. */
    Term softmax(int order, int k) {
        BigDecimal a = away[k];
        BigDecimal k2 = cumulant(2);
        BigDecimal k3 = cumulant(3);
        BigDecimal k4 = cumulant(4);
        BigDecimal inner = switch (order) {
            case 1 -> a;
            case 2 -> a.multiply(a).subtract(k2);
            case 3 -> a.pow(3).subtract(a.multiply(k2).multiply(Decimal.of(3))).subtract(k3);
            default -> a.pow(4).subtract(a.multiply(a).multiply(k2).multiply(Decimal.of(6)))
                    .subtract(a.multiply(k3).multiply(Decimal.of(4)))
                    .add(k2.multiply(k2).multiply(Decimal.of(3))).subtract(k4);
        };
        boolean likeliest = p[k].compareTo(new BigDecimal("0.5")) > 0;
        BigDecimal size = likeliest ? scale(order) : most.pow(order);
        return new Term(p[k].multiply(inner, DIGITS), p[k].multiply(size, DIGITS));
    }
}
