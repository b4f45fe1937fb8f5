package dev.goshawk.hawq.perturbation;

import dev.goshawk.hawq.curvature.CurvatureMatrix;
import dev.goshawk.hawq.curvature.HessianOperator;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.Quantizer;
import dev.goshawk.hawq.quantize.TensorQuantizer;
import dev.goshawk.models.Block;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The second-order change of the loss by rounding, for every choice of widths: with d_(b,w) = Q_w(W_b) - W_b, g the gradient and H the
 * Hessian by the weights of all blocks, L(W + d) - L(W) = g'd + 1/2 d'Hd + O(|d|^3) for d the sum of one d_(b,w) a block. One product
 * H d_(b,w) gives a whole row of the Gram matrix d_i'H d_j, so that blocks x widths products make it exact: no block is taken for
 * independent of another, no Hessian for a multiple of the identity.
 *
 * @param blocks names of the blocks, in network order
 * @param widths that may be chosen, ascending
 * @param slopes g'd, for each block and width: position block * widths.size() + width
 * @param gram d_i'H d_j over the same positions, symmetrized
 * @param asymmetry the largest |d_i'H d_j - d_j'H d_i| before, relative to |d_i| |H d_j| + |d_j| |H d_i|: rounding
 */
public record QuadraticForm(List<String> blocks, List<BitWidth> widths, double[] slopes, double[][] gram,
        double asymmetry) {
    /** Products that differ by more are not those of a symmetric matrix. */
    private static final double MOST_ASYMMETRY = 1e-3;

    public QuadraticForm {
        blocks = List.copyOf(blocks);
        widths = List.copyOf(widths);
        int all = blocks.size() * widths.size();
        if (slopes.length != all || gram.length != all) {
            throw new IllegalArgumentException("quadratic form: expected " + all + " slopes and rows, got "
                    + slopes.length + " and " + gram.length);
        }
        if (!(asymmetry <= MOST_ASYMMETRY)) {
            throw new ArithmeticException("quadratic form: expected d_i'Hd_j and d_j'Hd_i to agree to "
                    + MOST_ASYMMETRY + " of |d| |Hd|, got " + asymmetry);
        }
    }

    /** Told after each product. */
    @FunctionalInterface
    public interface Listener {
        /** Does nothing. */
        Listener NONE = (block, width, fraction) -> {
        };

        /** @param fraction of all products that is done, 0 to 1 */
        void update(Block block, BitWidth width, double fraction);
    }

    /**
     * Measures the form at a point: one Hessian product for each block and width. In float32 a perturbation is rounded to float32.
     *
     * @param batch most images computed at once, at least 1
     * @param recompute whether one micro-batch's memory serves all even where the heap could keep them
     * @param widths to choose from, ascending, float not among them
     */
    public static QuadraticForm of(LossProblem problem, int batch, boolean recompute, Quantizer quantizer,
            List<BitWidth> widths, Listener listener) {
        List<Block> blocks = problem.description().blocks();
        HessianOperator hessian = HessianOperator.of(problem, CurvatureMatrix.HESSIAN,
                blocks.stream().flatMap(b -> b.weights().stream()).toList(), batch, recompute);
        List<Perturbation> all = new ArrayList<>();
        for (Block block : blocks) {
            for (BitWidth width : widths) {
                all.add(Perturbation.of(problem, block, width, quantizer,
                        hessian.variables().offset(block.weights().getFirst())));
            }
        }
        double[] gradient = hessian.gradient();
        double[] slopes = new double[all.size()];
        double[][] rows = new double[all.size()][all.size()];
        double[] lengths = new double[all.size()];
        double[] v = new double[hessian.size()];
        double[] product = new double[hessian.size()];
        for (int i = 0; i < all.size(); i++) {
            Perturbation d = all.get(i);
            slopes[i] = d.dot(gradient);
            if (d.norm > 0) {
                Arrays.fill(v, 0);
                d.addTo(v, 1 / d.norm);
                hessian.apply(v, product);
                for (int j = 0; j < all.size(); j++) {
                    rows[i][j] = d.norm * all.get(j).dot(product);
                }
                lengths[i] = d.norm * norm(product);
            }
            listener.update(blocks.get(i / widths.size()), d.width, (i + 1.0) / all.size());
        }
        double asymmetry = 0;
        for (int i = 0; i < all.size(); i++) {
            for (int j = 0; j < i; j++) {
                double scale = all.get(i).norm * lengths[j] + all.get(j).norm * lengths[i];
                if (scale > 0) {
                    asymmetry = Math.max(asymmetry, Math.abs(rows[i][j] - rows[j][i]) / scale);
                }
                rows[i][j] = (rows[i][j] + rows[j][i]) / 2;
                rows[j][i] = rows[i][j];
            }
        }
        return new QuadraticForm(blocks.stream().map(Block::name).toList(), widths, slopes, rows, asymmetry);
    }

    private static double norm(double[] v) {
        double sum = 0;
        for (double x : v) {
            sum += x * x;
        }
        return Math.sqrt(sum);
    }

    /**
     * Position of a block and width.
     *
     * @throws IllegalArgumentException if the form has no such block or width
     */
    public int position(String block, BitWidth width) {
        int b = blocks.indexOf(block);
        int w = widths.indexOf(width);
        if (b < 0 || w < 0) {
            throw new IllegalArgumentException("quadratic form: expected one of blocks " + blocks + " at widths "
                    + widths + ", got block '" + block + "' at " + width + " bits");
        }
        return b * widths.size() + w;
    }

    /** What one block at one width adds by itself, all others float: g'd + 1/2 d'Hd. */
    public double single(int position) {
        return slopes[position] + gram[position][position] / 2;
    }

    /**
     * The predicted change of the loss, g'd + 1/2 d'Hd.
     *
     * @param bits of each block, in the form's order; float adds nothing
     */
    public double predicted(List<BitWidth> bits) {
        if (bits.size() != blocks.size()) {
            throw new IllegalArgumentException(
                    "quadratic form: expected " + blocks.size() + " widths, got " + bits.size());
        }
        List<Integer> chosen = new ArrayList<>();
        for (int b = 0; b < bits.size(); b++) {
            if (!bits.get(b).isFloat()) {
                chosen.add(position(blocks.get(b), bits.get(b)));
            }
        }
        double sum = 0;
        for (int i : chosen) {
            sum += slopes[i];
            for (int j : chosen) {
                sum += gram[i][j] / 2;
            }
        }
        return sum;
    }

    /** Q(W) - W of one block's weights, which lie one after another from an offset. */
    private record Perturbation(BitWidth width, int offset, List<Tensor> parts, double norm) {
        static Perturbation of(LossProblem problem, Block block, BitWidth width, Quantizer quantizer, int offset) {
            List<Tensor> parts = new ArrayList<>();
            double sum = 0;
            for (String name : block.weights()) {
                Tensor w = problem.parameters().get(name);
                TensorQuantizer q = quantizer.weight(w.shape(), w.dtype(), width);
                q.fit(w);
                Tensor d = q.quantized(w);
                for (int i = 0; i < d.size(); i++) {
                    d.set(i, d.get(i) - w.get(i));
                    sum += d.get(i) * d.get(i);
                }
                parts.add(d);
            }
            return new Perturbation(width, offset, parts, Math.sqrt(sum));
        }

        double dot(double[] vector) {
            double sum = 0;
            int at = offset;
            for (Tensor part : parts) {
                for (int i = 0; i < part.size(); i++) {
                    sum += part.get(i) * vector[at++];
                }
            }
            return sum;
        }

        void addTo(double[] vector, double factor) {
            int at = offset;
            for (Tensor part : parts) {
                for (int i = 0; i < part.size(); i++) {
                    vector[at++] += factor * part.get(i);
                }
            }
        }
    }
}
