package dev.goshawk.hawq.reproduce;

import dev.goshawk.backend.Backend;
import dev.goshawk.files.AtomicFile;
import dev.goshawk.fingerprint.Fingerprint;
import dev.goshawk.hawq.Hawq;
import dev.goshawk.hawq.HawqOptions;
import dev.goshawk.hawq.HawqResult;
import dev.goshawk.hawq.Method;
import dev.goshawk.hawq.MethodResult;
import dev.goshawk.hawq.RunOrigin;
import dev.goshawk.hawq.allocate.BitAllocation;
import dev.goshawk.hawq.allocate.Compression;
import dev.goshawk.hawq.allocate.SearchSettings;
import dev.goshawk.hawq.landscape.Landscape;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.memory.Heap;
import dev.goshawk.hawq.memory.HeapTooSmallException;
import dev.goshawk.hawq.run.FileDigest;
import dev.goshawk.hawq.run.Engine;
import dev.goshawk.hawq.run.RunFolder;
import dev.goshawk.hawq.run.RunInputs;
import dev.goshawk.hawq.run.RunStart;
import dev.goshawk.hawq.search.SearchPolicy;
import dev.goshawk.hawq.training.DivergedException;
import dev.goshawk.hawq.training.EpochResult;
import dev.goshawk.hawq.training.Trainer;
import dev.goshawk.hawq.training.TrainingData;
import dev.goshawk.hawq.training.TrainingPlan;
import dev.goshawk.models.Block;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.weights.WeightFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs the rows of a table one after another. The float network is trained first, for as many epochs as the others, and every other row
 * starts from it. Each finished row goes into the ledger; one that is there already is not run again, and one that was interrupted goes
 * on from its last checkpoint, with the same bits.
 */
public final class Reproduction {
    private static final String LANDSCAPE = "landscape.json";
    /** Begins the names of the folders that rows of one seed have in common. */
    private static final String CURVATURE = "curvature-seed";

    private final Network network;
    private final Parameters weights;
    private final TrainingData data;
    private final Recipe recipe;
    private final int curvatureImages;
    private final SearchSettings search;
    private final Backend backend;
    private final Ledger ledger;
    private final Path folder;
    private final RowOrigin origin;
    private final List<Block> blocks;
    /** Fingerprints of images and weights. */
    private final SequencedMap<String, String> inputs;

    /**
     * A table.
     *
     * @param weights that the float network's training starts from
     * @param data images to train, held-out ones to choose by, and test images that are read once a row
     * @param curvatureImages training images over which curvature is taken
     * @param search how long those search that choose by training
     * @param folder for the rows' runs
     */
    public Reproduction(Network network, Parameters weights, TrainingData data, Recipe recipe, int curvatureImages,
            SearchSettings search, Backend backend, Ledger ledger, Path folder, RowOrigin origin) {
        this.network = network;
        this.weights = weights;
        this.data = data;
        this.recipe = recipe;
        this.curvatureImages = curvatureImages;
        this.search = search;
        this.backend = backend;
        this.ledger = ledger;
        this.folder = folder;
        this.origin = origin;
        this.blocks = network.describe().blocks();
        this.inputs = RunInputs.fingerprints(data, weights);
    }

    /**
     * Passes if every row can be run.
     *
     * @throws IllegalArgumentException in one line that names the row, if not
     */
    public void check(List<Experiment> rows) {
        for (Experiment e : rows) {
            if (!e.isBaseline()) {
                try {
                    e.toMethod(search).requireUsable(blocks, e.target());
                } catch (IllegalArgumentException x) {
                    throw new IllegalArgumentException(e.row() + ": " + x.getMessage(), x);
                }
            }
        }
    }

    private int images() {
        return data.train().size();
    }

    private HawqOptions options(Experiment e) {
        return recipe.options(e, blocks.size(), images(), curvatureImages, search, backend);
    }

    /** About how many epochs a row trains before its widths are chosen. */
    public double searchEpochs(Experiment e) {
        return !e.isBaseline() && e.toMethod(search).policy() instanceof SearchPolicy searching
                ? searching.epochs(data.train().size())
                : 0;
    }

    /** Passes if the rows fit into memory; what they take follows from quantizer, width of activations, curvature and search alone. */
    private void requireFits(List<Experiment> rows) {
        List<Runnable> checks = new ArrayList<>();
        Set<List<Object>> planned = new HashSet<>();
        for (Experiment e : rows) {
            if (e.isBaseline()) {
                checks.add(() -> TrainingPlan
                        .of(network, weights, data, recipe.training(images(), e.seed(), BitWidth.FLOAT), false, backend)
                        .requireFits(Heap.limit(backend)));
            } else {
                HawqOptions options = options(e);
                Method method = options.methods().getFirst();
                if (planned.add(List.of(method.quantizer(), e.activations(), method.policy().needs(),
                        method.policy() instanceof SearchPolicy ? e.method() : ""))) {
                    checks.add(() -> Hawq.plan(network, weights, data, options).requireFits());
                }
            }
        }
        HeapTooSmallException.requireAll(checks);
    }

    /** The rows that the ledger lacks. */
    public List<Experiment> missing(List<Experiment> rows) {
        return rows.stream().filter(e -> known(e).isEmpty()).toList();
    }

    /** The row of the ledger, and for the float network only where its file is there too. */
    private Optional<LedgerRow> known(Experiment e) {
        return ledger.find(fingerprint(e)).filter(row -> !e.isBaseline() || kept(row).isPresent());
    }

    /**
     * Runs the rows that the ledger lacks.
     *
     * @param rows the float network first
     * @return the ledger's rows for them, without those that failed
     * @throws HeapTooSmallException before any work, if a row would not fit into memory
     * @throws IOException if a run's folder or the ledger cannot be written
     */
    public List<LedgerRow> run(List<Experiment> rows, ReproductionListener listener) throws IOException {
        check(rows);
        requireFits(missing(rows));
        List<LedgerRow> done = new ArrayList<>();
        Parameters floats = weights;
        for (int i = 0; i < rows.size(); i++) {
            Experiment e = rows.get(i);
            Optional<LedgerRow> known = known(e);
            if (known.isPresent()) {
                floats = e.isBaseline() ? kept(known.get()).orElseThrow() : floats;
                listener.known(known.get(), i + 1, rows.size());
                done.add(known.get());
                continue;
            }
            String fingerprint = fingerprint(e);
            listener.begins(e, i + 1, rows.size());
            try {
                LedgerRow row;
                if (e.isBaseline()) {
                    floats = weights.copy();
                    row = floats(e, floats, fingerprint, listener);
                } else {
                    row = quantized(e, floats, fingerprint, listener);
                }
                ledger.add(row);
                listener.finished(row, i + 1, rows.size());
                done.add(row);
            } catch (DivergedException | IllegalArgumentException x) {
                if (e.isBaseline()) {
                    throw x;
                }
                listener.failed(e, String.valueOf(x.getMessage()));
            }
        }
        return done;
    }

    /**
     * The loss around the float network, measured over training images and kept in the folder.
     *
     * @param widths to which each block is rounded in turn
     * @return null where the ledger has no float network
     * @throws HeapTooSmallException if the Hessian does not fit into memory
     */
    public @Nullable Landscape landscape(List<Experiment> rows, List<BitWidth> widths,
            ReproductionListener listener) {
        LedgerRow floats = rows.stream().filter(Experiment::isBaseline).findFirst().flatMap(this::known).orElse(null);
        if (floats == null) {
            return null;
        }
        String key = floats.fingerprint() + ", " + curvatureImages + " images, widths " + widths;
        return FloatLandscape.of(network, kept(floats).orElseThrow(), data, curvatureImages, widths, backend,
                folder.resolve(LANDSCAPE), key, listener);
    }

    /** Everything that a row depends on. */
    private String fingerprint(Experiment e) {
        SequencedMap<String, String> all = new LinkedHashMap<>(inputs);
        all.put("network", network.name());
        all.put("recipe", recipe.toString());
        all.put("row", e.row());
        all.putAll(values(e));
        return new Fingerprint().addTexts(all).text();
    }

    private SequencedMap<String, String> values(Experiment e) {
        return e.isBaseline() ? recipe.floatValues(images(), e.seed(), backend) : RunOrigin.of(options(e)).values();
    }

    /** The float network of a row of the ledger, if its file is still the same. */
    private Optional<Parameters> kept(LedgerRow row) {
        Path file = ledger.model(row.row());
        if (!Files.exists(file) || !FileDigest.sha256(file).equals(row.weightsSha256())) {
            return Optional.empty();
        }
        return Optional.of(Parameters.load(network, WeightFile.read(file), weights.dtype()));
    }

    private RunStart start(Experiment e) throws IOException {
        RunStart start = RunStart.createOrResume(folder.resolve(e.folder()));
        return origin.anyBuild() ? start.acceptOtherBuilds() : start;
    }

    private LedgerRow floats(Experiment e, Parameters floats, String fingerprint, ReproductionListener listener)
            throws IOException {
        Trainer trainer = new Trainer(network, floats, data, recipe.training(images(), e.seed(), BitWidth.FLOAT),
                recipe.floats(), backend);
        List<EpochResult> epochs;
        Path file;
        try (RunStart start = start(e);
                RunFolder run = start.begin(origin.command(e), values(e), inputs, Engine.here(backend))) {
            run.doubt().ifPresent(listener::note);
            epochs = trainer.run(run.checkpoints("train"), listener.floats());
            run.writeModel(RunFolder.MODEL, floats, Map.of("format", "pt"));
            file = run.file(RunFolder.MODEL);
        }
        double accuracy = accuracy(epochs);
        BitAllocation bits = BitAllocation.uniform(blocks, BitWidth.FLOAT);
        return row(e, bits, Compression.bits(blocks, bits.bits()), 1, accuracy, accuracy, epochs, file, fingerprint);
    }

    private LedgerRow quantized(Experiment e, Parameters floats, String fingerprint, ReproductionListener listener)
            throws IOException {
        HawqOptions options = options(e);
        HawqResult result;
        try (RunStart start = start(e)) {
            result = Hawq.plan(network, floats, data, options).run(start, origin.of(e, options), listener.row(e),
                    folder.resolve(CURVATURE + e.seed()));
        }
        MethodResult main = result.main();
        return row(e, main.decision().allocation(), main.decision().storedBits(),
                result.report().quantization().activationRatio(),
                LedgerRow.percent(main.accuracy()), LedgerRow.percent(result.floats().accuracy()),
                main.epochs(), result.folder().resolve(RunFolder.MODEL), fingerprint);
    }

    private LedgerRow row(Experiment e, BitAllocation bits, long storedBits, double activationRatio, double accuracy,
            double baseline, List<EpochResult> epochs, Path file, String fingerprint) throws IOException {
        if (e.isKept()) {
            AtomicFile.writeMakingFolder(ledger.model(e.row()), Files.readAllBytes(file));
        }
        return new LedgerRow(e.row(), e.method(), e.reversed(), bits.bits().stream().map(BitWidth::bits).toList(),
                e.activations().bits(), (double) BitWidth.FLOAT.bits() * Compression.weights(blocks) / storedBits,
                activationRatio, (storedBits + Byte.SIZE - 1) / Byte.SIZE, accuracy, baseline, e.seed(),
                epochs.getLast().total(), epochs.stream().mapToDouble(EpochResult::seconds).sum(),
                origin.lanes(), origin.commit(), FileDigest.sha256(file), origin.command(e), fingerprint,
                LedgerRow.curve(epochs));
    }

    private static double accuracy(List<EpochResult> epochs) {
        Double last = epochs.getLast().testAccuracy();
        return last == null ? 0 : LedgerRow.percent(last);
    }
}
