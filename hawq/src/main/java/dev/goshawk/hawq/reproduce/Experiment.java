package dev.goshawk.hawq.reproduce;

import dev.goshawk.hawq.Method;
import dev.goshawk.hawq.allocate.BitAllocation;
import dev.goshawk.hawq.method.Methods;
import dev.goshawk.hawq.method.NamedMethod;
import dev.goshawk.hawq.allocate.PolicySettings;
import dev.goshawk.hawq.allocate.SearchSettings;
import dev.goshawk.hawq.allocate.SizeTarget;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.Quantizer;
import dev.goshawk.hawq.quantize.family.Quantizers;
import dev.goshawk.hawq.quantize.ScaleRule;
import dev.goshawk.hawq.quantize.Scheme;
import dev.goshawk.hawq.quantize.UniformQuantizer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row that is to be run.
 *
 * @param row its name, different for all rows
 * @param label what the table calls it
 * @param method by name
 * @param reversed {@code precision}, {@code order} or null
 * @param ratio how many times smaller the weights are to be, at least
 * @param matched whether the ratio is the nearest one that the precision order and its reverse both meet
 * @param widths that may be chosen
 * @param activations width of activations
 * @param seed of all randomness
 */
public record Experiment(String row, String label, String method, @Nullable String reversed, double ratio,
        boolean matched, List<BitWidth> widths, BitWidth activations, long seed) {
    /** The method's name of the float network. */
    public static final String FLOAT = "float";
    /** What reverses the precision order. */
    public static final String PRECISION = "precision";
    /** What reverses the order of fine-tuning. */
    public static final String ORDER = "order";
    /**
     * Part of the largest activation that the uniform quantizer's range is: at 4 bits and fewer, a range up to the largest value wastes
     * levels.
     */
    private static final double RANGE = 0.55;
    private static final List<String> KEPT = List.of(FLOAT, "hawq", "direct", "direct-at-size");

    /** A row with the usual widths. */
    static Experiment of(String method, String label, double ratio, int activationBits) {
        return new Experiment(method, label, method, null, ratio, false, BitAllocation.CHOICES,
                BitWidth.of(activationBits),
                1);
    }

    Experiment named(String name, String text) {
        return new Experiment(name, text, method, reversed, ratio, matched, widths, activations, seed);
    }

    Experiment reversed(String what) {
        return new Experiment(row, label, method, what, ratio, matched, widths, activations, seed);
    }

    /** At a size that both precision orders meet, with these widths. */
    Experiment matched(List<BitWidth> value) {
        return new Experiment(row, label, method, reversed, ratio, true, value, activations, seed);
    }

    Experiment withSeed(long value) {
        return new Experiment(row, label, method, reversed, ratio, matched, widths, activations, value);
    }

    /** Whether this is the float network that the others start from. */
    public boolean isBaseline() {
        return method.equals(FLOAT);
    }

    /** Whether its network is kept beside the ledger. */
    boolean isKept() {
        return seed == 1 && KEPT.contains(row);
    }

    /** Name of its folder. */
    public String folder() {
        return row + "-seed" + seed;
    }

    /** The size it is to have. */
    public SizeTarget target() {
        return SizeTarget.ratio(ratio);
    }

    /**
     * What is to be run.
     *
     * @param search how long those search that choose by training
     */
    public Method toMethod(SearchSettings search) {
        NamedMethod named = Methods.byName(method);
        PolicySettings settings = PolicySettings.standard().withWidths(widths)
                .withReversed(PRECISION.equals(reversed)).withMatched(matched).withSearch(search);
        String own = named.quantizer();
        Quantizer quantizer = own == null
                ? new UniformQuantizer(Scheme.SYMMETRIC_PER_CHANNEL, ScaleRule.MSE, activations.isFloat() ? 1 : RANGE)
                : Quantizers.byName(own);
        return new Method(named.name(), label, named.policy(settings), quantizer, ORDER.equals(reversed));
    }
}
