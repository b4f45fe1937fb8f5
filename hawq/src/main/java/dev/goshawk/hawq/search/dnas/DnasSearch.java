package dev.goshawk.hawq.search.dnas;

import dev.goshawk.hawq.allocate.BitAllocation;
import dev.goshawk.hawq.allocate.Compression;
import dev.goshawk.hawq.allocate.SearchSettings;
import dev.goshawk.hawq.allocate.solve.IntegerProgram;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.report.RunReport;
import dev.goshawk.hawq.search.Found;
import dev.goshawk.hawq.search.SearchListener;
import dev.goshawk.hawq.search.SearchTask;
import dev.goshawk.hawq.setting.InvalidSettingException;
import dev.goshawk.hawq.setting.Setting;
import dev.goshawk.hawq.training.AlternatingSteps;
import dev.goshawk.hawq.training.Checkpoints;
import dev.goshawk.hawq.training.EpochResult;
import dev.goshawk.hawq.training.GradientDescent;
import dev.goshawk.hawq.training.Schedule;
import dev.goshawk.hawq.training.Schedule.Stage;
import dev.goshawk.hawq.training.Schedule.Turn;
import dev.goshawk.hawq.training.StepRule;
import dev.goshawk.hawq.training.Trainer;
import dev.goshawk.hawq.training.TrainingContext;
import dev.goshawk.hawq.training.TrainingData;
import dev.goshawk.hawq.training.TrainingListener;
import dev.goshawk.hawq.training.TrainingPlan;
import dev.goshawk.hawq.training.TrainingSettings;
import dev.goshawk.hawq.training.objective.TrainingObjective;
import dev.goshawk.hawq.training.optimizer.Adam;
import dev.goshawk.hawq.training.optimizer.LearningRate;
import dev.goshawk.hawq.training.optimizer.Sgd;
import dev.goshawk.models.Block;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.function.LongToDoubleFunction;

/**
 * A differentiable search. Of the images four fifths train the weights and one fifth what is learned of the widths, one step in five: an
 * epoch takes about as long as an ordinary one.
 */
final class DnasSearch {
    /** Share of the images that the widths are learned on. */
    private static final double ASIDE = 0.2;
    /** Steps of the weights to one of the architecture, as many images apart. */
    private static final int EVERY = 4;
    /** Share of the steps before the architecture moves: 10 epochs of 90. */
    private static final double WEIGHTS_ALONE = 1 / 9.0;
    private static final double FIRST_TEMPERATURE = 5;
    /** 5 exp(-0.045 x 90). */
    private static final double LAST_TEMPERATURE = 0.087;
    private static final double RATE = 0.01;
    private static final double ARCHITECTURE_RATE = 0.01;
    private static final double HIGHEST_ARCHITECTURE_RATE = 0.1;
    /** Adam moves each number by about its rate a step: so far that a short search can reach certainty too. */
    private static final double ARCHITECTURE_PATH = 10;
    private static final int WEIGHTS_STREAM = 21;
    private static final int ARCHITECTURE_STREAM = 22;

    private final SearchTask task;
    private final List<BitWidth> widths;
    private final SearchSettings settings;
    private final TrainingData weightImages;
    private final TrainingData architectureImages;
    private final TrainingSettings training;
    private final MixedQuantizer mixed;
    private final long budget;

    /** Images for the weights, and for what is learned of the widths. */
    private record Split(TrainingData weights, TrainingData architecture) {
    }

    DnasSearch(SearchTask task, List<BitWidth> widths, SearchSettings settings) {
        this.task = task;
        this.widths = widths;
        this.settings = settings;
        Split split = split(task, settings);
        this.weightImages = split.weights();
        this.architectureImages = split.architecture();
        this.mixed = new MixedQuantizer(task.settings().quantizer(), widths);
        this.training = task.settings().withQuantizer(mixed).withActivationBits(BitWidth.FLOAT).withStatisticsBatches(0)
                .withEvaluateEvery(0)
                .withBatch(Math.min(task.settings().batch(), weightImages.train().size()));
        this.budget = task.target().budget(task.blocks(), widths.getFirst());
    }

    /**
     * Divides the images; the test images are not among them.
     *
     * @throws InvalidSettingException if there are not as many as wanted
     */
    static Split split(SearchTask task, SearchSettings settings) {
        TrainingData all = task.data();
        int images = all.train().size();
        Integer wanted = settings.images();
        if (wanted != null && (wanted < 2 || wanted > images)) {
            throw new InvalidSettingException(Setting.SEARCH_IMAGES,
                    "2 to " + images + " training images for a differentiable search", wanted);
        }
        long seed = task.settings().seed();
        TrainingData used = wanted == null || wanted == images
                ? all
                : with(all, all.setAside(wanted, seed));
        int aside = (int) Math.max(1, Math.round(ASIDE * used.train().size()));
        TrainingData.Divided d = used.setAside(aside, seed);
        TrainingData architecture = new TrainingData(d.aside(), d.aside(), all.normalization(), all.faults());
        return new Split(new TrainingData(d.rest().train(), d.aside(), all.normalization(), all.faults()),
                architecture);
    }

    private static TrainingData with(TrainingData all, TrainingData.Divided drawn) {
        return new TrainingData(drawn.aside(), all.test(), all.normalization(), all.faults());
    }

    /** What the search takes in memory. */
    TrainingPlan plan() {
        return TrainingPlan.of(task.network(), task.weights(), weightImages, training, objective(), true,
                task.backend());
    }

    private TrainingObjective objective() {
        return new SizedCrossEntropy(mixed, task.blocks(), settings.gamma(), budget);
    }

    Found run(Checkpoints checkpoints, SearchListener listener) {
        List<Turn> turns = task.blocks().stream().map(b -> new Turn(b.name(), widths.getLast())).toList();
        Schedule schedule = new Schedule(List.of(new Stage("search", turns, settings.epochs())),
                new LearningRate.Cosine(RATE, 0), false);
        Trainer trainer = new Trainer(task.network(), task.weights().copy(), weightImages, training, schedule,
                task.backend(), this::rule);
        List<EpochResult> epochs = trainer.run(checkpoints, progress(listener));
        SequencedMap<String, double[]> probabilities = mixed.probabilities();
        BitAllocation allocation = mostProbable(probabilities);
        List<String> notes = new ArrayList<>(List.of(String.format(Locale.ROOT,
                "search: probability of each block's width %s", String.join(", ", task.blocks().stream()
                        .map(b -> String.format(Locale.ROOT, "%.2f", of(b, probabilities)[widths.indexOf(
                                allocation.of(b))]))
                        .toList()))));
        if (task.blocks().size() > 2) {
            int last = task.blocks().size() - 1;
            notes.add(String.format(Locale.ROOT,
                    "counted without the first and the last block, as Wu et al. do: %.2f times smaller",
                    Compression.ratio(task.blocks().subList(1, last), allocation.bits().subList(1, last))));
        }
        Map<String, List<Double>> reported = new LinkedHashMap<>();
        task.blocks().forEach(b -> reported.put(b.name(),
                Arrays.stream(of(b, probabilities)).boxed().toList()));
        int images = weightImages.train().size() + architectureImages.train().size();
        return new Found(allocation, notes,
                new RunReport.Search("DNAS", settings.epochs(), null, images, architectureImages.train().size(),
                        settings.gamma(), epochs.stream().mapToDouble(EpochResult::seconds).sum(), List.of(),
                        widths.stream().map(BitWidth::bits).toList(), reported));
    }

    private static double[] of(Block block, Map<String, double[]> probabilities) {
        return Objects.requireNonNull(probabilities.get(block.name()), block.name());
    }

    /** Of all assignments within the size the most probable one. */
    private BitAllocation mostProbable(Map<String, double[]> probabilities) {
        List<Block> blocks = task.blocks();
        double[][] cost = blocks.stream()
                .map(b -> Arrays.stream(of(b, probabilities)).map(p -> -Math.log(Math.max(p, Double.MIN_NORMAL)))
                        .toArray())
                .toArray(double[][]::new);
        double[][] use = blocks.stream()
                .map(b -> widths.stream().mapToDouble(w -> (double) b.weightCount() * w.bits()).toArray())
                .toArray(double[][]::new);
        int[] options = IntegerProgram.least(cost, new double[][][] {use}, new double[] {budget}).orElseThrow()
                .options();
        return new BitAllocation(blocks, Arrays.stream(options).mapToObj(widths::get).toList());
    }

    private StepRule rule(TrainingContext context) {
        TrainingSettings aside = training.withBatch(Math.min(training.batch(), architectureImages.train().size()));
        StepRule weights = new GradientDescent(context, new Sgd(training.momentum(), false),
                TrainingObjective.crossEntropy(), name -> !mixed.isArchitecture(name));
        StepRule architecture = new GradientDescent(
                new TrainingContext(context.network(), context.parameters(), context.quantized(), architectureImages,
                        aside, context.backend()),
                new Adam(), objective(), mixed::isArchitecture);
        long total = Math.max(1, Math.round(settings.epochs() * weights.stepsPerEpoch()));
        long alone = Math.max(0, Math.min(Math.round(total * WEIGHTS_ALONE), total - EVERY));
        double rate = Math.clamp(ARCHITECTURE_PATH * EVERY / (total - alone), ARCHITECTURE_RATE,
                HIGHEST_ARCHITECTURE_RATE);
        LongToDoubleFunction temperature = step -> FIRST_TEMPERATURE
                * Math.pow(LAST_TEMPERATURE / FIRST_TEMPERATURE, Math.min(1, (double) step / total));
        long seed = training.seed();
        return new AlternatingSteps(new GumbelSteps(weights, mixed, seed, WEIGHTS_STREAM, temperature),
                new GumbelSteps(architecture, mixed, seed, ARCHITECTURE_STREAM,
                        step -> temperature.applyAsDouble(alone + step * EVERY)),
                alone, EVERY, rate);
    }

    private TrainingListener progress(SearchListener listener) {
        return new TrainingListener() {
            @Override
            public void passedOver(String damaged) {
                listener.note(damaged);
            }

            @Override
            public void step(Position p) {
                double fraction = (double) p.done() / p.total();
                listener.searching(String.format(Locale.ROOT, "dnas: search epoch %.1f of %s, loss %.3f",
                        fraction * settings.epochs(), settings.epochs(), p.loss()), fraction);
            }
        };
    }
}
