package dev.goshawk.cuda.ptx;

import dev.goshawk.cuda.ptx.PtxKernel.Kind;
import dev.goshawk.tensor.Powers;

/** Powers as {@link Powers} computes them, on float64 registers. */
final class PowerPtx {
    private final ElementPtx e;
    private final PtxKernel k;

    /** @param elements of float64 */
    PowerPtx(ElementPtx elements) {
        this.e = elements;
        this.k = elements.kernel();
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

    /** x^(y - lowered). */
    String pow(String x, String y, int lowered) {
        String zero = e.number(0);
        String infinite = e.number(Double.POSITIVE_INFINITY);
        String a = e.absolute(x);
        String finite = e.test("lt", e.absolute(y), infinite);
        Pair exponent = exponent(y, lowered, finite);
        String magnitude = ofFinite(bounded(a, Double.MIN_VALUE),
                new Pair(bounded(exponent.high, -Double.MAX_VALUE), exponent.low));
        String limit = e.select(one(e.test("gt", exponent.high, zero), e.test("gt", a, e.number(1))), zero, infinite);
        String inside = both(both(e.test("gt", a, zero), e.test("lt", a, infinite)), finite);
        String plain = both(not(inside),
                both(not(e.test("eq", exponent.high, zero)), not(e.test("eq", a, e.number(1)))));
        magnitude = e.select(plain, limit, magnitude);
        String whole = e.test("eq", e.rounded(y), y);
        String half = e.multiply(y, e.number(0.5));
        String even = e.test("eq", e.rounded(half), half);
        String odd = both(both(whole, finite), lowered % 2 == 0 ? not(even) : even);
        String signed = e.select(odd, k.result(Kind.DOUBLE, "copysign.f64", x, magnitude), magnitude);
        String none = both(both(e.test("lt", x, zero), not(whole)), e.test("lt", a, infinite));
        return e.orNaN(e.select(none, e.number(Double.NaN), signed), x, y);
    }

    private String bounded(String x, double least) {
        return e.least(e.greatest(x, e.number(least)), e.number(Double.MAX_VALUE));
    }

    /** The difference with what its rounding loses. */
    private Pair exponent(String y, int lowered, String finite) {
        if (lowered == 0) {
            return new Pair(y, e.number(0));
        }
        String high = e.subtract(y, e.number(lowered));
        String taken = e.subtract(high, y);
        String low = e.subtract(e.subtract(y, e.subtract(high, taken)), e.add(e.number(lowered), taken));
        return new Pair(high, e.select(finite, low, e.number(0)));
    }

    private String ofFinite(String a, Pair exponent) {
        Pair log = log(a);
        String p = e.multiply(exponent.high, log.high);
        String limit = e.select(e.test("gt", p, e.number(0)), e.number(Double.POSITIVE_INFINITY), e.number(0));
        String pLow = e.multiplyAdd(exponent.high, log.low,
                e.multiplyAdd(exponent.low, log.high, e.multiplyAdd(exponent.high, log.high, e.negate(p))));
        String near = e.test("lt", e.absolute(p), e.number(Powers.FAR));
        String inRange = e.select(near, p, e.number(0));
        return e.select(near, exp(inRange, pLow), limit);
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

    private String exp(String p, String low) {
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
        String whole = k.result(Kind.WORD, "cvt.rni.s32.f64", n);
        String half = k.result(Kind.WORD, "shr.s32", whole, "1");
        return e.multiply(e.multiply(e.add(one, rest), power(half)),
                power(k.result(Kind.WORD, "sub.s32", whole, half)));
    }

    /** 2^n for an n whose power is a normal number. */
    private String power(String n) {
        String biased = k.result(Kind.LONG, "cvt.s64.s32", k.result(Kind.WORD, "add.s32", n, "1023"));
        return k.result(Kind.DOUBLE, "mov.b64", k.result(Kind.LONG, "shl.b64", biased, "52"));
    }
}
