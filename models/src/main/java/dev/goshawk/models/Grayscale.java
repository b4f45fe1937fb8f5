package dev.goshawk.models;

import dev.goshawk.graph.Value;

/**
 * The brightness of colors, as networks of one channel take it: ITU-R BT.601's shares of red, green and blue in 256ths, so that gray stays the
 * number it is.
 */
public final class Grayscale {
    private static final int COLOURS = 3;
    private static final int BITS = 8;
    private static final int[] SHARES = {77, 150, 29};

    private Grayscale() {
    }

    /** Images [batch, height, width, 3] as [batch, height, width, 1]. */
    public static Value of(Value images) {
        Value sum = share(images, 0);
        for (int c = 1; c < COLOURS; c++) {
            sum = sum.add(share(images, c));
        }
        return sum;
    }

    private static Value share(Value images, int color) {
        int[] limit = images.shape().dims();
        limit[COLOURS] = color + 1;
        return images.slice(new int[] {0, 0, 0, color}, limit, new int[] {1, 1, 1, 1})
                .scale(Math.scalb((double) SHARES[color], -BITS));
    }

    /** The same of whole numbers, rounded to one. */
    public static int of(int red, int green, int blue) {
        long sum = (long) SHARES[0] * red + (long) SHARES[1] * green + (long) SHARES[2] * blue;
        return (int) (sum + (1 << BITS - 1) >> BITS);
    }
}
