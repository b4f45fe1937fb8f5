package dev.goshawk.hawq;

import dev.goshawk.hawq.allocate.AllocationTask;
import dev.goshawk.hawq.allocate.BitAllocation;
import dev.goshawk.hawq.allocate.BitPolicy;
import dev.goshawk.hawq.allocate.BitPolicy.Need;
import dev.goshawk.hawq.allocate.Compression;
import dev.goshawk.hawq.allocate.Sensitivity;
import dev.goshawk.hawq.curvature.BlockCurvature;
import dev.goshawk.hawq.packing.Packer;
import dev.goshawk.hawq.perturbation.QuadraticForm;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.QuantizedNetwork;
import dev.goshawk.hawq.run.RunFolder;
import dev.goshawk.hawq.search.Found;
import dev.goshawk.hawq.search.SearchListener;
import dev.goshawk.hawq.search.SearchPolicy;
import dev.goshawk.hawq.training.Checkpoints;
import dev.goshawk.hawq.training.DivergedException;
import dev.goshawk.hawq.training.EpochResult;
import dev.goshawk.hawq.training.GradientDescent;
import dev.goshawk.hawq.training.Schedule.Turn;
import dev.goshawk.hawq.training.StepRule;
import dev.goshawk.hawq.training.Trainer;
import dev.goshawk.hawq.training.TrainingData;
import dev.goshawk.hawq.training.TrainingSettings;
import dev.goshawk.hawq.training.objective.TrainingObjective;
import dev.goshawk.hawq.training.optimizer.Sgd;
import dev.goshawk.models.Block;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.packed.format.PackedSize;
import dev.goshawk.weights.WeightFileException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Chooses bits, quantizes and fine-tunes, once for each method. */
final class QuantizationRun {
    private final RunFolder folder;
    private final Network network;
    private final List<Block> blocks;
    private final Parameters weights;
    private final TrainingData data;
    private final HawqOptions options;
    private final HawqListener listener;
    private final @Nullable CurvatureStep step;
    private final KeptMeasurements kept;

    QuantizationRun(RunFolder folder, KeptMeasurements kept, Network network, Parameters weights, TrainingData data,
            HawqOptions options,
            HawqListener listener, @Nullable CurvatureStep step) {
        this.folder = folder;
        this.kept = kept;
        this.network = network;
        this.blocks = network.describe().blocks();
        this.weights = weights;
        this.data = data;
        this.options = options;
        this.listener = listener;
        this.step = step;
    }

    /**
     * Runs the methods in their order; the first one's weights are the run's model.
     *
     * @param diverged is given the failure of a later method, which leaves the results of those before it
     */
    List<MethodResult> run(List<Method> methods, @Nullable Curvature curvature, Consumer<DivergedException> diverged) {
        List<MethodResult> results = new ArrayList<>();
        for (Method method : methods) {
            try {
                results.add(run(method, curvature, results.isEmpty() ? RunFolder.MODEL : method.file()));
            } catch (DivergedException e) {
                if (results.isEmpty()) {
                    throw e;
                }
                diverged.accept(e);
            }
        }
        return results;
    }

    private MethodResult run(Method method, @Nullable Curvature curvature, String file) {
        Decision decision = decide(method, curvature);
        listener.chosen(decision);
        TrainingSettings settings = options.training().withQuantizer(method.quantizer());
        Parameters trained = weights.copy();
        Trainer trainer = new Trainer(network, trained, data, settings,
                options.fineTuning().schedule(decision.turns()), options.backend(), descent(settings));
        Checkpoints checkpoints = folder.checkpoints(method.name());
        if (folder.isResumed() && checkpoints.isEmpty()) {
            listener.fromTheStart(method);
        }
        List<EpochResult> epochs = trainer.run(checkpoints, listener.training(method));
        Parameters model = trainer.quantizedParameters();
        folder.writeModel(file, model, metadata(decision, trainer));
        Double accuracy = epochs.getLast().testAccuracy();
        MethodResult result = new MethodResult(decision, epochs, accuracy == null ? 0 : accuracy, model,
                pack(file, trained, trainer.network(), method));
        listener.trained(result);
        return result;
    }

    /** Writes the packed file; a line says so where the network cannot be packed. */
    private @Nullable PackedSize pack(String file, Parameters trained, QuantizedNetwork quantized, Method method) {
        try {
            return folder.writePacked(file, Packer.pack(network, trained, quantized, method.quantizer(), data.test(),
                    data.normalization(), options.backend()));
        } catch (WeightFileException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            listener.note(RunFolder.packed(file) + " is not written: " + e.getMessage());
            return null;
        }
    }

    private StepRule.Factory descent(TrainingSettings settings) {
        TrainingObjective objective = options.fineTuning().measures().objective(network, weights);
        return context -> new GradientDescent(context, new Sgd(settings.momentum(), false), objective);
    }

    private Decision decide(Method method, @Nullable Curvature known) {
        BitPolicy policy = method.policy();
        List<Sensitivity> sensitivities = known == null || !policy.usesCurvature()
                ? List.of()
                : blocks.stream().map(block -> Sensitivity.of(BlockCurvature.of(block, known.blocks()), weights,
                        method.quantizer(), policy.widths())).toList();
        QuadraticForm quadratic = step != null && policy.needs().contains(Need.PRODUCTS)
                ? step.products(kept, weights, method, listener)
                : null;
        BitWidth usual = options.training().activationBits();
        Map<String, BitWidth> activations = step != null && policy.needs().contains(Need.ACTIVATIONS)
                && !usual.isFloat()
                        ? policy.activations(step.activations(kept, weights, method, listener), usual)
                        : Map.of();
        AllocationTask task = new AllocationTask(blocks, options.target(), sensitivities, quadratic);
        List<String> notes = new ArrayList<>();
        Found found = policy instanceof SearchPolicy searching ? search(method, searching) : null;
        BitAllocation allocation = found == null ? policy.choose(task, notes::add) : found.allocation();
        if (found != null) {
            notes.addAll(found.notes());
        }
        long stored = blocks.stream().flatMap(b -> b.weights().stream().map(w -> method.quantizer()
                .storedBits(weights.get(w).size(), allocation.of(b)))).mapToLong(Long::longValue).sum();
        if (stored != Compression.bits(blocks, allocation.bits())) {
            notes.add(String.format(Locale.ROOT,
                    "stored with what the quantizer keeps of single weights: %.2f times smaller",
                    32.0 * Compression.weights(blocks) / stored));
        }
        List<Turn> turns = policy.order(task, allocation).stream()
                .map(b -> new Turn(b.name(), allocation.of(b), activations.get(b.name()))).toList();
        return new Decision(method, allocation, sensitivities, quadratic, found == null ? null : found.report(),
                activations,
                method.reverseOrder() ? turns.reversed() : turns, stored, notes);
    }

    private Found search(Method method, SearchPolicy searching) {
        return searching.search(options.searchTask(method, network, weights, data),
                folder.checkpoints(method.name() + "-search"), new SearchListener() {
                    @Override
                    public void searching(String what, double fraction) {
                        listener.measuring(what, fraction);
                    }

                    @Override
                    public void note(String line) {
                        listener.note(line);
                    }
                });
    }

    private Map<String, String> metadata(Decision decision, Trainer trainer) {
        Map<String, String> text = new LinkedHashMap<>();
        text.put("format", "pt");
        blocks.forEach(b -> text.put("goshawk.bits." + b.name(), decision.allocation().of(b).toString()));
        text.putAll(trainer.activations().metadata());
        return text;
    }
}
