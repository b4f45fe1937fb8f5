package dev.goshawk.cuda.ptx;

import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.ErrorFunction;

/** The error function and its relatives as {@link ErrorFunction} computes them, in the kernel's own type. */
final class ErrorFunctionPtx {
    /** Beyond this exp(-a^2) is 0 in float32. */
    private static final double FAR_SINGLE = 12;

    private final ElementPtx e;
    private final boolean single;

    ErrorFunctionPtx(ElementPtx elements) {
        this.e = elements;
        this.single = elements.isSingle();
    }

    private String bounded(String x) {
        return e.least(e.absolute(x), e.number(single ? FAR_SINGLE : ErrorFunction.FAR));
    }

    /** exp(-a^2) times a factor, which takes up what a^2 lost by its rounding. */
    private String gaussian(String bounded, String factor) {
        String minus = e.negate(e.multiply(bounded, bounded));
        String lost = e.multiplyAdd(bounded, bounded, minus);
        return new TranscendentalPtx(e).exp(minus, e.multiplyAdd(e.negate(lost), factor, factor));
    }

    private String tail(String x) {
        String a = bounded(x);
        String t = e.divide(e.subtract(a, e.number(4)), e.add(a, e.number(3)));
        String p = e.polynomial(ErrorFunction.tail(single ? DType.FLOAT32 : DType.FLOAT64), t);
        return gaussian(a, e.divide(p, e.add(e.add(a, a), e.number(1))));
    }

    private String small(String x) {
        return e.multiply(x,
                e.polynomial(ErrorFunction.series(single ? DType.FLOAT32 : DType.FLOAT64), e.multiply(x, x)));
    }

    private String select(String x, String small, String large) {
        String isSmall = e.test("lt", e.absolute(x), e.number(ErrorFunction.SMALL));
        return e.orNaN(e.select(isSmall, small, large), x, x);
    }

    String erf(String x) {
        String large = e.kernel().result(e.kind(), "copysign." + e.type(), x, e.subtract(e.number(1), tail(x)));
        return select(x, small(x), large);
    }

    String erfc(String x) {
        String tail = tail(x);
        String large = e.select(e.test("lt", x, e.number(0)), e.subtract(e.number(2), tail), tail);
        return select(x, e.subtract(e.number(1), small(x)), large);
    }

    /** 2 / sqrt(pi) exp(-x^2). */
    String slope(String x) {
        return e.orNaN(gaussian(bounded(x), e.number(ErrorFunction.STEEPEST)), x, x);
    }
}
