package dev.goshawk.hawq;

import dev.goshawk.backend.Backend;
import dev.goshawk.data.Batches;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.ReadListener;
import dev.goshawk.data.source.Datasets;
import dev.goshawk.hawq.allocate.BitPolicy.Need;
import dev.goshawk.hawq.curvature.BlockCurvature;
import dev.goshawk.hawq.curvature.HessianPlan;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.evaluation.Evaluation;
import dev.goshawk.hawq.evaluation.Evaluator;
import dev.goshawk.hawq.memory.Heap;
import dev.goshawk.hawq.perturbation.ActivationCurvature;
import dev.goshawk.hawq.perturbation.QuadraticForm;
import dev.goshawk.hawq.perturbation.SiteCurvature;
import dev.goshawk.hawq.report.RunReport;
import dev.goshawk.hawq.run.Engine;
import dev.goshawk.hawq.spectral.BlockTraces;
import dev.goshawk.hawq.spectral.Spectrum;
import dev.goshawk.hawq.spectral.SpectrumMethod;
import dev.goshawk.hawq.spectral.SpectrumPlan;
import dev.goshawk.hawq.training.TrainingData;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.spectral.EigenOptions;
import dev.goshawk.tensor.DType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The curvature of the float network, kept in the run's folder. */
final class CurvatureStep {
    private static final int MAX_PRODUCTS = 500;
    /** One random vector is an independent draw for each image's activations: fewer will do. */
    private static final int DRAWS_BY_IMAGES = 5;
    private static final String SPECTRUM = "curvature.json";
    private static final String PRODUCTS = "products.json";
    private static final String ACTIVATIONS = "activations.json";

    private final Network network;
    private final TrainingData data;
    private final CurvatureSettings settings;
    private final Backend backend;
    private final EigenOptions options;
    private final boolean traces;
    private @Nullable LossProblem problem;

    CurvatureStep(Network network, TrainingData data, HawqOptions options) {
        this.network = network;
        this.data = data;
        this.settings = options.curvature();
        this.backend = options.backend();
        this.options = EigenOptions.defaults().withTolerance(settings.tolerance()).withMaxIterations(MAX_PRODUCTS)
                .withSeed(options.training().seed());
        this.traces = options.methods().stream().anyMatch(m -> m.policy().needs().contains(Need.TRACES));
    }

    /** Adds what curvature depends on in addition to weights and images. */
    void addSettingsTo(Map<String, String> origin) {
        origin.put("curvature", settings.withSample(null).toString());
        origin.put("search", options.target() + " to " + options.tolerance() + " in " + options.maxIterations()
                + ", seed " + options.seed());
        origin.put("backend", backend.name());
        origin.putAll(Engine.here(backend).values());
    }

    /** Adds the fingerprint of the images where they are no training images. */
    void addTo(Map<String, String> contents) {
        if (settings.sample() != null) {
            contents.put("images of the curvature sample", settings.sample().fingerprint());
        }
    }

    /** What {@link #compute} takes in memory, for as many images as are wanted or there are. */
    SpectrumPlan plan(Parameters weights) {
        ImageDataset train = data.train();
        int images = settings.sample() == null
                ? Math.min(settings.sampleSize(), train.size())
                : settings.sample().size();
        HessianPlan.Task task = new HessianPlan.Task(network, weights.dtype(), images, train.height(), train.width(),
                backend).holding(images(images));
        return SpectrumPlan.of(task, settings.microBatch(), settings.recompute(), settings.method(images), options,
                Heap.limit());
    }

    /** Bytes of decoded images, so many in the sample among them. */
    private long images(int sample) {
        return data.heldBytes() + (long) sample * data.train().imageBytes();
    }

    private ImageDataset sample(HawqListener listener) {
        ReadListener read = (images, total) -> listener.measuring(
                "reading the sample, image " + images + " of " + total,
                (double) images / total);
        ImageDataset given = settings.sample();
        if (given != null) {
            return Datasets.load(given, new Batches(given, data.normalization(), options.seed()).inOrder(),
                    given.size(), data.faults(), read);
        }
        Batches batches = new Batches(data.train(), data.normalization(), options.seed());
        return Datasets.load(data.train(), batches.order(0), settings.sampleSize(), data.faults(), read);
    }

    private LossProblem problem(Parameters weights, ImageDataset sample) {
        return LossProblem.of(network, weights, sample, data.normalization(), backend).holding(images(sample.size()));
    }

    /** The loss over the sample. */
    private LossProblem problem(Parameters weights, HawqListener listener) {
        LossProblem known = problem;
        if (known == null) {
            known = problem(weights, sample(listener));
            problem = known;
        }
        return known;
    }

    private int batch(LossProblem of) {
        return Math.min(settings.microBatch(), of.samples());
    }

    /** What rounding by a method does to the loss, to second order; kept as the spectrum is. */
    QuadraticForm products(KeptMeasurements kept, Parameters weights, Method method, HawqListener listener) {
        QuadraticForm known = kept.read(PRODUCTS, key(method), QuadraticForm.class, listener::note);
        if (known != null) {
            return known;
        }
        LossProblem of = problem(weights, listener);
        QuadraticForm form = QuadraticForm.of(of, batch(of), settings.recompute(), method.quantizer(),
                method.policy().widths(), (block, width, fraction) -> listener.measuring(
                        "product with " + block.name() + " at " + width + " bits", fraction));
        kept.write(PRODUCTS, key(method), form);
        return form;
    }

    /** The curvature by activations, and what rounding by a method does to them; kept as the spectrum is. */
    List<SiteCurvature> activations(KeptMeasurements kept, Parameters weights, Method method, HawqListener listener) {
        SiteCurvature[] known = kept.read(ACTIVATIONS, key(method), SiteCurvature[].class, listener::note);
        if (known != null) {
            return List.of(known);
        }
        LossProblem of = problem(weights, listener);
        List<SiteCurvature> sites = ActivationCurvature.of(of, batch(of), settings.recompute(), method.quantizer(),
                method.policy().widths(),
                Math.max(2, settings.draws() / DRAWS_BY_IMAGES), options.seed(),
                (site, fraction) -> listener.measuring("curvature by activations " + site, fraction));
        kept.write(ACTIVATIONS, key(method), sites);
        return sites;
    }

    private static String key(Method method) {
        return method.name() + ", " + method.quantizer().describeWeights() + ", "
                + method.quantizer().describeActivations() + ", widths " + method.policy().widths();
    }

    /** Computes the spectrum, or reads it where it is kept. */
    Curvature compute(KeptMeasurements kept, Parameters weights, HawqListener listener) {
        Curvature known = kept.read(SPECTRUM, "", Curvature.class, listener::note);
        if (known != null) {
            return traces ? withTraces(kept, known, problem(weights, listener), listener) : known;
        }
        DType dtype = weights.dtype();
        ImageDataset sample = sample(listener);
        int batch = Math.min(settings.microBatch(), sample.size());
        Evaluation point = new Evaluator(
                network.trace(dtype, batch, sample.height(), sample.width(), Mode.EVALUATION, LayerHooks.NONE), weights,
                backend)
                .evaluate(new Batches(sample, data.normalization(), 0),
                        (image, logits) -> listener.measuring(
                                "loss of the sample, image " + (image + 1) + " of " + sample.size(),
                                (image + 1.0) / sample.size()));
        LossProblem of = problem(weights, sample);
        problem = of;
        SpectrumMethod method = settings.method(sample.size());
        long began = System.nanoTime();
        List<Spectrum.Entry> entries = Spectrum.of(of, batch, settings.recompute(), method, options,
                listener.spectrum());
        double seconds = (System.nanoTime() - began) / 1e9;
        List<BlockCurvature> blocks = entries.stream().map(Spectrum.Entry::curvature).toList();
        Curvature result = new Curvature(IntStream.range(0, sample.size()).mapToObj(sample::name).toList(),
                new RunReport.Curvature(method.name(), options.target().name(), settings.tolerance(), MAX_PRODUCTS,
                        dtype.toString(), point.loss(), point.accuracy(), seconds),
                blocks);
        kept.write(SPECTRUM, "", result);
        listener.curvature(result);
        return traces ? withTraces(kept, result, of, listener) : result;
    }

    /** The same with the blocks' traces, which are kept as well. */
    private Curvature withTraces(KeptMeasurements kept, Curvature known, LossProblem of, HawqListener listener) {
        if (known.blocks().stream().allMatch(b -> b.trace() != null)) {
            return known;
        }
        Curvature result = new Curvature(known.samples(), known.report(), traced(of, known.blocks(), listener));
        kept.write(SPECTRUM, "", result);
        return result;
    }

    private List<BlockCurvature> traced(LossProblem of, List<BlockCurvature> blocks, HawqListener listener) {
        return BlockTraces.of(of, blocks, batch(of), settings.recompute(), settings.draws(), options.seed(),
                (block, fraction, draws, trace, error) -> listener.measuring(String.format(Locale.ROOT,
                        "trace of %s: draw %d, %.4g +- %.2g", block, draws, trace, error), fraction));
    }
}
