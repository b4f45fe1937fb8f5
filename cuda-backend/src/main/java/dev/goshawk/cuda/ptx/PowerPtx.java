package dev.goshawk.cuda.ptx;

import dev.goshawk.cuda.ptx.PtxKernel.Kind;
import dev.goshawk.tensor.Powers;
import org.jspecify.annotations.Nullable;

/** Powers and their derivatives as {@link Powers} computes them, on float64 registers. */
final class PowerPtx {
    private final ElementPtx e;
    private final PtxKernel k;
    private final int byX;
    private final int byY;

    /** @param elements of float64 */
    PowerPtx(ElementPtx elements, int byX, int byY) {
        this.e = elements;
        this.k = elements.kernel();
        this.byX = byX;
        this.byY = byY;
    }

    /** A number in two parts. */
    private record Pair(String high, String low) {
    }

    private String both(String p, String q) {
        return k.result(Kind.PREDICATE, "and.pred", p, q);
    }

    private String one(String p, String q) {
        return k.result(Kind.PREDICATE, "xor.pred", p, q);
    }

    private String not(String p) {
        return k.result(Kind.PREDICATE, "not.pred", p);
    }

    /** The derivative of x^y. */
    String of(String x, String y) {
        String infinite = e.number(Double.POSITIVE_INFINITY);
        String a = e.absolute(x);
        String finite = e.test("lt", e.absolute(y), infinite);
        Pair exponent = exponent(y, finite);
        String near = bounded(y, -Double.MAX_VALUE);
        String inner = ofFinite(bounded(a, Double.MIN_VALUE), near,
                new Pair(bounded(exponent.high, -Double.MAX_VALUE), exponent.low));
        String inside = both(both(e.test("gt", a, e.number(0)), e.test("lt", a, infinite)), finite);
        String magnitude = e.select(inside, inner, limit(a, y, exponent.high));
        String whole = e.test("eq", e.rounded(y), y);
        String half = e.multiply(y, e.number(0.5));
        String even = e.test("eq", e.rounded(half), half);
        String odd = both(both(whole, finite), byX % 2 == 0 ? not(even) : even);
        String sign = k.result(Kind.DOUBLE, "copysign.f64", x, e.number(1));
        String signed = e.multiply(e.select(odd, sign, e.number(1)), magnitude);
        // A derivative of 0 has no sign.
        signed = byX + byY == 0 ? signed : e.add(signed, e.number(0));
        String none = e.test("lt", x, e.number(0));
        if (byY == 0) {
            none = both(none, both(not(whole), e.test("lt", a, infinite)));
        }
        return e.orNaN(e.select(none, e.number(Double.NaN), signed), x, y);
    }

    private String bounded(String x, double least) {
        return e.least(e.greatest(x, e.number(least)), e.number(Double.MAX_VALUE));
    }

    /** The difference with what its rounding loses. */
    private Pair exponent(String y, String finite) {
        if (byX == 0) {
            return new Pair(y, e.number(0));
        }
        String high = e.subtract(y, e.number(byX));
        String taken = e.subtract(high, y);
        String low = e.subtract(e.subtract(y, e.subtract(high, taken)), e.add(e.number(byX), taken));
        return new Pair(high, e.select(finite, low, e.number(0)));
    }

    /** Where a base is 0 or infinite or an exponent infinite. */
    private String limit(String a, String y, String exponent) {
        String zero = e.number(0);
        String infinite = e.number(Double.POSITIVE_INFINITY);
        String above = e.test("gt", a, e.number(1));
        // The sign of the logarithm to the power of byY, and of what it is multiplied by.
        String sign = e.select(above, e.number(1), e.number(byY % 2 == 0 ? 1 : -1));
        String large = k.result(Kind.DOUBLE, "copysign.f64", sign, infinite);
        String equal = byY == 0 ? e.number(1) : large;
        if (byX > 0) {
            String leading = factor(y, null, 0);
            String signed = e.multiply(sign, leading);
            if (byY > 0) {
                String before = e.select(above, e.number(1), e.number(byY % 2 == 0 ? -1 : 1));
                signed = e.select(e.test("eq", leading, zero), e.multiply(before, factor(y, null, 1)), signed);
            }
            String endless = k.result(Kind.DOUBLE, "copysign.f64", signed, infinite);
            large = e.select(e.test("eq", signed, zero), zero, endless);
            equal = byY == 0 ? leading : large;
        }
        String limit = e.select(one(e.test("gt", exponent, zero), above), zero, large);
        limit = e.select(e.test("eq", exponent, zero), equal, limit);
        double atOne = byX > 0 ? Double.NaN : byY > 0 ? 0 : 1;
        return e.select(e.test("eq", a, e.number(1)), e.number(atOne), limit);
    }

    /** What the power is multiplied by: the same recurrence, of so many logarithms and derivatives by y; no logarithm is one of 0. */
    private String factor(String y, @Nullable String log, int order) {
        String[] q = new String[order + 1];
        q[0] = e.number(1);
        for (int i = 1; i <= order; i++) {
            q[i] = log == null ? e.number(0) : e.multiply(q[i - 1], log);
        }
        for (int j = 0; j < byX; j++) {
            String step = e.subtract(y, e.number(j));
            for (int i = order; i > 0; i--) {
                String more = i == 1 && j == 0 ? q[0] : e.multiply(e.number(i), q[i - 1]);
                q[i] = e.multiplyAdd(step, q[i], more);
            }
            q[0] = e.multiply(q[0], step);
        }
        return q[order];
    }

    private String ofFinite(String a, String y, Pair exponent) {
        Pair log = log(a);
        String p = e.multiply(exponent.high, log.high);
        String pLow = e.multiplyAdd(exponent.high, log.low,
                e.multiplyAdd(exponent.low, log.high, e.multiplyAdd(exponent.high, log.high, e.negate(p))));
        String near = e.test("lt", e.absolute(p), e.number(Powers.FAR));
        String inRange = e.select(near, p, e.number(0));
        String zero = e.number(0);
        String limit = e.select(e.test("gt", p, zero), e.number(Double.POSITIVE_INFINITY), zero);
        if (byX + byY == 0) {
            return e.select(near, exp(inRange, pLow, e.number(1), e.number(0)), limit);
        }
        String q = factor(y, log.high, byY);
        limit = e.select(e.test("eq", q, zero), zero, k.result(Kind.DOUBLE, "copysign.f64", q, limit));
        String size = e.absolute(q);
        String large = e.test("gt", size, e.number(Powers.LARGE));
        String small = e.test("lt", size, e.number(1 / Powers.LARGE));
        String step = e.select(large, e.number(Math.scalb(1.0, -Powers.NEARER)),
                e.select(small, e.number(Math.scalb(1.0, Powers.NEARER)), e.number(1)));
        String taken = e.select(large, e.number(Powers.NEARER), e.select(small, e.number(-Powers.NEARER), zero));
        return e.select(near, exp(inRange, pLow, e.multiply(q, step), taken), limit);
    }

    private Pair log(String a) {
        String subnormal = e.test("lt", a, e.number(Double.MIN_NORMAL));
        String normal = e.select(subnormal, e.multiply(a, e.number(0x1p52)), a);
        String shifted = k.result(Kind.LONG, "add.s64", k.result(Kind.LONG, "mov.b64", normal),
                Long.toString(0x3FF0000000000000L - Powers.SQRT_HALF));
        String biased = k.result(Kind.LONG, "shr.s64", shifted, "52");
        String n = e.subtract(k.result(Kind.DOUBLE, "cvt.rn.f64.s64", k.result(Kind.LONG, "sub.s64", biased, "1023")),
                e.select(subnormal, e.number(52), e.number(0)));
        String fraction = k.result(Kind.LONG, "and.b64", shifted, Long.toString(0xFFFFFFFFFFFFFL));
        String m = k.result(Kind.DOUBLE, "mov.b64",
                k.result(Kind.LONG, "add.s64", fraction, Long.toString(Powers.SQRT_HALF)));
        String one = e.number(1);
        String top = e.subtract(m, one);
        String bottom = e.add(m, one);
        String s = e.divide(top, bottom);
        String lost = e.multiply(s, e.subtract(m, e.subtract(bottom, one)));
        String sLow = e.divide(e.subtract(e.multiplyAdd(e.negate(s), bottom, top), lost), bottom);
        String z = e.multiply(s, s);
        String zLow = e.multiplyAdd(e.add(s, s), sLow, e.multiplyAdd(s, s, e.negate(z)));
        String u = e.multiply(z, e.polynomial(Powers.logarithm(), z));
        String fifth = e.number(Powers.FIFTH);
        String q = e.add(fifth, u);
        String qLow = e.add(e.add(e.subtract(fifth, q), u), e.number(Powers.FIFTH_LOW));
        String t = e.multiply(z, q);
        String tLow = e.multiplyAdd(z, qLow, e.multiplyAdd(zLow, q, e.multiplyAdd(z, q, e.negate(t))));
        String third = e.number(Powers.THIRD);
        String c = e.add(third, t);
        String cLow = e.add(e.add(e.subtract(third, c), t), e.add(tLow, e.number(Powers.THIRD_LOW)));
        String w = e.multiply(z, c);
        String wLow = e.multiplyAdd(z, cLow, e.multiplyAdd(zLow, c, e.multiplyAdd(z, c, e.negate(w))));
        String v = e.multiply(s, w);
        String vLow = e.multiplyAdd(s, wLow, e.multiplyAdd(sLow, w, e.multiplyAdd(s, w, e.negate(v))));
        String half = e.add(s, v);
        String halfLow = e.add(e.add(e.subtract(s, half), v), e.add(sLow, vLow));
        String twice = e.add(half, half);
        String whole = e.multiply(n, e.number(Powers.LN2_HIGH));
        String sum = e.add(whole, twice);
        String left = e.add(
                e.select(e.test("eq", n, e.number(0)), e.number(0), e.add(e.subtract(whole, sum), twice)),
                e.multiplyAdd(n, e.number(Powers.LN2_LOW), e.add(halfLow, halfLow)));
        String log = e.add(sum, left);
        return new Pair(log, e.add(e.subtract(sum, log), left));
    }

    /** exp(p + low) times a factor and so many powers of 2. */
    private String exp(String p, String low, String factor, String twos) {
        String n = e.rounded(e.multiply(p, e.number(Powers.INVERSE_LN2)));
        String minus = e.negate(n);
        String high = e.multiplyAdd(minus, e.number(Powers.LN2_HIGH), p);
        String taken = e.multiply(n, e.number(Powers.LN2_LOW));
        String near = e.subtract(high, taken);
        String error = e.multiplyAdd(n, e.number(Powers.LN2_LOW), e.negate(taken));
        String left = e.add(e.subtract(e.subtract(e.subtract(high, near), taken), error), low);
        String r = e.add(near, left);
        String rLow = e.add(e.subtract(near, r), left);
        String one = e.add(e.number(1), r);
        String rest = e.add(e.add(e.subtract(e.number(1), one), r), e.multiplyAdd(e.multiply(r, r),
                e.polynomial(Powers.exponential(), r), e.multiplyAdd(r, rLow, rLow)));
        String whole = k.result(Kind.WORD, "cvt.rni.s32.f64", e.add(n, twos));
        String quarter = k.result(Kind.WORD, "shr.s32", whole, "2");
        String three = k.result(Kind.WORD, "add.s32", k.result(Kind.WORD, "add.s32", quarter, quarter), quarter);
        String step = power(quarter);
        String scaled = e.multiply(e.multiply(e.add(one, rest), factor), step);
        return e.multiply(e.multiply(e.multiply(scaled, step), step),
                power(k.result(Kind.WORD, "sub.s32", whole, three)));
    }

    /** 2^n for an n whose power is a normal number. */
    private String power(String n) {
        String biased = k.result(Kind.LONG, "cvt.s64.s32", k.result(Kind.WORD, "add.s32", n, "1023"));
        return k.result(Kind.DOUBLE, "mov.b64", k.result(Kind.LONG, "shl.b64", biased, "52"));
    }
}
