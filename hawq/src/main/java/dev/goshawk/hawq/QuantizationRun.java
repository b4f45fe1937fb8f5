package dev.goshawk.hawq;

import dev.goshawk.hawq.allocate.BitAllocation;
import dev.goshawk.hawq.allocate.FineTuningOrder;
import dev.goshawk.hawq.allocate.Sensitivity;
import dev.goshawk.hawq.curvature.BlockCurvature;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.StoredActivations;
import dev.goshawk.hawq.run.RunFolder;
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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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

    QuantizationRun(RunFolder folder, Network network, Parameters weights, TrainingData data, HawqOptions options,
            HawqListener listener) {
        this.folder = folder;
        this.network = network;
        this.blocks = network.describe().blocks();
        this.weights = weights;
        this.data = data;
        this.options = options;
        this.listener = listener;
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
        Trainer trainer = new Trainer(network, weights.copy(), data, settings,
                options.fineTuning().schedule(decision.turns()), options.backend(), descent(settings));
        Checkpoints checkpoints = folder.checkpoints(method.name());
        if (folder.isResumed() && checkpoints.isEmpty()) {
            listener.fromTheStart(method);
        }
        List<EpochResult> epochs = trainer.run(checkpoints, listener.training(method));
        Parameters model = trainer.quantizedParameters();
        folder.writeModel(file, model, metadata(decision.allocation(), settings.activationBits(), trainer));
        Double accuracy = epochs.getLast().testAccuracy();
        MethodResult result = new MethodResult(decision, epochs, accuracy == null ? 0 : accuracy, model);
        listener.trained(result);
        return result;
    }

    private StepRule.Factory descent(TrainingSettings settings) {
        TrainingObjective objective = options.fineTuning().measures().objective(network, weights);
        return context -> new GradientDescent(context, new Sgd(settings.momentum(), false), objective);
    }

    private Decision decide(Method method, @Nullable Curvature curvature) {
        List<Sensitivity> sensitivities = curvature == null || !method.policy().usesCurvature()
                ? List.of()
                : blocks.stream().map(block -> Sensitivity.of(BlockCurvature.of(block, curvature.blocks()), weights,
                        method.quantizer(), method.policy().widths())).toList();
        BitAllocation allocation = method.policy().choose(blocks, sensitivities, options.target());
        List<Turn> turns = sensitivities.isEmpty() ? networkOrder(allocation) : order(sensitivities, allocation);
        return new Decision(method, allocation, sensitivities, method.reverseOrder() ? turns.reversed() : turns);
    }

    /** Blocks in descending Omega. */
    private static List<Turn> order(List<Sensitivity> sensitivities, BitAllocation allocation) {
        return FineTuningOrder.of(sensitivities, allocation).stream()
                .map(e -> new Turn(e.block().name(), e.bits())).toList();
    }

    private List<Turn> networkOrder(BitAllocation allocation) {
        return blocks.stream().map(b -> new Turn(b.name(), allocation.of(b))).filter(t -> !t.bits().isFloat()).toList();
    }

    private Map<String, String> metadata(BitAllocation allocation, BitWidth activationBits, Trainer trainer) {
        Map<String, String> text = new LinkedHashMap<>();
        text.put("format", "pt");
        blocks.forEach(b -> text.put("goshawk.bits." + b.name(), allocation.of(b).toString()));
        text.putAll(new StoredActivations(activationBits, trainer.activationRanges()).metadata());
        return text;
    }
}
