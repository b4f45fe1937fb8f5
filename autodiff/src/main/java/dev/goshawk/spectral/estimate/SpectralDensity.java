package dev.goshawk.spectral.estimate;

import dev.goshawk.operator.LinearOperator;
import dev.goshawk.spectral.NonFiniteProductException;
import dev.goshawk.spectral.ProgressListener;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The density of an operator's eigenvalues by {@link LanczosQuadrature}, as PyHessian draws it (Yao et al., 2020; Ghorbani, Krishnan and
 * Xiao, ICML 2019),
 * <pre>phi(t) = 1/n sum_i N(t; lambda_i, sigma^2)  ~  mean over the probes of  sum_j w_j N(t; theta_j, sigma^2).</pre>
 *
 * <p>What the smoothing does: every eigenvalue becomes a bell of standard deviation sigma ({@link #width()}). Clusters nearer to each other
 * than about two sigma merge, some of the density lies up to three sigma beyond the outermost eigenvalue (below 0 for a semidefinite
 * operator), and the variance of the spectrum grows by sigma^2. A single eigenvalue of n has the height 1 / (n sigma sqrt(2 pi)): draw the
 * density on a logarithmic axis. Moments, nodes and weights are not smoothed.
 *
 * @param grid t, ascending, evenly spaced
 * @param density phi at the grid
 * @param standardErrors of the density at the grid, from the spread of the probes
 * @param nodes theta of all probes, one probe after another
 * @param weights of the nodes, of sum 1 over all probes
 * @param moments the first four power moments of the spectrum of A / ||A||: tr (A / ||A||)^k / n
 * @param momentErrors their standard errors
 * @param norm ||A||, the largest node in magnitude
 * @param width sigma
 * @param probes number of probes
 * @param products operator products spent
 * @param samplingError the integral of the standard error over the grid: how far the choice of probes moves the density, in L1
 * @param stepError L1 distance to the density of a quarter of the steps less
 * @param rangeError how far the last quarter of the steps moved the outermost nodes, the farther of the two, in parts of ||A|| or of
 *     sigma if that is larger: of a tail the area, which L1 distances measure, says little
 * @param converged whether all three are at most the tolerance, and the grid {@linkplain #isFine() fine enough} to tell
 * @param seed of the random vectors
 */
@SuppressWarnings("ArrayRecordComponent") // results are not compared or hashed
public record SpectralDensity(double[] grid, double[] density, double[] standardErrors, double[] nodes,
        double[] weights, double[] moments, double[] momentErrors, double norm, double width, int probes, int products,
        double samplingError, double stepError, double rangeError, boolean converged, long seed) {
    private static final int MOMENTS = 4;

    /**
     * Estimates the density with {@code probes * steps} products.
     *
     * @throws NonFiniteProductException if a product holds a NaN or an infinity
     */
    public static SpectralDensity of(LinearOperator operator, DensityOptions options) {
        return of(operator, options, ProgressListener.NONE);
    }

    /** As {@link #of(LinearOperator, DensityOptions)}; the listener is told after each product, as {@link LanczosQuadrature#of} tells it. */
    public static SpectralDensity of(LinearOperator operator, DensityOptions options, ProgressListener listener) {
        return of(LanczosQuadrature.of(operator, options.seed(), options.probes(), options.steps(), listener), options);
    }

    /**
     * The density of probes that were run already, smoothed as the options say.
     *
     * @param options of which seed, probes and steps are passed over
     */
    public static SpectralDensity of(LanczosQuadrature quadrature, DensityOptions options) {
        Interval nodes = quadrature.range();
        double width = options.width() > 0 ? options.width() : automaticWidth(nodes);
        double[] grid = grid(nodes, width, options.range(), options.points());
        int probes = quadrature.rules().size();
        double[] density = new double[grid.length];
        double[] errors = new double[grid.length];
        double sampling = 0;
        double step = 0;
        double spacing = grid[1] - grid[0];
        for (int i = 0; i < grid.length; i++) {
            RunningMean mean = smoothed(quadrature.rules(), grid[i], width);
            density[i] = mean.mean();
            errors[i] = mean.standardError();
            sampling += errors[i] * spacing;
            step += Math.abs(density[i] - smoothed(quadrature.shorter(), grid[i], width).mean()) * spacing;
        }
        double[] moments = new double[MOMENTS];
        double[] momentErrors = new double[MOMENTS];
        for (int k = 0; k < MOMENTS; k++) {
            Estimate moment = quadrature.moment(k + 1);
            moments[k] = moment.value();
            momentErrors[k] = moment.standardError();
        }
        double range = rangeError(nodes, quadrature.shorterRange(),
                Math.max(quadrature.norm(), width));
        return new SpectralDensity(grid, density, errors,
                quadrature.rules().stream().flatMapToDouble(r -> Arrays.stream(r.nodes())).toArray(),
                quadrature.rules().stream().flatMapToDouble(r -> Arrays.stream(r.weights()))
                        .map(w -> w / probes).toArray(),
                moments, momentErrors, quadrature.norm(), width, probes, quadrature.products(), sampling, step, range,
                Math.max(Math.max(sampling, step), range) <= options.tolerance() && isFine(grid, width),
                quadrature.seed());
    }

    /**
     * The interval that holds the smoothed density at a grid point with a given probability, by Student's t distribution with {@code probes
     * - 1} degrees of freedom.
     *
     * @param i position in the grid
     * @param level in (0, 1)
     */
    public Interval band(int i, double level) {
        return new Estimate(density[i], standardErrors[i], probes, products, converged, seed).interval(level);
    }

    /** Whether the grid has a point on every two sigma: on a coarser one eigenvalues may lie between its points, unseen. */
    public boolean isFine() {
        return isFine(grid, width);
    }

    /** The numbers, without the curves. */
    @Override
    public String toString() {
        return "spectral density at " + grid.length + " points of [" + grid[0] + ", " + grid[grid.length - 1]
                + "], width " + width + ", moments of A / ||A|| " + Arrays.toString(moments) + ", ||A|| " + norm
                + (converged ? "" : ", not converged") + " (" + probes + " probes, " + products + " products)";
    }

    private static double rangeError(Interval range, Interval before, double unit) {
        return Math.max(Math.abs(range.low() - before.low()), Math.abs(range.high() - before.high())) / unit;
    }

    private static boolean isFine(double[] grid, double width) {
        return grid[1] - grid[0] <= 2 * width;
    }

    /** A hundredth of the range, of a spectrum of one value that of its size. */
    private static double automaticWidth(Interval nodes) {
        double extent = Math.max(nodes.high() - nodes.low(),
                1e-6 * Math.max(Math.abs(nodes.low()), Math.abs(nodes.high())));
        return extent > 0 ? Math.max(extent / 100, DensityOptions.NARROWEST) : 1e-6;
    }

    private static double[] grid(Interval nodes, double width, @Nullable Interval range, int points) {
        double low = range == null ? nodes.low() - 5 * width : range.low();
        double high = range == null ? nodes.high() + 5 * width : range.high();
        double[] grid = new double[points];
        for (int i = 0; i < points; i++) {
            grid[i] = low + (high - low) * i / (points - 1);
        }
        return grid;
    }

    private static double bell(double x) {
        return Math.exp(-0.5 * x * x);
    }

    private static RunningMean smoothed(List<LanczosQuadrature.Rule> rules, double t, double width) {
        double height = 1 / (width * Math.sqrt(2 * Math.PI));
        RunningMean mean = new RunningMean();
        for (LanczosQuadrature.Rule r : rules) {
            mean.add(height * r.sum(x -> bell((t - x) / width)));
        }
        return mean;
    }
}
