package dev.goshawk.operator;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Sum of vectors as a balanced binary tree over their indices: runs of 1, 2, 4, ... vectors that begin at a multiple of their length
 * are added first, what is left over from the last run to the first. A machine that adds an aligned run of a power of two vectors by
 * itself returns a node of the same tree, so any such split gives the same bits. The rounding error grows with the logarithm of the
 * number of vectors; as many partial sums are held at most.
 */
public final class PairwiseSum {
    private record Run(int vectors, double[] sum) {
    }

    private final Deque<Run> runs = new ArrayDeque<>();
    private final int size;

    /**
     * An empty sum.
     *
     * @param size length of every vector
     */
    public PairwiseSum(int size) {
        this.size = size;
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
        double[] sum = new double[size];
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
        double[] sum = new double[size];
        boolean first = true;
        for (Run r : runs) {
            for (int i = 0; i < size; i++) {
                sum[i] = first ? r.sum[i] : r.sum[i] + sum[i];
            }
            first = false;
        }
        System.arraycopy(sum, 0, out, 0, size);
    }

    private static Run join(Run earlier, Run later) {
        for (int i = 0; i < earlier.sum.length; i++) {
            earlier.sum[i] += later.sum[i];
        }
        return new Run(earlier.vectors + later.vectors, earlier.sum);
    }
}
