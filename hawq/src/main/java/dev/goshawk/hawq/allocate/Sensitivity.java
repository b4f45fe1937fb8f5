package dev.goshawk.hawq.allocate;

import dev.goshawk.hawq.quantize.Quantizer;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.curvature.BlockCurvature;
import dev.goshawk.models.Block;
import dev.goshawk.models.parameters.Parameters;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * A block's curvature and what quantizing it would cost (HAWQ, Dong et al., ICCV 2019). The top eigenvalue by magnitude
 * may be negative away from a minimum; every measure here takes |lambda|, since a direction of strong negative
 * curvature is no less sensitive to rounding.
 *
 * @param curvature the block and its top eigenvalue lambda_i
 * @param perturbations ||Q_b(W_i) - W_i||^2 for each width that may be chosen
 */
public record Sensitivity(BlockCurvature curvature, Map<BitWidth, Double> perturbations) {
    public Sensitivity {
        Block block = curvature.block();
        if (block.weightCount() < 1) {
            throw new IllegalArgumentException(
                    "block " + block.name() + ": expected at least 1 weight, got " + block.weightCount());
        }
        perturbations.forEach((bits, p) -> {
            if (!(p >= 0) || Double.isInfinite(p)) {
                throw new IllegalArgumentException("block " + block.name() + ": expected a perturbation >= 0 at " + bits
                        + " bits, got " + p);
            }
        });
        perturbations = Map.copyOf(perturbations);
    }

    /**
     * Measures what each of {@link BitAllocation#CHOICES} would do to a block's weights.
     *
     * @param curvature the block and its top eigenvalue
     * @param parameters the network's, in float
     */
    public static Sensitivity of(BlockCurvature curvature, Parameters parameters, Quantizer quantizer) {
        return of(curvature, parameters, quantizer, BitAllocation.CHOICES);
    }

    /**
     * Measures what each of some widths would do to a block's weights.
     *
     * @param curvature the block and its top eigenvalue
     * @param parameters the network's, in float
     * @param widths that may be chosen
     */
    public static Sensitivity of(BlockCurvature curvature, Parameters parameters, Quantizer quantizer,
            Collection<BitWidth> widths) {
        Block block = curvature.block();
        Map<BitWidth, Double> perturbations = new EnumMap<>(BitWidth.class);
        for (BitWidth bits : new TreeSet<>(widths)) {
            perturbations.put(bits, block.weights().stream()
                    .mapToDouble(n -> quantizer.perturbation(parameters.get(n), bits)).sum());
        }
        return new Sensitivity(curvature, perturbations);
    }

    /**
     * The sensitivity of one block among those of a network.
     *
     * @throws IllegalArgumentException if there is none of that block
     */
    public static Sensitivity of(Block block, List<Sensitivity> all) {
        return all.stream().filter(s -> s.block().equals(block)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("sensitivity: expected one of block " + block.name()
                        + ", got those of " + all.stream().map(s -> s.block().name()).toList()));
    }

    /** The block. */
    public Block block() {
        return curvature.block();
    }

    /** Top eigenvalue lambda_i of the block's Hessian. */
    public double eigenvalue() {
        return curvature.eigenvalue();
    }

    /** S_i = |lambda_i| / n_i. */
    public double value() {
        return curvature.sensitivity();
    }

    /** ||Q_b(W_i) - W_i||^2; 0 where the block stays float. */
    public double perturbation(BitWidth bits) {
        if (bits.isFloat()) {
            return 0;
        }
        Double p = perturbations.get(bits);
        if (p == null) {
            throw new IllegalArgumentException(
                    "block " + block().name() + ": no perturbation known at " + bits + " bits");
        }
        return p;
    }

    /** Omega_i = |lambda_i| ||Q_b(W_i) - W_i||^2, the second-order cost of the block at that width. */
    public double omega(BitWidth bits) {
        return Math.abs(eigenvalue()) * perturbation(bits);
    }

    /**
     * |Tr(H_i)| / n_i ||Q_b(W_i) - W_i||^2, that cost by the mean eigenvalue (HAWQ-V2).
     *
     * @throws IllegalStateException if the trace was not estimated
     */
    public double omegaByTrace(BitWidth bits) {
        return curvature.meanTrace() * perturbation(bits);
    }

    /** Positions of the blocks by descending S_i, ties in network order. */
    public static List<Integer> precisionOrder(List<Sensitivity> blocks) {
        return IntStream.range(0, blocks.size()).boxed()
                .sorted(Comparator.comparingDouble(i -> -blocks.get(i).value())).toList();
    }
}
