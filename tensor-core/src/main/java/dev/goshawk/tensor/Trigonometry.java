package dev.goshawk.tensor;

/**
 * Sine and cosine of any float64, from sums, products and whole numbers alone. A quarter turn is taken off by multiplying the number's 53
 * bits by those of 2 / pi that matter to it (Payne and Hanek 1983), which is exact to 2^-66 of what is left however large the number is;
 * what is left, in two parts, goes into Taylor's series.
 */
public final class Trigonometry {
    /** Up to this magnitude there is nothing to take off. */
    public static final double EIGHTH_TURN = Math.PI / 4;
    /** pi / 2 in two parts. */
    public static final double QUARTER_TURN = Math.PI / 2;
    /** What the first part lacks. */
    public static final double QUARTER_TURN_LOW = 6.123233995736766e-17;
    /**
     * Added to a number's exponent as its bits hold it: where in {@link #twoOverPi()} the bits begin that matter to it. Times its 53 bits,
     * those before make multiples of 4.
     */
    public static final int WINDOW = 62 - 1075;

    private static final int TERMS = 8;
    private static final long[] TWO_OVER_PI = {0, 0xA2F9836E4E441529L, 0xFC2757D1F534DDC0L, 0xDB6295993C439041L,
            0xFE5163ABDEBBC561L, 0xB7246E3A424DD2E0L, 0x06492EEA09D1921CL, 0xFE1DEB1CB129A73EL, 0xE88235F52EBB4484L,
            0xE99C7026B45F7E41L, 0x3991D639835339F4L, 0x9C845F8BBDF9283BL, 0x1FF897FFDE05980FL, 0xEF2F118B5A0A6D1FL,
            0x6D367ECF27CB09B7L, 0x4F463F669E5FEA2DL, 0x7527BAC7EBE5F17BL, 0x3D0739F78A5292EAL, 0x6BFB5FB11F8D5D08L,
            0x56033046FC7B6BABL};
    private static final double[] SINE = series(3);
    private static final double[] COSINE = series(4);

    private Trigonometry() {
    }

    /** The bits of 2 / pi behind its point, in words of 64, the first of which is 0. */
    public static long[] twoOverPi() {
        return TWO_OVER_PI.clone();
    }

    /** Coefficients of what follows x in the sine's series, in powers of x^2. */
    public static double[] sine() {
        return SINE.clone();
    }

    /** Coefficients of what follows 1 - x^2 / 2 in the cosine's series, in powers of x^2. */
    public static double[] cosine() {
        return COSINE.clone();
    }

    /** 1 / n! for every other n from the first, with alternating signs: a minus first where the first is odd. */
    private static double[] series(int first) {
        double[] c = new double[TERMS];
        double factorial = 1;
        int n = 1;
        double sign = first % 2 == 0 ? 1 : -1;
        for (int i = 0; i < TERMS; i++, sign = -sign) {
            while (n < first + 2 * i) {
                factorial *= ++n;
            }
            c[i] = sign / factorial;
        }
        return c;
    }

    /** The sine; NaN of an infinite number. */
    public static double sin(double x) {
        return Math.copySign(1, x) * wave(Math.abs(x), 0);
    }

    /** The cosine; NaN of an infinite number. */
    public static double cos(double x) {
        return wave(Math.abs(x), 1);
    }

    /** The sine of so many quarter turns more than a number that is not negative. */
    private static double wave(double x, int more) {
        if (!(x <= Double.MAX_VALUE)) {
            return Double.NaN;
        }
        if (x <= EIGHTH_TURN) {
            return quarter(x, 0, more);
        }
        long bits = Double.doubleToRawLongBits(x);
        long m = bits & 0xFFFFFFFFFFFFFL | 0x10000000000000L;
        int position = (int) (bits >>> 52) + WINDOW;
        int word = position >> 6;
        long w0 = window(word, position);
        long w1 = window(word + 1, position);
        long w2 = window(word + 2, position);
        // m times the window, of which 192 bits count: the first two of them are the number of quarter turns.
        long p2 = m * w2;
        long low = m * w1;
        long p1 = low + Math.unsignedMultiplyHigh(m, w2);
        long carry = Long.compareUnsigned(p1, low) < 0 ? 1 : 0;
        long p0 = m * w0 + Math.unsignedMultiplyHigh(m, w1) + carry;
        long high = p0 << 2 | p1 >>> 62;
        long rest = p1 << 2 | p2 >>> 62;
        // More than half a quarter turn is less than nothing of the next.
        long sign = high >> 63;
        int turns = (int) ((p0 >>> 62) - sign) + more;
        high ^= sign;
        rest ^= sign;
        int zeros = Long.numberOfLeadingZeros(high);
        long a = high << zeros | rest >>> 1 >>> 63 - zeros;
        long b = rest << zeros;
        double unit = Double.longBitsToDouble((long) (Double.MAX_EXPONENT - 53 - zeros) << 52);
        double f = (a >>> 11) * unit;
        double fLow = ((a & 0x7FF) << 42 | b >>> 22) * (unit * 0x1p-53);
        double r = f * QUARTER_TURN;
        double rLow = Math.fma(f, QUARTER_TURN, -r) + Math.fma(f, QUARTER_TURN_LOW, fLow * QUARTER_TURN);
        return sign == 0 ? quarter(r, rLow, turns) : quarter(-r, -rLow, turns);
    }

    /** 64 bits of 2 / pi from a position, in the word it is in or one after it. */
    private static long window(int word, int position) {
        int shift = position & 63;
        return TWO_OVER_PI[word] << shift | TWO_OVER_PI[word + 1] >>> 1 >>> 63 - shift;
    }

    /** The sine of so many quarter turns and r, which is given in two parts and at most an eighth of a turn. */
    private static double quarter(double r, double low, int turns) {
        double z = r * r;
        double y;
        if ((turns & 1) == 0) {
            y = r + Math.fma(z * r, ScalarFunctions.polynomial(SINE, z), low * Math.fma(-0.5, z, 1));
        } else {
            double half = 0.5 * z;
            double w = 1 - half;
            double rest = 1 - w - half - 0.5 * Math.fma(r, r, -z);
            y = w + (rest + Math.fma(z * z, ScalarFunctions.polynomial(COSINE, z), -r * low));
        }
        return (turns & 2) == 0 ? y : -y;
    }
}
