package dev.goshawk.hawq;

import dev.goshawk.backend.Backend;
import dev.goshawk.data.Batches;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.source.Datasets;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.evaluation.Evaluation;
import dev.goshawk.hawq.evaluation.Evaluator;
import dev.goshawk.hawq.memory.Heap;
import dev.goshawk.hawq.memory.HeapTooSmallException;
import dev.goshawk.hawq.quantize.Quantizer;
import dev.goshawk.hawq.quantize.family.StartingClips;
import dev.goshawk.hawq.quantize.family.StoredActivations;
import dev.goshawk.hawq.report.RunReport;
import dev.goshawk.hawq.run.Engine;
import dev.goshawk.hawq.run.RunFolder;
import dev.goshawk.hawq.run.RunInputs;
import dev.goshawk.hawq.run.RunStart;
import dev.goshawk.hawq.search.SearchPolicy;
import dev.goshawk.hawq.search.SearchTask;
import dev.goshawk.hawq.spectral.SpectrumPlan;
import dev.goshawk.hawq.training.DivergedException;
import dev.goshawk.hawq.training.TrainingData;
import dev.goshawk.hawq.training.TrainingPlan;
import dev.goshawk.models.Block;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A quantization that is checked and planned, and can be run. */
public final class HawqPlan {
    private final Network network;
    private final Parameters weights;
    private final TrainingData data;
    private final HawqOptions options;
    private final Backend backend;
    private final @Nullable CurvatureStep curvature;
    private final @Nullable SpectrumPlan spectrum;
    private final TrainingPlan training;

    private HawqPlan(Network network, Parameters weights, TrainingData data, HawqOptions options) {
        this.network = network;
        this.weights = weights;
        this.data = data;
        this.options = options;
        this.backend = options.backend();
        requireFitting(network, weights, data);
        List<Block> blocks = network.describe().blocks();
        options.methods().forEach(m -> m.requireUsable(blocks, options.target()));
        if (!options.training().activationBits().isFloat()) {
            options.methods().forEach(m -> StoredActivations.requireStorable(m.quantizer()));
        }
        this.training = Stream.concat(
                options.methods().stream().map(Method::quantizer).distinct().map(this::training), searches())
                .max(Comparator.comparingLong(plan -> plan.footprint().bytes())).orElseThrow();
        this.curvature = options.methods().stream().anyMatch(m -> m.policy().usesCurvature())
                ? new CurvatureStep(network, data, options)
                : null;
        this.spectrum = curvature == null ? null : curvature.plan(weights);
    }

    private TrainingPlan training(Quantizer quantizer) {
        return TrainingPlan.of(network, weights, data, options.training().withQuantizer(quantizer),
                options.fineTuning().measures().objective(network, weights), true, backend);
    }

    private Stream<TrainingPlan> searches() {
        List<TrainingPlan> plans = new ArrayList<>();
        for (Method method : options.methods()) {
            if (method.policy() instanceof SearchPolicy searching) {
                SearchTask task = options.searchTask(method, network, weights, data);
                searching.requireSearchable(task);
                plans.addAll(searching.plans(task));
            }
        }
        return plans.stream();
    }

    private static void requireFitting(Network network, Parameters weights, TrainingData data) {
        if (!weights.specs().equals(network.parameters())) {
            throw new IllegalArgumentException("weights: expected the parameters of " + network.name()
                    + ", got those of another network");
        }
        int classes = data.train().classes().size();
        if (network.classes() != classes) {
            throw new IllegalArgumentException("data: expected " + network.classes() + " classes, the outputs of "
                    + network.name() + ", got " + classes);
        }
    }

    static HawqPlan of(Network network, Parameters weights, TrainingData data, HawqOptions options) {
        return new HawqPlan(network, weights, data, options);
    }

    /** What the curvature takes, or null where no method goes by it. */
    public @Nullable SpectrumPlan spectrum() {
        return spectrum;
    }

    /** What fine-tuning takes, by the quantizer that takes most, or a search that takes more. */
    public TrainingPlan training() {
        return training;
    }

    /**
     * Passes if everything fits.
     *
     * @throws HeapTooSmallException if it does not, of what takes most
     */
    public void requireFits() {
        long limit = Heap.limit(backend);
        List<Runnable> checks = new ArrayList<>(List.of(() -> training.requireFits(limit)));
        if (spectrum != null) {
            checks.add(() -> spectrum.requireFits(limit));
        }
        HeapTooSmallException.requireAll(checks);
    }

    /**
     * Quantizes the network.
     *
     * @param start where, begun by this; not closed
     * @param origin what the run's files are to say of where its parts come from
     * @param listener told how far the work is
     * @throws IOException as {@link Hawq#quantize(Network, Parameters, TrainingData, HawqOptions, java.nio.file.Path)}
     */
    public HawqResult run(RunStart start, RunOrigin origin, HawqListener listener) throws IOException {
        return run(start, origin, listener, null);
    }

    /**
     * Quantizes the network as one of several runs that start from it.
     *
     * @param common folder in which they keep the curvature that they have in common, made where it is missing; null if there is none
     */
    public HawqResult run(RunStart start, RunOrigin origin, HawqListener listener, @Nullable Path common)
            throws IOException {
        requireFits();
        SequencedMap<String, String> contents = RunInputs.fingerprints(data, weights);
        if (curvature != null) {
            curvature.addTo(contents);
        }
        for (Method m : options.methods()) {
            if (m.quantizer() instanceof StartingClips starting) {
                contents.put("activation clips", starting.clips().toString());
            }
        }
        Parameters from = options.untrained() ? measured() : weights;
        try (RunFolder folder = start.begin(origin.command(), origin.values(), contents, Engine.here(backend))) {
            listener.began(folder);
            folder.doubt().ifPresent(listener::note);
            return run(folder, kept(folder, common, contents), from, origin, listener);
        }
    }

    private KeptMeasurements kept(RunFolder folder, @Nullable Path common, SequencedMap<String, String> contents) {
        SequencedMap<String, String> all = new LinkedHashMap<>(contents);
        all.put("statistics", options.untrained() ? "measured" : "the weights' own");
        if (curvature != null) {
            curvature.addSettingsTo(all);
        }
        return new KeptMeasurements(folder, common, all);
    }

    private HawqResult run(RunFolder folder, KeptMeasurements kept, Parameters from, RunOrigin origin,
            HawqListener listener) {
        Evaluation floats = evaluate(from, listener);
        listener.evaluated(floats);
        Curvature top = curvature == null ? null : curvature.compute(kept, from, listener);
        List<DivergedException> failures = new ArrayList<>();
        List<MethodResult> results = new QuantizationRun(folder, kept, network, from, data, options, listener,
                curvature)
                .run(options.methods(), top, failures::add);
        RunReport report = new QuantizationReport(folder, network, from, data, options, origin)
                .of(results, top, floats.accuracy());
        folder.writeReport(report);
        return new HawqResult(folder.path(), floats, top, results, failures, report);
    }

    private Evaluation evaluate(Parameters from, HawqListener listener) {
        ImageDataset test = data.test();
        int batch = Math.min(options.training().batch(), test.size());
        return new Evaluator(network.trace(weights.dtype(), batch, test.height(), test.width(), Mode.EVALUATION,
                LayerHooks.NONE), from, backend).evaluate(new Batches(test, data.normalization(), 0), data.faults(),
                        (image, logits) -> listener.evaluating(image + 1, test.size()));
    }

    /** A copy of weights without training, with the running statistics of the first training images. */
    private Parameters measured() {
        Parameters copy = weights.copy();
        int images = options.training().batch();
        int[] first = new Batches(data.train(), data.normalization(), 0).inOrder();
        ImageDataset sample = Datasets.load(data.train(), first, images, data.faults());
        LossProblem.of(network, copy, sample, data.normalization(), backend).measureStatistics(images);
        return copy;
    }
}
