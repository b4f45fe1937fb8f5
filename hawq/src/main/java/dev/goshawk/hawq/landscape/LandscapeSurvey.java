package dev.goshawk.hawq.landscape;

import dev.goshawk.hawq.curvature.HessianOperator;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.landscape.Landscape.Increase;
import dev.goshawk.hawq.landscape.Landscape.Line;
import dev.goshawk.hawq.landscape.Landscape.Surface;
import dev.goshawk.hawq.perturbation.QuadraticForm;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.Quantizer;
import dev.goshawk.hawq.spectral.Spectrum;
import dev.goshawk.models.Block;
import dev.goshawk.spectral.EigenOptions;
import dev.goshawk.spectral.EigenResult;
import dev.goshawk.spectral.Lanczos;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Measures a {@link Landscape}: eigenvectors first, then the loss along them, then the loss with rounded blocks. */
public final class LandscapeSurvey {
    /** Distance from the weights, in units of a vector of length 1, to which the loss is followed. */
    private static final double REACH = 0.5;
    private static final int LINE_POINTS = 21;
    private static final int SURFACE_POINTS = 15;

    /** Told how far the work is. */
    @FunctionalInterface
    public interface Listener {
        /** Does nothing. */
        Listener NONE = (what, fraction) -> {
        };

        /**
         * Reports progress; throwing from it ends the work.
         *
         * @param what is measured now
         * @param fraction of this kind of measurement that is done, 0 to 1
         */
        void update(String what, double fraction);
    }

    private final LossProblem problem;
    private final int batch;
    private final EigenOptions options;
    private final Listener listener;
    private final LossAround around;

    private LandscapeSurvey(LossProblem problem, int batch, EigenOptions options, Listener listener) {
        this.problem = problem;
        this.batch = batch;
        this.options = options;
        this.listener = listener;
        this.around = new LossAround(problem, batch);
    }

    /**
     * Measures all of it. Takes the spectrum of all blocks, a Hessian product for each block and width, and some 20 forward passes a block
     * and 450 for the two surfaces.
     *
     * @param problem the loss of a network with one-hot labels
     * @param batch most images computed at once, at least 1
     * @param quantizer of the rounded weights
     * @param widths to round to, ascending
     * @param options of the eigenvalues
     */
    public static Landscape of(LossProblem problem, int batch, Quantizer quantizer, List<BitWidth> widths,
            EigenOptions options, Listener listener) {
        return new LandscapeSurvey(problem, batch, options, listener).measure(quantizer, widths);
    }

    private Landscape measure(Quantizer quantizer, List<BitWidth> widths) {
        List<Spectrum.Entry> spectrum = Spectrum.of(problem, batch, options,
                (block, fraction, products, eigenvalue, residual) -> listener.update("eigenvalue of " + block.name(),
                        fraction));
        double loss = around.here();
        List<Line> lines = new ArrayList<>();
        for (Spectrum.Entry entry : spectrum) {
            lines.add(line(entry));
            listener.update("loss along the eigenvector of " + entry.block().name(),
                    (double) lines.size() / spectrum.size());
        }
        Comparator<Spectrum.Entry> bySharpness = Comparator.comparingDouble(e -> Math.abs(e.top().eigenvalue()));
        Block flattest = spectrum.stream().min(bySharpness).orElseThrow().block();
        Block sharpest = spectrum.stream().max(bySharpness).orElseThrow().block();
        List<Surface> surfaces = new ArrayList<>(List.of(surface(flattest)));
        if (!sharpest.equals(flattest)) {
            surfaces.add(surface(sharpest));
        }
        return new Landscape(problem.samples(), loss, lines, surfaces, increases(quantizer, widths, loss));
    }

    private static double[] offsets(int points) {
        return IntStream.range(0, points).mapToDouble(i -> REACH * (2.0 * i / (points - 1) - 1)).toArray();
    }

    private static List<Double> boxed(double[] values) {
        return DoubleStream.of(values).boxed().toList();
    }

    private Line line(Spectrum.Entry entry) {
        double[] offsets = offsets(LINE_POINTS);
        List<double[]> direction = List.of(entry.top().eigenvector());
        double[] losses = DoubleStream.of(offsets).map(t -> around.moved(entry.block(), direction, t)).toArray();
        return new Line(entry.block().name(), entry.top().eigenvalue(), boxed(offsets), boxed(losses));
    }

    private Surface surface(Block block) {
        HessianOperator hessian = HessianOperator.block(problem, block.name(), batch);
        String what = "loss over two eigenvectors of " + block.name();
        List<EigenResult> top = new Lanczos().topK(hessian, 2, options);
        List<double[]> directions = top.stream().map(EigenResult::eigenvector).toList();
        double[] offsets = offsets(SURFACE_POINTS);
        List<List<Double>> losses = new ArrayList<>();
        for (double s : offsets) {
            losses.add(DoubleStream.of(offsets).mapToObj(t -> around.moved(block, directions, s, t)).toList());
            listener.update(what, (double) losses.size() / offsets.length);
        }
        return new Surface(block.name(), top.getFirst().eigenvalue(), top.getLast().eigenvalue(), boxed(offsets),
                losses);
    }

    private List<Increase> increases(Quantizer quantizer, List<BitWidth> widths, double loss) {
        QuadraticForm form = QuadraticForm.of(problem, batch, false, quantizer, widths,
                (block, width, fraction) -> listener.update("product with " + block.name() + " at " + width + " bits",
                        fraction));
        List<Increase> increases = new ArrayList<>();
        for (Block block : problem.description().blocks()) {
            for (BitWidth width : widths) {
                increases.add(new Increase(block.name(), width.bits(),
                        form.single(form.position(block.name(), width)),
                        around.rounded(block, quantizer, width) - loss));
            }
        }
        return increases;
    }
}
