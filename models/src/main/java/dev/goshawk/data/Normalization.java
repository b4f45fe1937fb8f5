package dev.goshawk.data;

import java.util.Arrays;

/**
 * Maps a byte b of channel c to {@code (b / 255 - mean[c]) / std[c]}, by table. Computed in double and rounded once
 * for float32.
 */
public final class Normalization {
    /** ImageNet's statistics, which the public CIFAR-10 ResNet checkpoints were trained with as well. */
    public static final Normalization IMAGENET = new Normalization(new double[] {0.485, 0.456, 0.406},
            new double[] {0.229, 0.224, 0.225});
    private static final int LEVELS = 256;

    private final double[] mean;
    private final double[] std;
    private final double[] table = new double[3 * LEVELS];
    private final float[] table32 = new float[3 * LEVELS];

    /**
     * A normalization.
     *
     * @param mean per channel, in [0, 1]
     * @param std per channel, positive
     * @throws DataException if there are not three of each, or what bytes become is beyond float32
     */
    public Normalization(double[] mean, double[] std) {
        if (mean.length != 3 || std.length != 3 || Arrays.stream(std).anyMatch(s -> !(s > 0))) {
            throw new DataException("normalization: expected three means and three positive deviations, got "
                    + Arrays.toString(mean) + " and " + Arrays.toString(std));
        }
        this.mean = mean.clone();
        this.std = std.clone();
        for (int c = 0; c < 3; c++) {
            for (int b = 0; b < LEVELS; b++) {
                double v = (b / 255.0 - mean[c]) / std[c];
                table[c * LEVELS + b] = v;
                table32[c * LEVELS + b] = (float) v;
                if (!Float.isFinite((float) v)) {
                    throw new DataException("normalization: expected numbers within float32, got " + v
                            + " of mean " + mean[c] + " and deviation " + std[c]);
                }
            }
        }
    }

    /** The means, red first. */
    public double[] mean() {
        return mean.clone();
    }

    /** The standard deviations, red first. */
    public double[] std() {
        return std.clone();
    }

    /** What a byte of a channel becomes, before rounding to float32. */
    public double normalized(int channel, int level) {
        return table[channel * LEVELS + level];
    }

    /** Normalizes {@code pixels} byte triples; the first number goes to {@code out[offset]}. */
    public void apply(byte[] rgb, int pixels, float[] out, int offset) {
        for (int i = 0; i < 3 * pixels; i += 3) {
            out[offset + i] = table32[rgb[i] & 0xFF];
            out[offset + i + 1] = table32[LEVELS + (rgb[i + 1] & 0xFF)];
            out[offset + i + 2] = table32[2 * LEVELS + (rgb[i + 2] & 0xFF)];
        }
    }

    /** Normalizes {@code pixels} byte triples. */
    void apply(byte[] rgb, int pixels, double[] out, int offset) {
        for (int i = 0; i < 3 * pixels; i += 3) {
            out[offset + i] = table[rgb[i] & 0xFF];
            out[offset + i + 1] = table[LEVELS + (rgb[i + 1] & 0xFF)];
            out[offset + i + 2] = table[2 * LEVELS + (rgb[i + 2] & 0xFF)];
        }
    }
}
