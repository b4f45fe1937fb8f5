package dev.goshawk.hawq.perturbation;

import dev.goshawk.backend.Executable;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.hawq.curvature.ActivationOperator;
import dev.goshawk.hawq.curvature.CurvatureMatrix;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.Quantizer;
import dev.goshawk.hawq.quantize.TensorQuantizer;
import dev.goshawk.models.ActivationSite;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.models.Mode;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.spectral.estimate.Estimate;
import dev.goshawk.spectral.estimate.HutchinsonTrace;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Traces of the Hessians by the activations of each site, and what rounding does to them. The loss of an image depends on its own
 * activations alone, so that a Hessian by the activations of many images is block diagonal and one random vector is an independent
 * draw for each of them: few draws are enough.
 */
public final class ActivationCurvature {
    private final LossProblem problem;
    private final Quantizer quantizer;
    private final List<BitWidth> widths;
    private final boolean recompute;

    private ActivationCurvature(LossProblem problem, boolean recompute, Quantizer quantizer, List<BitWidth> widths) {
        this.problem = problem;
        this.recompute = recompute;
        this.quantizer = quantizer;
        this.widths = List.copyOf(widths);
    }

    /** Told after each site. */
    @FunctionalInterface
    public interface Listener {
        /** Does nothing. */
        Listener NONE = (site, fraction) -> {
        };

        /** @param fraction of all sites that is done, 0 to 1 */
        void update(String site, double fraction);
    }

    /**
     * Measures every site.
     *
     * @param batch most images computed at once, at least 1
     * @param recompute whether one micro-batch's memory serves all even where the heap could keep them
     * @param widths to measure rounding at, float not among them
     * @param draws random vectors a site, at least 2
     * @return in network order
     */
    public static List<SiteCurvature> of(LossProblem problem, int batch, boolean recompute, Quantizer quantizer,
            List<BitWidth> widths, int draws, long seed, Listener listener) {
        ActivationCurvature measured = new ActivationCurvature(problem, recompute, quantizer, widths);
        List<ActivationSite> sites = problem.description().sites();
        List<Chunk> chunks = measured.chunks(batch);
        List<SiteCurvature> all = new ArrayList<>();
        for (int i = 0; i < sites.size(); i++) {
            all.add(measured.of(sites.get(i), chunks, draws, seed + i));
            listener.update(sites.get(i).name(), (i + 1.0) / sites.size());
        }
        return all;
    }

    /** Consecutive images, and the network traced for them with the values of all sites. */
    private record Chunk(int from, int count, TracedNetwork traced, Map<String, Value> sites) {
    }

    private List<Chunk> chunks(int batch) {
        List<Chunk> chunks = new ArrayList<>();
        int whole = Math.min(batch, problem.samples());
        for (int from = 0; from < problem.samples(); from += whole) {
            int count = Math.min(whole, problem.samples() - from);
            if (!chunks.isEmpty() && count == whole) {
                chunks.add(new Chunk(from, count, chunks.getFirst().traced(), chunks.getFirst().sites()));
                continue;
            }
            Map<String, Value> sites = new LinkedHashMap<>();
            int[] dims = problem.images().shape().dims();
            dims[0] = count;
            TracedNetwork traced = problem.network().trace(problem.dtype(), Shape.of(dims), Mode.EVALUATION,
                    new LayerHooks() {
                        @Override
                        public Value activation(ActivationSite site, Value activation) {
                            sites.put(site.name(), activation);
                            return activation;
                        }
                    }, problem.objective());
            chunks.add(new Chunk(from, count, traced, sites));
        }
        return chunks;
    }

    private SiteCurvature of(ActivationSite site, List<Chunk> chunks, int draws, long seed) {
        int batch = chunks.getFirst().count();
        Estimate trace = new HutchinsonTrace().estimate(
                ActivationOperator.of(problem, CurvatureMatrix.HESSIAN, site.name(), batch, recompute), seed, draws);
        long elements = site.shape().size() / site.shape().dim(0);
        return new SiteCurvature(site.name(), site.block(), elements, trace.value(), trace.standardError(),
                perturbations(site, chunks));
    }

    private static Value value(ActivationSite site, Chunk chunk) {
        Value value = chunk.sites().get(site.name());
        if (value == null) {
            throw new IllegalStateException("activations: the network was traced without '" + site.name() + "'");
        }
        return value;
    }

    private Map<String, Tensor> inputs(Chunk chunk) {
        Map<String, Tensor> inputs = new LinkedHashMap<>(problem.parameters().tensors());
        inputs.put(TracedNetwork.IMAGES, problem.images(chunk.from(), chunk.count()));
        inputs.put(TracedNetwork.LABELS, problem.labels(chunk.from(), chunk.count()));
        return inputs;
    }

    /** Calibrates a quantizer of each width over the sample, then rounds the sample. */
    private Map<BitWidth, Double> perturbations(ActivationSite site, List<Chunk> chunks) {
        SequencedMap<BitWidth, TensorQuantizer> quantizers = new LinkedHashMap<>();
        widths.forEach(w -> quantizers.put(w, quantizer.activation(site.name(), problem.dtype(), w)));
        for (Chunk chunk : chunks) {
            SequencedMap<String, Value> outputs = new LinkedHashMap<>();
            quantizers.forEach((w, q) -> q.measures(value(site, chunk), true)
                    .forEach((name, value) -> outputs.put(w + "/" + name, value)));
            Map<String, Tensor> measured = outputs.isEmpty() ? Map.of() : run(outputs, chunk);
            quantizers.forEach((w, q) -> {
                Map<String, Tensor> own = new LinkedHashMap<>();
                measured.forEach((name, t) -> {
                    if (name.startsWith(w + "/")) {
                        own.put(name.substring(name.indexOf('/') + 1), t);
                    }
                });
                q.observe(own);
            });
        }
        Map<BitWidth, Double> sums = new LinkedHashMap<>();
        for (Chunk chunk : chunks) {
            SequencedMap<String, Value> outputs = new LinkedHashMap<>();
            outputs.put("activation", value(site, chunk));
            Tensor a = run(outputs, chunk).values().iterator().next();
            quantizers.forEach((w, q) -> sums.merge(w, squaredDistance(q.quantized(a), a) / problem.samples(),
                    Double::sum));
        }
        return sums;
    }

    private Map<String, Tensor> run(SequencedMap<String, Value> outputs, Chunk chunk) {
        Executable forward = problem.backend().compile(Graph.of(outputs));
        inputs(chunk).forEach((name, tensor) -> {
            if (forward.inputs().contains(name)) {
                forward.bind(name, tensor);
            }
        });
        forward.run();
        Map<String, Tensor> results = new LinkedHashMap<>();
        outputs.keySet().forEach(name -> results.put(name, forward.output(name).copy()));
        return results;
    }

    private static double squaredDistance(Tensor a, Tensor b) {
        double sum = 0;
        for (int i = 0; i < a.size(); i++) {
            double d = a.get(i) - b.get(i);
            sum += d * d;
        }
        return sum;
    }
}
