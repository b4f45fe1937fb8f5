package dev.goshawk.operator;

import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * Sum of vectors as a balanced binary tree over their indices: runs of 1, 2, 4, ... vectors that begin at a multiple of their length
 * are added first, what is left over from the last run to the first. A machine that adds some consecutive vectors by itself returns
 * nodes of the same tree ({@link #runs}), from which {@link #add(Run)} goes on, so any split is bit-identical. The rounding error
 * grows with the logarithm of the number of vectors. Memory: {@link #vectors} of that number, kept for the next sum.
 */
public final class PairwiseSum {
    /**
     * A node of the tree: the sum of an aligned run.
     *
     * @param first index of its first vector, a multiple of {@code vectors}
     * @param vectors how many, a power of two
     * @param sum shared, not copied
     */
    public record Run(int first, int vectors, double[] sum) implements Serializable {
        public Run {
            if (first < 0 || vectors < 1 || Integer.bitCount(vectors) != 1 || first % vectors != 0) {
                throw new IllegalArgumentException(
                        "pairwise sum: expected a run of a power of two vectors from a multiple of"
                                + " their number, got " + vectors + " from " + first);
            }
        }
    }

    private final Deque<Run> runs = new ArrayDeque<>();
    private final Deque<double[]> free = new ArrayDeque<>();
    private final int size;
    private final int first;
    private int next;

    /**
     * An empty sum.
     *
     * @param size length of every vector
     */
    public PairwiseSum(int size) {
        this(size, 0);
    }

    /**
     * An empty part of a sum.
     *
     * @param size length of every vector
     * @param first index of the first vector that will be added
     */
    public PairwiseSum(int size, int first) {
        if (first < 0) {
            throw new IllegalArgumentException("pairwise sum: expected a first index of at least 0, got " + first);
        }
        this.size = size;
        this.first = first;
        this.next = first;
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
        next = first;
    }

    /**
     * Adds the next vector, times a weight.
     *
     * @throws IllegalArgumentException if the vector has another length
     */
    public void add(double weight, double[] vector) {
        double[] sum = copyable(vector);
        for (int i = 0; i < size; i++) {
            sum[i] = weight * vector[i];
        }
        push(new Run(next, 1, sum));
    }

    /**
     * Adds what another sum made of the next vectors, copying it.
     *
     * @throws IllegalArgumentException if the run does not begin where the last one ended, or has another length
     */
    public void add(Run run) {
        if (run.first != next) {
            throw new IllegalArgumentException(
                    "pairwise sum: expected a run from vector " + next + ", got one from " + run.first);
        }
        double[] sum = copyable(run.sum);
        System.arraycopy(run.sum, 0, sum, 0, size);
        push(new Run(run.first, run.vectors, sum));
    }

    private double[] copyable(double[] vector) {
        if (vector.length != size) {
            throw new IllegalArgumentException(
                    "pairwise sum: expected a vector of length " + size + ", got " + vector.length);
        }
        return free.isEmpty() ? new double[size] : free.pop();
    }

    private void push(Run added) {
        Run run = added;
        next += added.vectors;
        while (!runs.isEmpty() && runs.peek().vectors == run.vectors && runs.peek().first % (2L * run.vectors) == 0) {
            run = join(runs.pop(), run);
        }
        runs.push(run);
    }

    /** The nodes that the vectors so far make up, in order, as copies: what a machine sends to the one that adds all. */
    public List<Run> runs() {
        List<Run> nodes = new ArrayList<>();
        for (Iterator<Run> i = runs.descendingIterator(); i.hasNext();) {
            Run run = i.next();
            nodes.add(new Run(run.first, run.vectors, run.sum.clone()));
        }
        return nodes;
    }

    /** Writes the sum of all vectors so far; zeros if there were none. Only a sum from vector 0 has a split's bits. */
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
        return new Run(earlier.first, earlier.vectors + later.vectors, earlier.sum);
    }

    private static void accumulate(double[] sum, double[] term) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += term[i];
        }
    }
}
