package dev.goshawk.hawq.cli.option;

import dev.goshawk.backend.Backend;
import dev.goshawk.data.Batches;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.source.Datasets;
import dev.goshawk.hawq.curvature.CurvatureMatrix;
import dev.goshawk.hawq.curvature.HessianOperator;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.models.Block;
import dev.goshawk.models.Network;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What commands on curvature matrices share: the network, the sample, which matrix, and which of its diagonal blocks. */
public final class MatrixOptions {
    /** What the parameters are grouped by. */
    public enum By {
        NETWORK, BLOCK, LAYER
    }

    /** A group of parameters under a name. */
    public record Part(String name, List<String> parameters) {
    }

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private DataOptions data = new DataOptions();

    @Option(names = "--split", paramLabel = "NAME", defaultValue = "train",
            description = "Without --samples: the split that images are drawn from by the seed (default: train).")
    private String split = "train";

    @Option(names = "--operator", paramLabel = "NAME", defaultValue = "hessian",
            description = "hessian (default), ggn (generalized Gauss-Newton) or fisher (exact by classes).")
    private CurvatureMatrix operator = CurvatureMatrix.HESSIAN;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0",
            description = "Seed of the random vectors and of the drawn sample (default: 0).")
    private long seed;

    @Option(names = "--dtype", paramLabel = "TYPE", converter = DTypeConverter.class, defaultValue = "float32",
            description = "float32 (default) or float64.")
    private DType dtype = DType.FLOAT32;

    @Mixin
    private SampleOptions sampling = new SampleOptions();

    @Mixin
    private EngineOptions engine = new EngineOptions();

    /** Fails with one line before anything slow if an option is out of its range. */
    public void check(CommandSpec spec) {
        Given.refuseBoth(spec, "--samples", "--sample-size", "the list says which images there are");
        if (Given.is(spec, "--subsample")) {
            throw new ParameterException(spec.commandLine(),
                    "--subsample: expected the command spectrum, the only one that uses a subsample");
        }
        sampling.check();
        model.check();
    }

    /** The loss at the weights over the sample. */
    public LossProblem problem(PrintWriter err) throws IOException {
        Backend backend = engine.backend();
        ImageDataset whole = data.open(split, model.inputSize());
        Network network = model.network(whole);
        data.requireSize(whole, network);
        Batches batches = new Batches(whole, DataOptions.NORMALIZATION, seed);
        int[] order = data.hasSamples() ? batches.inOrder() : batches.order(0);
        int size = data.hasSamples() ? whole.size() : Math.min(whole.size(), sampling.size(model.inputSize()));
        ImageDataset sample = Datasets.load(whole, order, size, data.faults(err));
        Parameters parameters = model.parameters(network, dtype, data.isEmbedded(), seed, err);
        LossProblem problem = LossProblem.of(network, parameters, sample, DataOptions.NORMALIZATION, backend);
        if (model.isRandom(data.isEmbedded())) {
            problem.measureStatistics(sampling.microBatch(model.inputSize()));
        }
        return problem;
    }

    /** The groups of parameters, in network order: all that are trained, or the convolution and linear weights of each block or layer. */
    public List<Part> parts(LossProblem problem, By by) {
        List<Block> blocks = HessianOperator.blocks(problem);
        return switch (by) {
            case NETWORK -> List.of(new Part("network",
                    problem.network().parameters().stream().filter(ParameterSpec::isTrainable).map(ParameterSpec::name)
                            .toList()));
            case BLOCK -> blocks.stream().map(b -> new Part(b.name(), b.weights())).toList();
            case LAYER -> blocks.stream().flatMap(b -> b.weights().stream()).map(w -> new Part(w, List.of(w))).toList();
        };
    }

    /** The chosen matrix by a group of parameters. */
    public HessianOperator operator(LossProblem problem, Part part) {
        return HessianOperator.of(problem, operator, part.parameters(), sampling.microBatch(model.inputSize()),
                sampling.recompute());
    }

    public long seed() {
        return seed;
    }

    /** The matrix and the sample, for a person. */
    public String describe(LossProblem problem) {
        return operator.name().toLowerCase(Locale.ROOT) + " of " + problem.network().name() + " at " + problem.samples()
                + " images (" + data.describe(split) + ")";
    }

    /** The matrix's name. */
    public String name() {
        return operator.name().toLowerCase(Locale.ROOT);
    }
}
