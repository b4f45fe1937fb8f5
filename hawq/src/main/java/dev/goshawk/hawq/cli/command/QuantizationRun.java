package dev.goshawk.hawq.cli.command;

import dev.goshawk.hawq.cli.option.QuantizationOptions;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.StoredActivations;
import dev.goshawk.hawq.cli.print.Reports;
import dev.goshawk.hawq.cli.print.TrainingProgress;

import dev.goshawk.backend.Backend;
import dev.goshawk.hawq.cli.option.QuantizationOptions.Method;
import dev.goshawk.hawq.curvature.BlockCurvature;
import dev.goshawk.hawq.training.Checkpoints;
import dev.goshawk.hawq.training.DivergedException;
import dev.goshawk.hawq.training.optimizer.LearningRate;
import dev.goshawk.hawq.training.Schedule;
import dev.goshawk.hawq.training.Schedule.Turn;
import dev.goshawk.hawq.training.Trainer;
import dev.goshawk.hawq.training.TrainingData;
import dev.goshawk.hawq.training.TrainingSettings;
import dev.goshawk.hawq.allocate.BitAllocation;
import dev.goshawk.hawq.quantize.Quantizer;
import dev.goshawk.hawq.allocate.Sensitivity;
import dev.goshawk.hawq.report.RunReport;
import dev.goshawk.hawq.run.RunFolder;
import dev.goshawk.models.Block;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import java.io.PrintWriter;
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
    private final Parameters parameters;
    private final TrainingData data;
    private final Backend backend;
    private final TrainingSettings settings;
    private final QuantizationOptions options;
    private final Length length;

    /** How long, and at which rate. */
    record Length(double epochsPerBlock, double finalEpochs, LearningRate rate, boolean wholeRun) {
    }

    /**
     * What a method came to.
     *
     * @param quantizer what it rounded with
     * @param sensitivities of the blocks in network order, empty where nothing of second order was used
     * @param turns order of quantization
     */
    record Outcome(String label, Quantizer quantizer, BitAllocation allocation, List<Sensitivity> sensitivities,
            List<Turn> turns,
            List<RunReport.Epoch> epochs, double accuracy) {
    }

    QuantizationRun(RunFolder folder, Network network, Parameters parameters, TrainingData data, Backend backend,
            TrainingSettings settings, QuantizationOptions options, Length length) {
        this.folder = folder;
        this.network = network;
        this.parameters = parameters;
        this.data = data;
        this.backend = backend;
        this.settings = settings;
        this.options = options;
        this.length = length;
    }

    /**
     * Runs the methods in their order; the first one's weights are the run's model.
     *
     * @param diverged is given the failure of a later method, which leaves the results of those before it
     */
    List<Outcome> run(List<Method> methods, CurvatureStep.@Nullable Curvature curvature, PrintWriter out,
            PrintWriter err, Consumer<DivergedException> diverged) {
        List<Outcome> outcomes = new ArrayList<>();
        for (Method method : methods) {
            try {
                outcomes.add(run(method, curvature, outcomes.isEmpty(), out, err));
            } catch (DivergedException e) {
                if (outcomes.isEmpty()) {
                    throw e;
                }
                diverged.accept(e);
            }
        }
        return outcomes;
    }

    private Outcome run(Method method, CurvatureStep.@Nullable Curvature curvature, boolean main, PrintWriter out,
            PrintWriter err) {
        TrainingSettings own = settings.withQuantizer(options.quantizer(method));
        List<Sensitivity> sensitivities = curvature == null || !method.usesCurvature()
                ? List.of()
                : sensitivities(curvature, own.quantizer());
        BitAllocation allocation = sensitivities.isEmpty()
                ? options.allocateDirectly(Reports.blocks(network))
                : options.allocate(sensitivities);
        List<Turn> turns = sensitivities.isEmpty()
                ? options.networkOrder(allocation)
                : options.order(sensitivities, allocation);
        String label = options.label(method);
        describe(label, allocation, sensitivities, turns, out);
        Schedule schedule = options.schedule(turns, length.epochsPerBlock(), length.finalEpochs(), length.rate(),
                length.wholeRun());
        Trainer trainer = new Trainer(network, parameters.copy(), data, own, schedule, backend);
        List<RunReport.Epoch> epochs;
        String name = method.name().toLowerCase(Locale.ROOT);
        Checkpoints checkpoints = folder.checkpoints(name);
        TrainingProgress.tellStart(name, folder, checkpoints, out);
        try (TrainingProgress progress = new TrainingProgress(name, out, err)) {
            epochs = trainer.run(checkpoints, progress).stream().map(RunReport.Epoch::of).toList();
        }
        folder.writeModel(main ? TrainCommand.MODEL_FILE : name + ".safetensors", trainer.quantizedParameters(),
                metadata(allocation, settings.activationBits(), trainer));
        Double accuracy = epochs.getLast().testAccuracy();
        return new Outcome(label, own.quantizer(), allocation, sensitivities, turns, epochs,
                accuracy == null ? 0 : accuracy);
    }

    private List<Sensitivity> sensitivities(CurvatureStep.Curvature curvature, Quantizer quantizer) {
        List<Block> blocks = Reports.blocks(network);
        return blocks.stream().map(block -> Sensitivity.of(BlockCurvature.of(block, curvature.blocks()), parameters,
                quantizer, options.widthsToMeasure(blocks))).toList();
    }

    private static void describe(String label, BitAllocation allocation, List<Sensitivity> sensitivities,
            List<Turn> turns,
            PrintWriter out) {
        out.printf(Locale.ROOT, "%n%s: bits %s, weights %.2f times smaller (%.3f MiB)%n", label, allocation.list(),
                allocation.ratio(), allocation.mebibytes());
        for (Sensitivity s : sensitivities) {
            BitWidth bits = allocation.of(s.block());
            out.printf(Locale.ROOT, "  %-14s n %8d  lambda %10.4g  S %9.3e  bits %2s  Omega %9.3e%n", s.block().name(),
                    s.block().weightCount(), s.eigenvalue(), s.value(), bits, s.omega(bits));
        }
        out.println("  order " + String.join(", ", turns.stream().map(Turn::block).toList()));
        out.flush();
    }

    private static Map<String, String> metadata(BitAllocation allocation, BitWidth bits, Trainer trainer) {
        Map<String, String> text = new LinkedHashMap<>();
        text.put("format", "pt");
        for (int i = 0; i < allocation.blocks().size(); i++) {
            text.put("goshawk.bits." + allocation.blocks().get(i).name(), allocation.bits().get(i).toString());
        }
        text.putAll(new StoredActivations(bits, trainer.activationRanges()).metadata());
        return text;
    }
}
