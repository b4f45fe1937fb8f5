package dev.goshawk.hawq.allocate;

import dev.goshawk.hawq.allocate.solve.ParetoFrontier;
import dev.goshawk.hawq.perturbation.SiteCurvature;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.models.Block;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * HAWQ-V2 (Dong et al., NeurIPS 2020, arXiv 1911.03852): Omega = sum of |Tr(H_i)| / n_i x ||Q(W_i) - W_i||^2 over the blocks; of the
 * Pareto frontier of size and Omega, over all choices of widths, the point of least Omega within the size. Activations likewise, with
 * the Hessian by the activations, within the size that the usual width would give them. Blocks are quantized by descending Omega.
 *
 * @param widths that may be chosen, ascending
 */
public record TracePolicy(List<BitWidth> widths) implements BitPolicy {
    /** With such settings. */
    public static BitPolicy of(PolicySettings settings) {
        return new TracePolicy(settings.widths());
    }

    @Override
    public String describe() {
        return "least sum of |Tr(H)| / n ||Q(W) - W||^2 on the Pareto frontier over size, activations by the Hessian with "
                + "respect to them (Dong et al. 2020)";
    }

    @Override
    public Set<Need> needs() {
        return Set.of(Need.EIGENVALUES, Need.TRACES, Need.ACTIVATIONS);
    }

    /** [block][width]: Omega. */
    static double[][] omegas(List<Sensitivity> sensitivities, List<BitWidth> widths) {
        return sensitivities.stream()
                .map(s -> widths.stream().mapToDouble(s::omegaByTrace).toArray()).toArray(double[][]::new);
    }

    /** The frontier of size in bits and Omega, up to the limit on the size; the last point has the least Omega. */
    public ParetoFrontier frontier(AllocationTask task) {
        return ParetoFrontier.of(AllocationTask.sizes(task.blocks(), widths), omegas(task.sensitivities(), widths),
                task.target().budget(task.blocks(), widths.getFirst()));
    }

    @Override
    public BitAllocation choose(AllocationTask task, Consumer<String> notes) {
        ParetoFrontier frontier = frontier(task);
        notes.accept(String.format(Locale.ROOT,
                "Pareto frontier of %d settings, Omega from %.4g down to %.4g within %s",
                frontier.count(), frontier.cost(0), frontier.cost(frontier.count() - 1), task.target().describe()));
        return task.allocation(widths, frontier.options(frontier.count() - 1));
    }

    @Override
    public Map<String, BitWidth> activations(List<SiteCurvature> sites, BitWidth usual) {
        if (usual.isFloat() || sites.isEmpty()) {
            return Map.of();
        }
        List<String> blocks = List.copyOf(new LinkedHashSet<>(sites.stream().map(SiteCurvature::block).toList()));
        long[][] sizes = new long[blocks.size()][];
        double[][] omegas = new double[blocks.size()][];
        long total = 0;
        for (int i = 0; i < sizes.length; i++) {
            String block = blocks.get(i);
            List<SiteCurvature> own = sites.stream().filter(s -> s.block().equals(block)).toList();
            long elements = own.stream().mapToLong(SiteCurvature::elements).sum();
            total += elements;
            sizes[i] = widths.stream().mapToLong(w -> elements * w.bits()).toArray();
            omegas[i] = widths.stream().mapToDouble(w -> own.stream().mapToDouble(s -> s.omega(w)).sum()).toArray();
        }
        ParetoFrontier frontier = ParetoFrontier.of(sizes, omegas, total * usual.bits());
        if (frontier.count() == 0) {
            // Narrower than any width that may be chosen.
            return Map.of();
        }
        int[] options = frontier.options(frontier.count() - 1);
        Map<String, BitWidth> bits = new LinkedHashMap<>();
        for (int i = 0; i < options.length; i++) {
            bits.put(blocks.get(i), widths.get(options[i]));
        }
        return bits;
    }

    @Override
    public List<Block> order(AllocationTask task, BitAllocation allocation) {
        return task.descending(allocation, s -> s.omegaByTrace(allocation.of(s.block())));
    }
}
