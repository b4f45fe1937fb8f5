package dev.goshawk.hawq.allocate;

import dev.goshawk.hawq.allocate.solve.PairTerms;
import dev.goshawk.hawq.allocate.solve.QuadraticSearch;
import dev.goshawk.hawq.perturbation.QuadraticForm;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.models.Block;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The whole second-order form: of all choices within the size that of least g'd + 1/2 d'Hd, d_(b,w) = Q_w(W_b) - W_b, over all pairs of
 * blocks and widths, by one Hessian product for each block and width. CLADO (Deng et al. 2023, arXiv 2307.05657) minimizes the same
 * form with the matrix taken from differences of losses. Blocks are quantized by descending change of the loss by each alone.
 *
 * @param widths that may be chosen, ascending
 */
public record QuadraticPolicy(List<BitWidth> widths) implements BitPolicy {
    /** With such settings. */
    public static BitPolicy of(PolicySettings settings) {
        return new QuadraticPolicy(settings.widths());
    }

    @Override
    public String describe() {
        return "least predicted loss g'd + d'Hd / 2 over all pairs of blocks and widths, by exact Hessian products with "
                + "d = Q(W) - W";
    }

    @Override
    public Set<Need> needs() {
        return Set.of(Need.EIGENVALUES, Need.PRODUCTS);
    }

    private static QuadraticForm form(AllocationTask task) {
        QuadraticForm form = task.quadratic();
        if (form == null) {
            throw new IllegalStateException("quadratic allocation: expected a quadratic form, none was measured");
        }
        return form;
    }

    /** The choice, with the proof of how good it is. */
    public QuadraticSearch.Solution solve(AllocationTask task) {
        QuadraticForm form = form(task);
        int options = widths.size();
        int all = task.blocks().size() * options;
        int[] starts = new int[task.blocks().size() + 1];
        int[] positions = new int[all];
        for (int b = 0; b < task.blocks().size(); b++) {
            starts[b + 1] = (b + 1) * options;
            for (int w = 0; w < options; w++) {
                positions[b * options + w] = form.position(task.blocks().get(b).name(), widths.get(w));
            }
        }
        double[] singles = new double[all];
        double[][] pairs = new double[all][all];
        for (int i = 0; i < all; i++) {
            singles[i] = form.single(positions[i]);
            for (int j = 0; j < all; j++) {
                // Each pair counts twice in d'Hd, with a half.
                pairs[i][j] = form.gram()[positions[i]][positions[j]];
            }
        }
        Optional<QuadraticSearch.Solution> found = QuadraticSearch.least(new PairTerms(starts, singles, pairs),
                AllocationTask.sizes(task.blocks(), widths),
                task.target().budget(task.blocks(), widths.getFirst()));
        return found.orElseThrow(() -> new IllegalStateException("quadratic allocation: nothing within the size"));
    }

    @Override
    public BitAllocation choose(AllocationTask task, Consumer<String> notes) {
        QuadraticSearch.Solution found = solve(task);
        notes.accept(String.format(Locale.ROOT, "predicted loss increase %.6g, %s; products symmetric to %.1e",
                found.value(), found.gap() == 0
                        ? "optimal"
                        : String.format(Locale.ROOT, "at most %.3g above the optimum", found.gap()),
                form(task).asymmetry()));
        return task.allocation(widths, found.options());
    }

    @Override
    public List<Block> order(AllocationTask task, BitAllocation allocation) {
        QuadraticForm form = form(task);
        return allocation.blocks().stream().filter(b -> !allocation.of(b).isFloat())
                .sorted(Comparator.comparingDouble(
                        (Block b) -> -form.single(form.position(b.name(), allocation.of(b)))))
                .toList();
    }
}
