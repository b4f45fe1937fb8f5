package dev.goshawk.hawq.allocate;

import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.models.Block;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Consumer;

/**
 * HAWQ's policy (Dong et al., ICCV 2019, arXiv 1905.03696): no block gets fewer bits than one of smaller S = |lambda| / n; of all such
 * choices within the size that of least sum of |lambda| ||Q(W) - W||^2. Blocks are quantized by descending |lambda| ||Q(W) - W||^2.
 *
 * @param widths that may be chosen, ascending
 * @param reversed whether the least sensitive block gets the most bits, an ablation: both orders must then come within 2 % of the size,
 *        or sizes would be compared instead
 * @param matched whether the nearest such size is taken, and noted, where the one asked for is none; a row's reverse is given the same
 */
public record HawqPolicy(List<BitWidth> widths, boolean reversed, boolean matched) implements BitPolicy {
    private static final double MOST_APART = 0.02;
    private static final double FLOAT_BITS = BitWidth.FLOAT.bits();
    /** Ratios tried for a remedy, each half a per cent further away. */
    private static final int TRIED = 100;

    /** With such settings. */
    public static BitPolicy of(PolicySettings settings) {
        return new HawqPolicy(settings.widths(), settings.reversed(), settings.matched());
    }

    @Override
    public String describe() {
        return "bits in the order of |lambda| / n, lambda the top Hessian eigenvalue of a block (Dong et al. 2019)";
    }

    @Override
    public String describe(SizeTarget target) {
        return target.describe() + (matched ? " or the nearest that both precision orders meet" : "")
                + (reversed ? ", precision order reversed" : "");
    }

    @Override
    public Set<Need> needs() {
        return Set.of(Need.EIGENVALUES);
    }

    @Override
    public boolean hasPrecisionOrder() {
        return true;
    }

    @Override
    public BitAllocation choose(AllocationTask task, Consumer<String> notes) {
        SizeTarget target = task.target();
        if (matched || reversed) {
            double budget = target.budget(task.blocks(), widths.getFirst());
            if (!bothMeet(task, target)) {
                OptionalDouble nearest = nearest(task, budget);
                if (!matched || nearest.isEmpty()) {
                    throw refusal(task, nearest);
                }
                target = SizeTarget.ratio(nearest.getAsDouble());
            }
        }
        if (matched) {
            notes.accept(target.describe() + ", which both precision orders come within 2 % of");
        }
        return reversed
                ? BitAllocation.reversed(task.sensitivities(), target, widths)
                : BitAllocation.choose(task.sensitivities(), target, widths);
    }

    private IllegalArgumentException refusal(AllocationTask task, OptionalDouble nearest) {
        SizeTarget target = task.target();
        return new IllegalArgumentException(String.format(Locale.ROOT,
                "reversed precision: expected both orders within 2 %% of %s, got %.2f times smaller by the order and "
                        + "%.2f by its reverse (widths %s): %s",
                target.describe(), BitAllocation.choose(task.sensitivities(), target, widths).ratio(),
                BitAllocation.reversed(task.sensitivities(), target, widths).ratio(), widths,
                nearest.isEmpty()
                        ? "choose from more widths"
                        : "a ratio of " + nearest.getAsDouble() + " suits both"));
    }

    private static boolean meets(BitAllocation allocation, double budget) {
        return Compression.bits(allocation.blocks(), allocation.bits()) >= (1 - MOST_APART) * budget;
    }

    /** The nearest ratio that both orders meet. */
    private OptionalDouble nearest(AllocationTask task, double budget) {
        double ratio = FLOAT_BITS * Compression.weights(task.blocks()) / budget;
        double most = FLOAT_BITS / widths.getFirst().bits();
        for (int step = 1; step <= TRIED; step++) {
            for (int sign = -1; sign <= 1; sign += 2) {
                // Rounded so that it can be typed.
                double tried = Math.round(ratio * (1 + sign * step / 200.0) * 100) / 100.0;
                if (tried >= 1 && tried <= most && bothMeet(task, SizeTarget.ratio(tried))) {
                    return OptionalDouble.of(tried);
                }
            }
        }
        return OptionalDouble.empty();
    }

    private boolean bothMeet(AllocationTask task, SizeTarget target) {
        double budget = target.budget(task.blocks(), widths.getFirst());
        return meets(BitAllocation.choose(task.sensitivities(), target, widths), budget)
                && meets(BitAllocation.reversed(task.sensitivities(), target, widths), budget);
    }

    @Override
    public List<Block> order(AllocationTask task, BitAllocation allocation) {
        return task.descending(allocation, s -> s.omega(allocation.of(s.block())));
    }
}
