package dev.goshawk.accuracy;

import dev.goshawk.tensor.DType;
import java.util.SplittableRandom;

/** Numbers of a type: every exponent of both signs, more of them where functions bend, and all special ones. */
public final class Points {
    private Points() {
    }

    private static double rounded(double x, DType dtype) {
        return dtype == DType.FLOAT32 ? (float) x : x;
    }

    /** About so many numbers; the same ones for the same seed. */
    public static double[] of(DType dtype, int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] x = new double[count];
        boolean single = dtype == DType.FLOAT32;
        double[] special = {0, -0.0, 1, -1, 0.5, 2, -2, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY,
                single ? Float.MIN_VALUE : Double.MIN_VALUE, single ? -Float.MIN_VALUE : -Double.MIN_VALUE,
                single ? Float.MIN_NORMAL : Double.MIN_NORMAL, single ? Float.MAX_VALUE : Double.MAX_VALUE,
                single ? -Float.MAX_VALUE : -Double.MAX_VALUE};
        int least = single ? -149 : -1074;
        int most = single ? 127 : 1023;
        double wide = single ? 110 : 760;
        for (int i = 0; i < count; i++) {
            double y;
            if (i < special.length) {
                y = special[i];
            } else if (i % 2 == 0) {
                int exponent = least + i / 2 % (most - least + 1);
                y = (random.nextBoolean() ? 1 : -1) * mantissa(random) * Math.scalb(1.0, exponent);
            } else {
                y = switch (i / 2 % 4) {
                    case 0 -> random.nextDouble(-wide, wide);
                    case 1 -> random.nextDouble(-40, 40);
                    case 2 -> random.nextDouble(-2, 2);
                    default -> (random.nextBoolean() ? 1 : -1)
                            + random.nextDouble(-1, 1) * Math.scalb(1.0, -random.nextInt(60));
                };
            }
            x[i] = rounded(y, dtype);
        }
        return x;
    }

    private static double mantissa(SplittableRandom random) {
        return switch (random.nextInt(8)) {
            case 0 -> 1;
            case 1 -> 1 + Math.ulp(1.0);
            case 2 -> 2 - Math.ulp(1.0);
            default -> random.nextDouble(1, 2);
        };
    }
}
