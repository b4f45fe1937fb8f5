package dev.goshawk.cuda.emulated;

/** What each arithmetic instruction of the subset computes, on 64-bit words that hold 32- or 64-bit values. */
final class PtxArithmetic {
    private PtxArithmetic() {
    }

    static long compute(String op, long[] s, int[] in) {
        long a = s[in[0]];
        long b = in.length > 1 ? s[in[1]] : 0;
        long c = in.length > 2 ? s[in[2]] : 0;
        return switch (op) {
            case "mov.u32", "mov.u64", "mov.b32", "mov.f32", "mov.b64", "mov.f64", "cvta.to.global.u64" -> a;
            case "add.u32", "add.s32" -> word(a + b);
            case "sub.s32" -> word(a - b);
            case "mul.lo.u32" -> word(a * b);
            case "mad.lo.u32" -> word(a * b + c);
            case "mul.wide.u32" -> unsigned(a) * unsigned(b);
            case "div.u32" -> word(unsigned(a) / unsigned(b));
            case "rem.u32" -> word(unsigned(a) % unsigned(b));
            case "shl.b32" -> word(a << b);
            case "shr.s32" -> (int) a >> b;
            case "and.b32" -> word(a & b);
            case "add.s64" -> a + b;
            case "sub.s64" -> a - b;
            case "shl.b64" -> a << b;
            case "shr.s64" -> a >> b;
            case "and.b64" -> a & b;
            case "cvt.s64.s32" -> (int) a;
            case "cvt.u32.u64" -> word(a);
            case "shr.u64" -> a >>> b;
            case "or.b64" -> a | b;
            case "xor.b64" -> a ^ b;
            case "mul.lo.u64" -> a * b;
            case "mul.hi.u64" -> Math.unsignedMultiplyHigh(a, b);
            case "clz.b64" -> Long.numberOfLeadingZeros(a);
            case "setp.lt.u64" -> Long.compareUnsigned(a, b) < 0 ? 1 : 0;
            case "setp.lt.s64" -> a < b ? 1 : 0;
            case "and.pred" -> a & b;
            case "xor.pred" -> a ^ b;
            case "not.pred" -> a ^ 1;
            case "setp.ge.u32" -> unsigned(a) >= unsigned(b) ? 1 : 0;
            case "setp.ne.u32" -> (int) a != (int) b ? 1 : 0;
            case "selp.f32", "selp.f64", "selp.b32", "selp.b64" -> c != 0 ? a : b;
            default -> op.endsWith("f32") || op.equals("cvt.rn.f32.s32") || op.endsWith("s32.f32")
                    ? single(op, f(a), f(b), f(c), a)
                    : twice(op, d(a), d(b), d(c), a);
        };
    }

    private static long word(long x) {
        return (int) x;
    }

    private static long unsigned(long x) {
        return x & 0xFFFFFFFFL;
    }

    private static float f(long bits) {
        return Float.intBitsToFloat((int) bits);
    }

    private static double d(long bits) {
        return Double.longBitsToDouble(bits);
    }

    private static long bits(float x) {
        return Float.floatToRawIntBits(x);
    }

    private static long bits(double x) {
        return Double.doubleToRawLongBits(x);
    }

    private static long single(String op, float a, float b, float c, long word) {
        if (op.startsWith("setp.")) {
            return compare(op, a, b) ? 1 : 0;
        }
        return switch (op) {
            case "add.rn.f32" -> bits(a + b);
            case "sub.rn.f32" -> bits(a - b);
            case "mul.rn.f32" -> bits(a * b);
            case "div.rn.f32" -> bits(a / b);
            case "rcp.rn.f32" -> bits(1 / a);
            case "sqrt.rn.f32" -> bits((float) Math.sqrt(a));
            case "fma.rn.f32" -> bits(Math.fma(a, b, c));
            case "neg.f32" -> bits(-a);
            case "abs.f32" -> bits(Math.abs(a));
            // PTX gives the number of a NaN and a number.
            case "min.f32" -> bits(Float.isNaN(a) ? b : Float.isNaN(b) ? a : Math.min(a, b));
            case "max.f32" -> bits(Float.isNaN(a) ? b : Float.isNaN(b) ? a : Math.max(a, b));
            case "copysign.f32" -> bits(Math.copySign(b, Float.isNaN(a) ? 1 : a));
            case "cvt.rni.f32.f32" -> bits((float) Math.rint(a));
            case "cvt.rmi.f32.f32" -> bits((float) Math.floor(a));
            case "cvt.rni.s32.f32" -> (int) Math.rint(a);
            case "cvt.rn.f32.s32" -> bits((float) (int) word);
            case "cvt.f64.f32" -> bits((double) a);
            default -> throw new IllegalArgumentException("ptx: no instruction " + op);
        };
    }

    private static long twice(String op, double a, double b, double c, long word) {
        if (op.startsWith("setp.")) {
            return compare(op, a, b) ? 1 : 0;
        }
        return switch (op) {
            case "add.rn.f64" -> bits(a + b);
            case "sub.rn.f64" -> bits(a - b);
            case "mul.rn.f64" -> bits(a * b);
            case "div.rn.f64" -> bits(a / b);
            case "rcp.rn.f64" -> bits(1 / a);
            case "sqrt.rn.f64" -> bits(Math.sqrt(a));
            case "fma.rn.f64" -> bits(Math.fma(a, b, c));
            case "neg.f64" -> bits(-a);
            case "abs.f64" -> bits(Math.abs(a));
            case "min.f64" -> bits(Double.isNaN(a) ? b : Double.isNaN(b) ? a : Math.min(a, b));
            case "max.f64" -> bits(Double.isNaN(a) ? b : Double.isNaN(b) ? a : Math.max(a, b));
            case "copysign.f64" -> bits(Math.copySign(b, Double.isNaN(a) ? 1 : a));
            case "cvt.rni.f64.f64" -> bits(Math.rint(a));
            case "cvt.rmi.f64.f64" -> bits(Math.floor(a));
            case "cvt.rni.s32.f64" -> (int) Math.rint(a);
            case "cvt.rn.f64.s32" -> bits((double) (int) word);
            case "cvt.rn.f64.s64" -> bits((double) word);
            case "cvt.rn.f32.f64" -> bits((float) a);
            default -> throw new IllegalArgumentException("ptx: no instruction " + op);
        };
    }

    private static boolean compare(String op, double a, double b) {
        return switch (op.substring(5, op.lastIndexOf('.'))) {
            case "gt" -> a > b;
            case "ge" -> a >= b;
            case "lt" -> a < b;
            case "le" -> a <= b;
            case "eq" -> a == b;
            case "geu" -> !(a < b);
            case "nan" -> Double.isNaN(a) || Double.isNaN(b);
            default -> throw new IllegalArgumentException("ptx: no comparison " + op);
        };
    }
}
