package dev.goshawk.hawq.quantize.family;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** A basis v and its levels v'e, e in {-1, 1}^K or {0, 1}^K, fitted to values by alternating least squares. */
public final class LearnedBasis {
    /** First ranges tried, as shares of the largest magnitude. */
    private static final int RATIOS = 20;
    private static final int TURNS = 30;
    /** Pivots below this share of the number of values: the codes do not determine the basis. */
    private static final double SINGULAR = 1e-9;

    private final double[] basis;
    private final boolean signed;
    /** The codes e, as bits, in the order of their levels. */
    private final int[] codes;
    private final double[] levels;
    private final double[] thresholds;

    public LearnedBasis(double[] basis, boolean signed) {
        this.basis = basis;
        this.signed = signed;
        double[] all = new double[1 << basis.length];
        for (int e = 0; e < all.length; e++) {
            for (int k = 0; k < basis.length; k++) {
                all[e] += coefficient(e, k) * basis[k];
            }
        }
        this.codes = IntStream.range(0, all.length).boxed().sorted(Comparator.comparingDouble(e -> all[e]))
                .mapToInt(Integer::intValue).toArray();
        this.levels = Arrays.stream(codes).mapToDouble(e -> all[e]).toArray();
        this.thresholds = new double[levels.length - 1];
        Arrays.setAll(thresholds, j -> (levels[j] + levels[j + 1]) / 2);
    }

    private double coefficient(int code, int k) {
        int bit = code >> k & 1;
        return signed ? 2 * bit - 1 : bit;
    }

    /** Number of thresholds, which ascend, that a value reaches. */
    public static int reached(double[] thresholds, double value) {
        int low = 0;
        int high = thresholds.length;
        while (low < high) {
            int middle = (low + high) / 2;
            if (value >= thresholds[middle]) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Ascending. */
    public double[] levels() {
        return levels;
    }

    /** The basis of the best of some uniform ranges, improved by turns as long as the squared error falls. */
    public static double[] fitted(double[] values, int bits, boolean signed) {
        double most = Arrays.stream(values).map(Math::abs).max().orElse(0);
        double[] best = new double[bits];
        double least = Double.POSITIVE_INFINITY;
        for (int r = 1; r <= RATIOS && most > 0; r++) {
            double[] uniform = new double[bits];
            double unit = most * r / RATIOS / ((1 << bits) - 1);
            Arrays.setAll(uniform, k -> unit * (1 << k));
            double error = new LearnedBasis(uniform, signed).error(values);
            if (error < least) {
                least = error;
                best = uniform;
            }
        }
        for (int turn = 0; turn < TURNS && least > 0; turn++) {
            double[] next = new LearnedBasis(best, signed).turned(values);
            double error = new LearnedBasis(next, signed).error(values);
            if (error >= least) {
                break;
            }
            least = error;
            best = next;
        }
        return best;
    }

    private double error(double[] values) {
        double sum = 0;
        for (double x : values) {
            double d = levels[reached(thresholds, x)] - x;
            sum += d * d;
        }
        return sum;
    }

    /** The basis of least squares for the nearest codes of values; this one where they do not determine it. */
    public double[] turned(double[] values) {
        int n = basis.length;
        double[][] normal = new double[n][n + 1];
        for (double x : values) {
            int code = codes[reached(thresholds, x)];
            for (int i = 0; i < n; i++) {
                double e = coefficient(code, i);
                for (int j = 0; j < n; j++) {
                    normal[i][j] += e * coefficient(code, j);
                }
                normal[i][n] += e * x;
            }
        }
        return solved(normal, SINGULAR * values.length);
    }

    /** Gaussian elimination with partial pivoting. */
    private double[] solved(double[][] a, double smallest) {
        int n = basis.length;
        for (int c = 0; c < n; c++) {
            int pivot = c;
            for (int r = c + 1; r < n; r++) {
                pivot = Math.abs(a[r][c]) > Math.abs(a[pivot][c]) ? r : pivot;
            }
            double[] row = a[pivot];
            a[pivot] = a[c];
            a[c] = row;
            if (!(Math.abs(row[c]) > smallest)) {
                return basis.clone();
            }
            for (int r = 0; r < n; r++) {
                double factor = r == c ? 0 : a[r][c] / row[c];
                for (int j = c; j <= n && factor != 0; j++) {
                    a[r][j] -= factor * row[j];
                }
            }
        }
        double[] v = new double[n];
        Arrays.setAll(v, i -> a[i][n] / a[i][i]);
        return v;
    }
}
