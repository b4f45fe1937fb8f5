package dev.goshawk.operator;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * Sum of vectors as a balanced binary tree over their indices: runs of 1, 2, 4, ... vectors that begin at a multiple of their length
 * are added first, what is left over from the last run to the first. A machine that adds an aligned run of a power of two vectors by
 * itself returns a node of the same tree, so any such split is bit-identical. The rounding error grows with the logarithm of the
 * number of vectors. Memory: {@link #vectors} of that number, kept for the next sum.
 */
public final class PairwiseSum {
    private record Run(int vectors, double[] sum) {
    }

    private final Deque<Run> runs = new ArrayDeque<>();
    private final Deque<double[]> free = new ArrayDeque<>();
    private final int size;

    /**
     * An empty sum.
     *
     * @param size length of every vector
     */
    public PairwiseSum(int size) {
        this.size = size;
    }

    /** Most vectors held for a sum of {@code terms}. */
    public static int vectors(int terms) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(terms);
    }

    /** Begins a new sum in the memory of the last. */
    public void clear() {
        while (!runs.isEmpty()) {
            free.push(runs.pop().sum);
        }
    }

    /**
     * Adds the next vector, times a weight.
     *
     * @throws IllegalArgumentException if the vector has another length
     */
    public void add(double weight, double[] vector) {
        if (vector.length != size) {
            throw new IllegalArgumentException(
                    "pairwise sum: expected a vector of length " + size + ", got " + vector.length);
        }
        double[] sum = free.isEmpty() ? new double[size] : free.pop();
        for (int i = 0; i < size; i++) {
            sum[i] = weight * vector[i];
        }
        Run run = new Run(1, sum);
        while (!runs.isEmpty() && runs.peek().vectors == run.vectors) {
            run = join(runs.pop(), run);
        }
        runs.push(run);
    }

    /** Writes the sum of all vectors so far; zeros if there were none. */
    public void total(double[] out) {
        if (runs.isEmpty()) {
            Arrays.fill(out, 0);
            return;
        }
        boolean last = true;
        for (Run r : runs) {
            if (last) {
                System.arraycopy(r.sum, 0, out, 0, size);
            } else {
                accumulate(out, r.sum);
            }
            last = false;
        }
    }

    private Run join(Run earlier, Run later) {
        accumulate(earlier.sum, later.sum);
        free.push(later.sum);
        return new Run(earlier.vectors + later.vectors, earlier.sum);
    }

    private static void accumulate(double[] sum, double[] term) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += term[i];
        }
    }
}
