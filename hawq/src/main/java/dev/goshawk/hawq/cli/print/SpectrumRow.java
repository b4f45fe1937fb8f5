package dev.goshawk.hawq.cli.print;

import dev.goshawk.hawq.report.CurvaturePage;
import dev.goshawk.spectral.EigenResult;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The eigenvalues of one part of a network, without their vectors.
 *
 * @param name the part's
 * @param parameters names of the parameters; none for activations
 * @param size of the matrix
 * @param pairs the largest in magnitude first, at least one
 * @param products by the whole sample
 * @param subsampleProducts by the subsample
 */
public record SpectrumRow(String name, List<String> parameters, long size, List<Pair> pairs, int products,
        int subsampleProducts) {
    /** An eigenvalue with what is known of its error, as {@link EigenResult} has it. */
    public record Pair(double eigenvalue, double residual, double rounding, boolean converged,
            boolean limitedByRounding) {
        static Pair of(EigenResult result) {
            return new Pair(result.eigenvalue(), result.residual(), result.rounding(), result.converged(),
                    result.limitedByRounding());
        }

        private ObjectNode writeTo(ObjectNode node) {
            return node.put("eigenvalue", eigenvalue).put("residual", residual)
                    .put("rounding", Double.isNaN(rounding) ? null : (Double) rounding);
        }

        /** ||Hv - lambda v|| / |lambda|; 0 for an exact zero eigenvalue. */
        public double relativeResidual() {
            return residual == 0 ? 0 : residual / Math.abs(eigenvalue);
        }
    }

    public SpectrumRow {
        parameters = List.copyOf(parameters);
        pairs = List.copyOf(pairs);
    }

    /** What a solver found; the vectors are let go. */
    public static SpectrumRow of(String name, List<String> parameters, long size, List<EigenResult> results,
            int subsampleProducts) {
        return new SpectrumRow(name, parameters, size, results.stream().map(Pair::of).toList(),
                results.getFirst().iterations(), subsampleProducts);
    }

    /** The largest in magnitude. */
    public Pair top() {
        return pairs.getFirst();
    }

    /** S = |lambda| / n, n the size. */
    public double sensitivity() {
        return Math.abs(top().eigenvalue()) / size;
    }

    /** Whether as many eigenvalues as were asked for, or as there are, have converged. */
    public boolean isSolved(int asked) {
        return missing(asked) == 0 && pairs.stream().allMatch(Pair::converged);
    }

    /** Of the eigenvalues asked for, of which a small part has fewer. */
    long missing(int asked) {
        return Math.max(0, Math.min(asked, size) - pairs.size());
    }

    /**
     * Writes it into a file of numbers.
     *
     * @param several whether all pairs are listed beside the top one
     */
    public void writeTo(ObjectNode block, boolean several) {
        ArrayNode names = block.put("name", name).putArray("parameters");
        parameters.forEach(names::add);
        block.put("weights", size);
        top().writeTo(block);
        block.put("iterations", products).put("subsample_products", subsampleProducts)
                .put("sensitivity", sensitivity()).put("converged", top().converged());
        if (several) {
            ArrayNode all = block.putArray("eigenpairs");
            pairs.forEach(p -> p.writeTo(all.addObject()).put("converged", p.converged()));
        }
    }

    /** For a picture: a top eigenvalue that has not converged has a bar over its residual, within which an eigenvalue lies. */
    public CurvaturePage.Row drawn() {
        return new CurvaturePage.Row(name, pairs.stream().map(Pair::eigenvalue).toList(),
                top().converged() ? 0 : top().residual());
    }
}
