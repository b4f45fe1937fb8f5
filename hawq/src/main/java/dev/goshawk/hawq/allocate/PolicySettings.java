package dev.goshawk.hawq.allocate;

import dev.goshawk.hawq.quantize.BitWidth;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a policy is made with; each takes what concerns it.
 *
 * @param widths that may be chosen, ascending, float not among them
 * @param reversed whether the precision order is turned round; an ablation
 * @param matched whether the size is the nearest one that the precision order and its reverse both come within 2 % of
 * @param sized whether the size is a limit besides bit operations and latency, where there are such limits
 * @param bops most bit operations an image, sum of multiply-adds x weight bits x activation bits, or null
 * @param activationBits width of the activations that bit operations are counted with
 * @param latency most time an image by a table, or null
 * @param search how long those search that choose by training
 */
public record PolicySettings(List<BitWidth> widths, boolean reversed, boolean matched, boolean sized,
        @Nullable Double bops,
        BitWidth activationBits, @Nullable Latency latency, SearchSettings search) {
    /**
     * A limit on the time.
     *
     * @param table time of each layer at each width
     * @param milliseconds most in all
     */
    public record Latency(LatencyTable table, double milliseconds) {
        public Latency {
            if (!(milliseconds > 0) || Double.isInfinite(milliseconds)) {
                throw new IllegalArgumentException(
                        "latency limit: expected a number of milliseconds above 0, got " + milliseconds);
            }
        }
    }

    /** Checks the numbers. */
    public PolicySettings {
        widths = List.copyOf(widths);
        if (widths.isEmpty() || widths.contains(BitWidth.FLOAT)) {
            throw new IllegalArgumentException("widths: expected some of 1 to 8 bits, got " + widths);
        }
        if (bops != null && (!(bops > 0) || Double.isInfinite(bops))) {
            throw new IllegalArgumentException("bit-operations limit: expected a number above 0, got " + bops);
        }
    }

    /** Widths 2, 3, 4, 6 and 8 within the size. */
    public static PolicySettings standard() {
        return new PolicySettings(BitAllocation.CHOICES, false, false, true, null, BitWidth.FLOAT, null,
                SearchSettings.standard());
    }

    /** The same with other widths. */
    public PolicySettings withWidths(List<BitWidth> others) {
        return new PolicySettings(others, reversed, matched, sized, bops, activationBits, latency, search);
    }

    /** The same with the precision order turned round, or not. */
    public PolicySettings withReversed(boolean value) {
        return new PolicySettings(widths, value, matched, sized, bops, activationBits, latency, search);
    }

    /** The same at the nearest size that both precision orders come near, or at the size itself. */
    public PolicySettings withMatched(boolean value) {
        return new PolicySettings(widths, reversed, value, sized, bops, activationBits, latency, search);
    }

    /** The same with another search. */
    public PolicySettings withSearch(SearchSettings value) {
        return new PolicySettings(widths, reversed, matched, sized, bops, activationBits, latency, value);
    }
}
