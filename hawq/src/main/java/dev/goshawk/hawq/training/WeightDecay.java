package dev.goshawk.hawq.training;

import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.setting.InvalidSettingException;
import dev.goshawk.hawq.setting.Setting;
import dev.goshawk.models.ParameterSpec;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The L2 penalty on each parameter. A penalty draws weights towards zero; where few levels are left it draws them across the border
 * between two levels, so that recipes for 2 bits have a third of the usual one.
 *
 * @param general coefficient where nothing else is said
 * @param byWidth coefficients for the weights of blocks of a width
 * @param weightsOnly whether everything but the weights of convolutions and linear layers goes without: biases, batch normalization
 */
public record WeightDecay(double general, SortedMap<BitWidth, Double> byWidth, boolean weightsOnly) {
    public WeightDecay {
        require(general);
        byWidth.values().forEach(WeightDecay::require);
        byWidth = Collections.unmodifiableSortedMap(new TreeMap<>(byWidth));
    }

    /** The same coefficient for every parameter. */
    public static WeightDecay of(double general) {
        return new WeightDecay(general, new TreeMap<>(Map.of()), false);
    }

    private static void require(double decay) {
        if (!(decay >= 0) || Double.isInfinite(decay)) {
            throw new InvalidSettingException(Setting.WEIGHT_DECAY, "a finite number of 0 or more", decay);
        }
    }

    /**
     * The coefficient of a parameter.
     *
     * @param width of its block at this moment, null while that has none
     */
    public double of(ParameterSpec spec, @Nullable BitWidth width) {
        if (!spec.isWeight()) {
            return weightsOnly ? 0 : general;
        }
        return width == null ? general : byWidth.getOrDefault(width, general);
    }
}
