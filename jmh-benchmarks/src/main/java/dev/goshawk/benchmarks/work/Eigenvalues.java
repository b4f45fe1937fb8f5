package dev.goshawk.benchmarks.work;

import dev.goshawk.backend.Backend;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.spectral.Spectrum;
import dev.goshawk.spectral.EigenOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The top eigenvalue of each HAWQ block to residual 1e-2 of lambda, from nothing to the last: tracing and compiling included. */
public final class Eigenvalues implements Workload {
    /** On ||Hv - lambda v|| / |lambda|, by the whole sample. */
    public static final double TOLERANCE = 1e-2;

    private final LossProblem problem;
    private List<Spectrum.Entry> entries = List.of();

    /** By the problem's images. */
    public Eigenvalues(Problem p, Backend backend) {
        problem = new LossProblem(p.network(), p.parameters(), p.images(), p.labels(), backend);
    }

    @Override
    public Map<String, Double> facts() {
        run();
        Map<String, Double> facts = new LinkedHashMap<>();
        int products = 0;
        int fewer = 0;
        for (Spectrum.Entry e : entries) {
            if (!e.top().converged()) {
                throw new IllegalStateException(e.block().name() + ": not converged, residual "
                        + e.top().relativeResidual() + " of lambda");
            }
            facts.put("lambda " + e.block().name(), e.top().eigenvalue());
            products += e.top().iterations();
            fewer += e.subsampleProducts();
        }
        facts.put("note products", (double) products);
        facts.put("note products by the subsample", (double) fewer);
        return facts;
    }

    @Override
    public void run() {
        entries = Spectrum.of(problem, problem.samples(), EigenOptions.defaults().withTolerance(TOLERANCE),
                Spectrum.Listener.NONE);
    }
}
