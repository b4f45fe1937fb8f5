package dev.goshawk.hawq.cli.option;

import dev.goshawk.backend.Backend;
import dev.goshawk.data.Batches;
import dev.goshawk.hawq.cli.data.DataOptions;
import dev.goshawk.hawq.cli.data.Reading;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.Normalization;
import dev.goshawk.data.source.Datasets;
import dev.goshawk.hawq.cli.cluster.ClusterOptions;
import dev.goshawk.hawq.cli.cluster.OperatorSource;
import dev.goshawk.hawq.curvature.CurvatureMatrix;
import dev.goshawk.hawq.curvature.CurvaturePart;
import dev.goshawk.hawq.curvature.CurvaturePlan;
import dev.goshawk.hawq.curvature.HessianPlan;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.curvature.Partition;
import dev.goshawk.hawq.memory.Footprint;
import dev.goshawk.hawq.memory.Heap;
import dev.goshawk.hawq.run.Engine;
import dev.goshawk.hawq.run.FileDigest;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ObjectNode;

/** What commands on curvature matrices share: the network, the sample, and which matrix. */
public final class MatrixOptions {
    /**
     * What was opened before anything is computed.
     *
     * @param whole the images that the sample is taken from
     * @param images size of the sample
     */
    public record Opened(Backend backend, ImageDataset whole, Network network, int images) {
        /** With as many images as could be read. */
        public Opened withImages(int read) {
            return new Opened(backend, whole, network, read);
        }
    }

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private DataOptions data = new DataOptions();

    @Option(names = "--split", paramLabel = "NAME", defaultValue = "train",
            description = "Without --samples: the split from which the seed chooses images (default: train).")
    private String split = "train";

    @Option(names = "--operator", paramLabel = "NAME", defaultValue = "hessian",
            description = "hessian (default), ggn (generalized Gauss-Newton) or fisher (exact by classes).")
    private CurvatureMatrix operator = CurvatureMatrix.HESSIAN;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0",
            description = "Seed of the random vectors and of the sample (default: 0).")
    private long seed;

    @Option(names = "--dtype", paramLabel = "TYPE", converter = DTypeConverter.class, defaultValue = "float32",
            description = "float32 (default) or float64.")
    private DType dtype = DType.FLOAT32;

    @Mixin
    private SampleOptions sampling = new SampleOptions();

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Mixin
    private ClusterOptions cluster = new ClusterOptions();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    /** Fails with one line before anything slow if an option is out of its range. */
    public void check(Partition by, boolean dryRun) {
        Given.refuseBoth(spec, "--samples", "--sample-size", "the list says which images there are");
        sampling.check();
        model.check(data.input(), spec.commandLine().getErr());
        cluster.check(spec, by, dryRun);
    }

    /** Opens the images, whose classes say which network it is; a line says where there are fewer than were asked for. */
    public Opened open(PrintWriter err) throws IOException {
        Backend backend = engine.backend();
        ImageDataset whole = data.open(split, model.inputSize(), err);
        Network network = model.network(whole);
        data.requireSize(whole, network);
        if (data.hasSamples()) {
            return new Opened(backend, whole, network, whole.size());
        }
        sampling.tellSize(whole.size(), err);
        return new Opened(backend, whole, network, Math.min(whole.size(), sampling.size(model.inputSize())));
    }

    /** The computation, for planning it. */
    public HessianPlan.Task task(Opened opened) {
        return new HessianPlan.Task(opened.network, dtype, opened.images, opened.whole.height(),
                opened.whole.width(), opened.backend).holding(imageBytes(opened));
    }

    /** Of the data set's decoded images and the sample's. */
    private static long imageBytes(Opened opened) {
        return ImageDataset.heldBytes(List.of(opened.whole)) + (long) opened.images * opened.whole.imageBytes();
    }

    /** What estimates that hold so many vectors take, part after part. */
    public Footprint plan(Opened opened, List<CurvaturePart> parts, int microBatch, int vectors) {
        return CurvaturePlan.of(task(opened), operator, parts, microBatch, sampling.recompute(), vectors,
                Heap.limit());
    }

    /** Passes if a plan fits into the heap, unless a cluster computes it; one line otherwise. */
    public void requireFits(Opened opened, Footprint plan) {
        if (!isOnCluster()) {
            CurvaturePlan.requireFits(plan, task(opened), microBatch(), Heap.limit(opened.backend));
        }
    }

    /** The images of the sample. */
    public ImageDataset sample(Opened opened, PrintWriter err) {
        Batches batches = new Batches(opened.whole, data.normalization(), seed);
        int[] order = data.hasSamples() ? batches.inOrder() : batches.order(0);
        return Reading.of(err, read -> Datasets.load(opened.whole, order, opened.images, data.faults(err), read));
    }

    /** The loss at the weights over the sample, so many images at once. */
    public LossProblem problem(Opened opened, ImageDataset sample, int microBatch, PrintWriter err)
            throws IOException {
        Parameters parameters = model.parameters(opened.network, dtype, data.isEmbedded(), seed, err);
        DataOptions.printNotes(opened.whole, err);
        LossProblem problem = LossProblem.of(opened.network, parameters, sample, data.normalization(),
                opened.backend).holding(imageBytes(opened));
        if (model.isRandom(data.isEmbedded())) {
            problem.measureStatistics(microBatch);
        }
        return problem;
    }

    /** Options that every number depends on, by name. */
    public Map<String, String> values(Opened opened, Partition by, int microBatch) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("--operator", name());
        values.put("--by", by.name().toLowerCase(Locale.ROOT));
        values.put("--dtype", dtype.toString());
        values.put("--seed", Long.toString(seed));
        values.put("--micro-batch", Integer.toString(microBatch));
        values.put("--backend", opened.backend.name());
        return values;
    }

    /** Where operators compute, so many images at once; a line says which cluster it is, if one was asked for. */
    public OperatorSource connect(Opened opened, int microBatch, PrintWriter err) {
        cluster.check(spec, opened.images, microBatch);
        return new OperatorSource(cluster.connect(opened.backend, err), operator, microBatch, sampling.recompute());
    }

    /** Whether operators compute on a cluster. */
    public boolean isOnCluster() {
        return cluster.isAsked();
    }

    /** Which matrix. */
    public CurvatureMatrix matrix() {
        return operator;
    }

    public long seed() {
        return seed;
    }

    public DType dtype() {
        return dtype;
    }

    public boolean recompute() {
        return sampling.recompute();
    }

    /** What bytes of images become. */
    public Normalization normalization() {
        return data.normalization();
    }

    /** Images at once. */
    public int microBatch() {
        return sampling.microBatch(model.inputSize());
    }

    /** The matrix and the sample, for a person. */
    public String describe(Opened opened) {
        return name() + " of " + opened.network.name() + " at " + sample(opened);
    }

    private String sample(Opened opened) {
        return opened.images + (opened.images == 1 ? " image" : " images")
                + (data.hasSamples() ? " of " : " drawn from ")
                + data.describe(split);
    }

    /**
     * Network, weights and sample, for a person.
     *
     * @param digest of the weights' file, or null
     */
    public Map<String, String> facts(Opened opened, @Nullable String digest) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Network", opened.network.name());
        facts.put("Weights", weights() + (digest == null ? "" : ", sha256 " + digest));
        facts.put("Sample", sample(opened) + (data.hasSamples() ? "" : ", seed " + seed));
        return facts;
    }

    /**
     * What numbers come from, for a program.
     *
     * @param digest of the weights' file, or null
     */
    public ObjectNode run(Opened opened, int microBatch, @Nullable String digest) {
        Engine engine = Engine.here(opened.backend);
        return Outputs.object().put("model", opened.network.name()).put("weights", weights())
                .put("weights_sha256", digest).put("data", data.describe(split))
                .put("samples", opened.images).put("seed", seed).put("micro_batch", microBatch)
                .put("dtype", dtype.toString()).put("backend", engine.backend()).put("lanes", engine.lanes())
                .put("jdk", engine.jdk()).put("goshawk", engine.goshawk());
    }

    private String weights() {
        return model.source(data.isEmbedded(), seed);
    }

    /** SHA-256 of the weights' file; null where there is none, or it could be read but once. */
    public @Nullable String digest() {
        Path file = model.file();
        return file != null && Files.isRegularFile(file) ? FileDigest.sha256(file) : null;
    }

    /** The matrix's name. */
    public String name() {
        return operator.name().toLowerCase(Locale.ROOT);
    }
}
