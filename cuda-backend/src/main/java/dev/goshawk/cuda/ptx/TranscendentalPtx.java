package dev.goshawk.cuda.ptx;

import dev.goshawk.cuda.ptx.PtxKernel.Kind;
import org.jspecify.annotations.Nullable;

/**
 * exp, log, tanh, sigmoid and their relatives from correctly rounded operations alone, so that they give the same bits on every GPU and can be checked
 * without one. Arguments are reduced as in fdlibm (e_exp.c, e_log.c) and the rest is a Taylor or area-tangent series cut off
 * below half a unit in the last place; a result of exp, log and sigmoid is within 3 units in the
 * last place, of expm1 within 4, of tanh and log1p within 5, of the sigmoid's slope within 6, of softplus within 8.
 */
final class TranscendentalPtx {
    // ln 2 in two parts: products of the first with small integers are exact
    private static final double LN2_HIGH = 6.93147180369123816490e-01;
    private static final double LN2_LOW = 1.90821492927058770002e-10;
    private static final double LN2_HIGH_SINGLE = 0.693359375;
    private static final double LN2_LOW_SINGLE = -2.12194440054690583e-4;
    private static final long SQRT_HALF = 0x3FE6A09E667F3BCDL;
    private static final int SQRT_HALF_SINGLE = 0x3F3504F3;

    private final ElementPtx e;
    private final PtxKernel k;
    private final boolean single;

    TranscendentalPtx(ElementPtx elements) {
        this.e = elements;
        this.k = elements.kernel();
        this.single = elements.isSingle();
    }

    /** x = n ln 2 + r with |r| at most ln 2 / 2: the integer n, and e^r - 1. */
    private record Reduced(String n, String expMinusOne) {
    }

    private Reduced reduce(String x) {
        String n = k.result(Kind.WORD, "cvt.rni.s32." + e.type(), e.multiply(x, e.number(1 / Math.log(2))));
        String minus = e.negate(k.result(e.kind(), "cvt.rn." + e.type() + ".s32", n));
        String r = e.multiplyAdd(minus, e.number(single ? LN2_HIGH_SINGLE : LN2_HIGH), x);
        r = e.multiplyAdd(minus, e.number(single ? LN2_LOW_SINGLE : LN2_LOW), r);
        // r + r^2 (1/2! + r/3! + r^2/4! + ...)
        int last = single ? 7 : 13;
        double factorial = 1;
        for (int i = 2; i <= last; i++) {
            factorial *= i;
        }
        String sum = e.number(1 / factorial);
        for (int i = last; i > 2; i--) {
            factorial /= i;
            sum = e.multiplyAdd(sum, r, e.number(1 / factorial));
        }
        return new Reduced(n, e.multiplyAdd(e.multiply(r, r), sum, r));
    }

    /** 2^n for an n whose power is a normal number. */
    private String powerOfTwo(String n) {
        if (single) {
            String biased = k.result(Kind.WORD, "add.s32", n, "127");
            return k.result(Kind.FLOAT, "mov.b32", k.result(Kind.WORD, "shl.b32", biased, "23"));
        }
        String biased = k.result(Kind.LONG, "cvt.s64.s32", k.result(Kind.WORD, "add.s32", n, "1023"));
        return k.result(Kind.DOUBLE, "mov.b64", k.result(Kind.LONG, "shl.b64", biased, "52"));
    }

    String exp(String x) {
        return exp(x, null);
    }

    /** e^x times a factor of the size of 1, if there is one; rounded once where the result is subnormal. */
    String exp(String x, @Nullable String factor) {
        // Beyond these the result is infinite or 0 anyway.
        String bounded = e.greatest(e.least(x, e.number(single ? 89 : 710)), e.number(single ? -108 : -750));
        Reduced r = reduce(bounded);
        // In two steps, for the power itself may be beyond the range of normal numbers.
        String half = k.result(Kind.WORD, "shr.s32", r.n(), "1");
        String rest = k.result(Kind.WORD, "sub.s32", r.n(), half);
        String power = e.add(r.expMinusOne(), e.number(1));
        String scaled = e.multiply(factor == null ? power : e.multiply(power, factor), powerOfTwo(half));
        return e.orNaN(e.multiply(scaled, powerOfTwo(rest)), x, x);
    }

    /** sign(x) (e^2|x| - 1) / (e^2|x| + 1), the numerator free of cancellation. */
    String tanh(String x) {
        String a = e.absolute(x);
        String bounded = e.least(e.add(a, a), e.number(single ? 20 : 44));
        Reduced r = reduce(bounded);
        String power = powerOfTwo(r.n());
        String numerator = e.multiplyAdd(power, r.expMinusOne(), e.subtract(power, e.number(1)));
        String t = e.divide(numerator, e.add(numerator, e.number(2)));
        return e.orNaN(k.result(e.kind(), "copysign." + e.type(), x, t), x, x);
    }

    /** The exponential is taken of a number not above 0, so neither tail overflows. */
    String sigmoid(String x) {
        String tail = exp(e.negate(e.absolute(x)));
        String numerator = e.select(e.test("ge", x, e.number(0)), e.number(1), tail);
        return e.divide(numerator, e.add(tail, e.number(1)));
    }

    /** e / (1 + e)^2 with e = exp(-|x|). */
    String sigmoidSlope(String x) {
        String tail = exp(e.negate(e.absolute(x)));
        String whole = e.add(tail, e.number(1));
        return e.divide(tail, e.multiply(whole, whole));
    }

    /** 2^n (e^r - 1) + (2^n - 1); where the 1 no longer counts, the exponential itself. */
    String expm1(String x) {
        double most = single ? 20 : 44;
        Reduced r = reduce(e.greatest(e.least(x, e.number(most)), e.number(-most)));
        String power = powerOfTwo(r.n());
        String small = e.multiplyAdd(power, r.expMinusOne(), e.subtract(power, e.number(1)));
        String signed = k.result(e.kind(), "copysign." + e.type(), x, e.absolute(small));
        return e.orNaN(e.select(e.test("gt", x, e.number(most)), exp(x), signed), x, x);
    }

    /** log(u) x / (u - 1) with u = 1 + x rounded: the quotient undoes the rounding of u (Kahan). */
    String log1p(String x) {
        String u = e.add(x, e.number(1));
        String corrected = e.multiply(log(u), e.divide(x, e.subtract(u, e.number(1))));
        String y = e.select(e.test("eq", u, e.number(1)), x, corrected);
        return e.select(e.test("eq", u, e.number(Double.POSITIVE_INFINITY)), u, y);
    }

    /** max(x, 0) + log1p(exp(-|x|)). */
    String softplus(String x) {
        String tail = log1p(exp(e.negate(e.absolute(x))));
        return e.add(e.orNaN(e.greatest(x, e.number(0)), x, x), tail);
    }

    /** x = 2^n m with m in [sqrt(1/2), sqrt(2)): n ln 2 + 2 artanh((m - 1) / (m + 1)). */
    String log(String x) {
        double smallest = single ? Float.MIN_NORMAL : Double.MIN_NORMAL;
        int shift = single ? 23 : 52;
        String subnormal = e.test("lt", x, e.number(smallest));
        String normal = e.select(subnormal, e.multiply(x, e.number(Math.scalb(1.0, shift))), x);
        String exponent = single ? exponentSingle(normal) : exponentDouble(normal);
        String mantissa = single ? mantissaSingle(normal) : mantissaDouble(normal);
        String n = e.subtract(exponent, e.select(subnormal, e.number(shift), e.number(0)));
        String s = e.divide(e.subtract(mantissa, e.number(1)), e.add(mantissa, e.number(1)));
        String square = e.multiply(s, s);
        int last = single ? 9 : 21;
        String sum = e.number(1.0 / last);
        for (int i = last - 2; i >= 3; i -= 2) {
            sum = e.multiplyAdd(sum, square, e.number(1.0 / i));
        }
        String twice = e.add(s, s);
        String series = e.multiplyAdd(e.multiply(twice, square), sum, twice);
        String low = e.multiplyAdd(n, e.number(single ? LN2_LOW_SINGLE : LN2_LOW), series);
        String y = e.multiplyAdd(n, e.number(single ? LN2_HIGH_SINGLE : LN2_HIGH), low);
        y = e.select(e.test("eq", x, e.number(0)), e.number(Double.NEGATIVE_INFINITY), y);
        y = e.select(e.test("lt", x, e.number(0)), e.number(Double.NaN), y);
        return e.select(e.test("geu", x, e.number(Double.POSITIVE_INFINITY)), x, y);
    }

    private String shiftedSingle(String x) {
        return k.result(Kind.WORD, "add.s32", k.result(Kind.WORD, "mov.b32", x),
                Integer.toString(0x3F800000 - SQRT_HALF_SINGLE));
    }

    private String exponentSingle(String x) {
        String biased = k.result(Kind.WORD, "shr.s32", shiftedSingle(x), "23");
        return k.result(Kind.FLOAT, "cvt.rn.f32.s32", k.result(Kind.WORD, "sub.s32", biased, "127"));
    }

    private String mantissaSingle(String x) {
        String fraction = k.result(Kind.WORD, "and.b32", shiftedSingle(x), Integer.toString(0x007FFFFF));
        String bits = k.result(Kind.WORD, "add.s32", fraction, Integer.toString(SQRT_HALF_SINGLE));
        return k.result(Kind.FLOAT, "mov.b32", bits);
    }

    private String shiftedDouble(String x) {
        return k.result(Kind.LONG, "add.s64", k.result(Kind.LONG, "mov.b64", x),
                Long.toString(0x3FF0000000000000L - SQRT_HALF));
    }

    private String exponentDouble(String x) {
        String biased = k.result(Kind.LONG, "shr.s64", shiftedDouble(x), "52");
        return k.result(Kind.DOUBLE, "cvt.rn.f64.s64", k.result(Kind.LONG, "sub.s64", biased, "1023"));
    }

    private String mantissaDouble(String x) {
        String fraction = k.result(Kind.LONG, "and.b64", shiftedDouble(x), Long.toString(0x000FFFFFFFFFFFFFL));
        String bits = k.result(Kind.LONG, "add.s64", fraction, Long.toString(SQRT_HALF));
        return k.result(Kind.DOUBLE, "mov.b64", bits);
    }
}
