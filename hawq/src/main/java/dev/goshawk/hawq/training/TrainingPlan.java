package dev.goshawk.hawq.training;

import dev.goshawk.backend.Backend;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.hawq.evaluation.Evaluator;
import dev.goshawk.hawq.evaluation.RunningStatistics;
import dev.goshawk.hawq.memory.Footprint;
import dev.goshawk.hawq.memory.HeapTooSmallException;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.QuantizedNetwork;
import dev.goshawk.hawq.setting.Setting;
import dev.goshawk.hawq.training.objective.TrainingObjective;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What a {@link Trainer} takes in memory, found without taking it: parameters and momentum are held throughout; while a stage
 * runs, one training step and one evaluation are compiled.
 *
 * @param batch images a step
 * @param footprint a phase for float training and, where wanted, one with every block quantized, which needs room for the
 *        rounded weights and activations
 */
public record TrainingPlan(Network network, int batch, Footprint footprint) {

    /**
     * Plans a training.
     *
     * @param parameters only their names, shapes and type are looked at
     * @param quantized whether to plan with every block quantized as well
     * @throws IllegalArgumentException if a batch is larger than the training set
     */
    public static TrainingPlan of(Network network, Parameters parameters, TrainingData data, TrainingSettings settings,
            boolean quantized, Backend backend) {
        return of(network, parameters, data, settings, TrainingObjective.crossEntropy(), quantized, backend);
    }

    /**
     * Plans a training.
     *
     * @param parameters only their names, shapes and type are looked at
     * @param objective what is minimized, with what it takes itself
     * @param quantized whether to plan with every block quantized as well
     * @throws IllegalArgumentException if a batch is larger than the training set
     */
    public static TrainingPlan of(Network network, Parameters parameters, TrainingData data, TrainingSettings settings,
            TrainingObjective objective, boolean quantized, Backend backend) {
        data.requireBatch(settings.batch());
        DType dtype = parameters.tensors().firstEntry().getValue().dtype();
        long elements = parameters.specs().stream().mapToLong(s -> s.shape().size()).sum();
        long trained = parameters.specs().stream().filter(ParameterSpec::isTrainable)
                .mapToLong(s -> s.shape().size()).sum();
        Footprint f = Footprint.NONE.hold("parameters and a copy, " + dtype, 2 * elements * dtype.bytes())
                .hold("momentum", trained * dtype.bytes()).hold("images, decoded", data.heldBytes());
        QuantizedNetwork none = new QuantizedNetwork(network, parameters, settings.quantizer(),
                settings.activationBits());
        f = f.phase("step and evaluation in " + dtype, stage(data, settings, none, objective, backend));
        if (quantized) {
            f = f.phase("step and evaluation, every block quantized",
                    stage(data, settings, everything(network, parameters, settings), objective, backend));
        }
        return new TrainingPlan(network, settings.batch(), f);
    }

    private static QuantizedNetwork everything(Network network, Parameters parameters, TrainingSettings settings) {
        QuantizedNetwork all = new QuantizedNetwork(network, parameters, settings.quantizer(),
                settings.activationBits());
        Set<String> blocks = new LinkedHashSet<>();
        parameters.specs().stream().filter(ParameterSpec::isWeight).forEach(s -> blocks.add(s.block()));
        BitWidth widest = settings.quantizer().weightWidths().getLast();
        blocks.forEach(block -> all.admit(block, widest));
        return all;
    }

    private static long stage(TrainingData data, TrainingSettings settings, QuantizedNetwork network,
            TrainingObjective objective, Backend backend) {
        int size = data.train().height();
        long bytes = TrainingStep.plannedBytes(network, objective, settings.batch(), size, backend);
        Set<Integer> batches = new LinkedHashSet<>();
        for (ImageDataset measured : data.measured()) {
            batches.add(Math.min(settings.batch(), measured.size()));
        }
        for (int batch : batches) {
            bytes += Evaluator.plannedBytes(network.trace(batch, size, size, Mode.EVALUATION).network(), backend);
        }
        return settings.statisticsBatches() == 0
                ? bytes
                : bytes + RunningStatistics.plannedBytes(
                        network.trace(settings.batch(), size, size, Mode.TRAINING).network(), backend);
    }

    /**
     * Passes if everything fits.
     *
     * @param limit bytes there are
     * @throws HeapTooSmallException if it does not, naming the largest halving of the batch that would, by proportion
     */
    public void requireFits(long limit) {
        long wanted = footprint.bytes();
        if (wanted <= limit) {
            return;
        }
        throw new HeapTooSmallException("training of " + network.name() + ": batches of " + batch, wanted, limit,
                Setting.BATCH, footprint.fitting(batch, limit));
    }
}
