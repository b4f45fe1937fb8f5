package dev.goshawk.hawq.cli.option;

import dev.goshawk.hawq.reproduce.Experiment;
import dev.goshawk.hawq.reproduce.ExperimentTable;
import dev.goshawk.hawq.training.TrainingData;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Which rows of a table are run, how long they train, and where finished ones are kept. */
public final class TableOptions {
    private static final double EPOCHS = 15;
    private static final double EMBEDDED_EPOCHS = 3;
    private static final int MOST_SEEDS = 1000;
    /** Most images held out of training, by which every choice is made. */
    private static final int HELD_OUT = 5000;
    private static final long SPLIT_SEED = 1;
    private static final String LEDGER = "ledger.json";
    /** What says which rows are made, and where; or changes no result. */
    private static final Set<String> NOT_OF_A_ROW = Set.of("--only", "--seeds", "--out", "--ledger", "--threads",
            "--other-build", "--no-landscape", "--stacktrace");

    @Option(names = "--only", paramLabel = "NAME", split = ",",
            description = "Only these rows, and the float network they start from (default: all).")
    private List<String> only = List.of();

    @Option(names = "--epochs", paramLabel = "E",
            description = "Epochs of training in each row, the float network's among them (default: 15; on the embedded shapes 3).")
    private @Nullable Double epochs;

    @Option(names = "--batch", paramLabel = "N",
            description = "Images per step (default: 128; 32 for ImageNet networks).")
    private @Nullable Integer batch;

    @Option(names = "--seeds", paramLabel = "N", defaultValue = "1",
            description = "Seeds of HAWQ, Direct at HAWQ's size and the reversed orders; the other rows have one (default: 1).")
    private int seeds = 1;

    @Option(names = "--ledger", paramLabel = "FILE",
            description = "JSON list of finished rows, which are not run again (default: ledger.json in --out).")
    private @Nullable Path ledger;

    @Option(names = "--other-build",
            description = "Go on with rows that another build of Goshawk began. They may then differ in a few bits from uninterrupted ones.")
    private boolean otherBuild;

    /** Whether rows go on that another build began. */
    public boolean takesOtherBuilds() {
        return otherBuild;
    }

    /** The rows, checked. */
    public List<Experiment> rows(ExperimentTable table, CommandSpec spec) {
        if (seeds < 1 || seeds > MOST_SEEDS) {
            throw new ParameterException(spec.commandLine(),
                    "--seeds: expected 1 to " + MOST_SEEDS + ", got " + seeds);
        }
        if (batch != null && batch < 1) {
            throw new ParameterException(spec.commandLine(), "--batch: expected at least 1 image, got " + batch);
        }
        if (epochs != null) {
            TrainingOptions.requireEpochs("--epochs", epochs);
        }
        try {
            return table.choose(only, seeds);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--only: " + e.getMessage(), e);
        }
    }

    /** How long the training is in comparison with the usual one. */
    public double shortening(boolean embedded) {
        return epochs(embedded) / (embedded ? EMBEDDED_EPOCHS : EPOCHS);
    }

    public double epochs(boolean embedded) {
        return epochs != null ? epochs : embedded ? EMBEDDED_EPOCHS : EPOCHS;
    }

    /** Images a step. */
    public int batch(int inputSize) {
        return batch == null ? TrainingOptions.standardBatch(inputSize) : batch;
    }

    public Path ledger(Path out) {
        Outputs.refuseDash("--ledger", ledger, "a file, as the ledger is read as well as written");
        return ledger == null ? out.resolve(LEDGER) : ledger;
    }

    /** Seed of the choice of images that are held out. */
    public long splitSeed() {
        return SPLIT_SEED;
    }

    /** Training images without those by which choices are made: a tenth of them. */
    public TrainingData holdOut(TrainingData opened) {
        if (opened.validation() != null) {
            return opened;
        }
        return opened.holdOut(Math.max(1, Math.min(HELD_OUT, opened.train().size() / 10)), SPLIT_SEED);
    }

    /**
     * The command that makes a row, and the float network where that is missing.
     *
     * @param name what the command is called
     * @param spec of the command as it was called
     * @param leftOut whether an option that was given is for other rows alone
     */
    public static String command(Experiment row, String name, CommandSpec spec, Predicate<String> leftOut) {
        StringBuilder text = new StringBuilder(name);
        for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
            if (!NOT_OF_A_ROW.contains(option.longestName()) && !leftOut.test(option.longestName())) {
                text.append(' ').append(option.longestName());
                if (option.arity().max() > 0) {
                    option.originalStringValues().forEach(value -> text.append(' ').append(quoted(value)));
                }
            }
        }
        text.append(" --only ").append(row.row());
        return row.seed() == 1 ? text.toString() : text.append(" --seeds ").append(row.seed()).toString();
    }

    private static String quoted(String value) {
        return value.matches("[\\w@%+=:,./-]+") ? value : "'" + value.replace("'", "'\\''") + "'";
    }
}
