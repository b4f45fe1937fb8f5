package dev.goshawk.hawq;

import dev.goshawk.data.ImageDataset;
import dev.goshawk.hawq.setting.InvalidSettingException;
import dev.goshawk.hawq.setting.Setting;
import dev.goshawk.hawq.spectral.SpectrumMethod;
import org.jspecify.annotations.Nullable;

/**
 * Over which images curvature is taken, and how it is found.
 *
 * @param sample the images; null to draw {@code sampleSize} of the training images by the training's seed
 * @param sampleSize at least 1; where there are fewer, all are taken
 * @param microBatch images computed at once, at least 1
 * @param recompute whether one micro-batch's memory serves all even where the heap could keep them
 * @param subsample images whose Hessian guides the search, 0 for none, null for an eighth of 32 images or more
 * @param tolerance of an eigenvalue: ||Hv - lambda v|| at most this times |lambda|, in (0, 1]
 * @param draws random vectors for the trace of a block's Hessian, where a method goes by traces; at least 2
 */
public record CurvatureSettings(@Nullable ImageDataset sample, int sampleSize, int microBatch, boolean recompute,
        @Nullable Integer subsample, double tolerance, int draws) {
    private static final int STANDARD_IMAGES = 128;
    /** Those of HAWQ-V2. */
    private static final int STANDARD_DRAWS = 50;

    /**
     * Checks the numbers.
     *
     * @throws InvalidSettingException if one is out of its range
     */
    public CurvatureSettings {
        if (sampleSize < 1) {
            throw new InvalidSettingException(Setting.SAMPLE_SIZE, "at least 1 image", sampleSize);
        }
        if (microBatch < 1) {
            throw new InvalidSettingException(Setting.MICRO_BATCH, "at least 1 image", microBatch);
        }
        if (subsample != null && subsample < 0) {
            throw new InvalidSettingException(Setting.SUBSAMPLE, "0 images or more", subsample);
        }
        if (!(tolerance > 0 && tolerance <= 1)) {
            throw new InvalidSettingException(Setting.TOLERANCE, "a number above 0, at most 1", tolerance);
        }
        if (draws < 2) {
            throw new InvalidSettingException(Setting.DRAWS, "at least 2", draws);
        }
    }

    /** 128 training images, all at once, each eigenvalue to a tolerance of 1e-3, each trace of 50 draws. */
    public static CurvatureSettings standard() {
        return new CurvatureSettings(null, STANDARD_IMAGES, STANDARD_IMAGES, false, null, 1e-3, STANDARD_DRAWS);
    }

    /** The same over given images. */
    public CurvatureSettings withSample(@Nullable ImageDataset value) {
        return new CurvatureSettings(value, sampleSize, microBatch, recompute, subsample, tolerance, draws);
    }

    /** The same with another number of drawn images, and as many at once. */
    public CurvatureSettings withSampleSize(int value) {
        return new CurvatureSettings(sample, value, value, recompute, subsample, tolerance, draws);
    }

    /** The same with another tolerance. */
    public CurvatureSettings withTolerance(double value) {
        return new CurvatureSettings(sample, sampleSize, microBatch, recompute, subsample, value, draws);
    }

    /** The same with another number of draws. */
    public CurvatureSettings withDraws(int value) {
        return new CurvatureSettings(sample, sampleSize, microBatch, recompute, subsample, tolerance, value);
    }

    /** How eigenvalues are found over so many images. */
    SpectrumMethod method(int images) {
        return subsample == null ? SpectrumMethod.standard(images) : SpectrumMethod.davidson(subsample, images);
    }
}
