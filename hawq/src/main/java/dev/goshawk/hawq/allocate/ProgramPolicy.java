package dev.goshawk.hawq.allocate;

import dev.goshawk.hawq.allocate.solve.IntegerProgram;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.models.Block;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.ToDoubleBiFunction;

/**
 * HAWQ-V3 (Yao et al., ICML 2021, arXiv 2011.10680): the integer linear program min sum of Omega_i(b_i), Omega_i(b) = |Tr(H_i)| / n_i x
 * ||Q_b(W_i) - W_i||^2, subject to sum n_i b_i within the size, sum MAC_i b_i b_a within the bit operations and sum t_i(b_i) within the
 * latency. Solved exactly.
 *
 * @param settings widths and limits
 */
public record ProgramPolicy(PolicySettings settings) implements BitPolicy {
    private static final double BILLION = 1e9;
    private static final MathContext DIGITS = new MathContext(6);

    /** With such settings. */
    public static BitPolicy of(PolicySettings settings) {
        return new ProgramPolicy(settings);
    }

    @Override
    public String describe() {
        return "integer program: least sum of |Tr(H)| / n ||Q(W) - W||^2 within size, bit operations and latency (Yao et "
                + "al. 2021)";
    }

    @Override
    public Set<Need> needs() {
        return Set.of(Need.EIGENVALUES, Need.TRACES);
    }

    @Override
    public boolean obeysLimits() {
        return true;
    }

    @Override
    public List<BitWidth> widths() {
        return settings.widths();
    }

    /** One limit: what each block uses of it at each width. */
    private record Limited(String what, String unit, double[][] use, double limit) {
        void requireReachable() {
            double least = Arrays.stream(use).mapToDouble(u -> Arrays.stream(u).min().orElseThrow()).sum();
            if (least > limit) {
                throw new IllegalArgumentException(what + ": expected at least " + text(least) + " " + unit
                        + ", the least that the widths reach, got " + text(limit));
            }
        }

        @Override
        public String toString() {
            return what + " " + text(limit) + " " + unit;
        }

        private static String text(double value) {
            return new BigDecimal(value).round(DIGITS).stripTrailingZeros().toPlainString();
        }
    }

    private List<Limited> limits(List<Block> blocks, SizeTarget target) {
        List<Limited> all = new ArrayList<>();
        if (settings.sized()) {
            all.add(new Limited("size", "bits", uses(blocks, (b, w) -> (double) b.weightCount() * w.bits()),
                    target.budget(blocks, widths().getFirst())));
        }
        Double bops = settings.bops();
        if (bops != null) {
            int activationBits = settings.activationBits().bits();
            all.add(new Limited("bit-operations limit", "billion operations",
                    uses(blocks, (b, w) -> (double) b.macs() * w.bits() * activationBits / BILLION), bops / BILLION));
        }
        PolicySettings.Latency latency = settings.latency();
        if (latency != null) {
            all.add(new Limited("latency limit", "ms", uses(blocks, latency.table()::of), latency.milliseconds()));
        }
        return all;
    }

    private double[][] uses(List<Block> blocks, ToDoubleBiFunction<Block, BitWidth> use) {
        return blocks.stream().map(b -> widths().stream().mapToDouble(w -> use.applyAsDouble(b, w)).toArray())
                .toArray(double[][]::new);
    }

    private IntegerProgram.Solution solve(List<Block> blocks, SizeTarget target, double[][] omegas) {
        List<Limited> limits = limits(blocks, target);
        limits.forEach(Limited::requireReachable);
        return IntegerProgram.least(omegas, limits.stream().map(Limited::use).toArray(double[][][]::new),
                limits.stream().mapToDouble(Limited::limit).toArray())
                .orElseThrow(() -> new IllegalArgumentException("integer program: expected widths of " + widths()
                        + " that meet every limit, no choice meets all of: "
                        + String.join(", ", limits.stream().map(Limited::toString).toList())));
    }

    @Override
    public void requireReachable(List<Block> blocks, SizeTarget target) {
        solve(blocks, target, new double[blocks.size()][widths().size()]);
    }

    @Override
    public BitAllocation choose(AllocationTask task, Consumer<String> notes) {
        double[][] omegas = TracePolicy.omegas(task.sensitivities(), widths());
        IntegerProgram.Solution found = solve(task.blocks(), task.target(), omegas);
        notes.accept(String.format(Locale.ROOT, "integer program: Omega %.6g, %s", found.cost(), found.gap() == 0
                ? "optimal"
                : String.format(Locale.ROOT, "at most %.3g above the optimum", found.gap())));
        return task.allocation(widths(), found.options());
    }

    @Override
    public List<Block> order(AllocationTask task, BitAllocation allocation) {
        return task.descending(allocation, s -> s.omegaByTrace(allocation.of(s.block())));
    }

    @Override
    public String describe(SizeTarget target) {
        List<String> parts = new ArrayList<>();
        if (settings.sized()) {
            parts.add(target.describe());
        }
        Double bops = settings.bops();
        if (bops != null) {
            parts.add(bops / BILLION + " billion bit operations");
        }
        if (settings.latency() != null) {
            parts.add(settings.latency().milliseconds() + " ms");
        }
        return String.join(", ", parts);
    }
}
