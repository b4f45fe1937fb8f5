package dev.goshawk.hawq;

import dev.goshawk.hawq.run.RunStart;
import dev.goshawk.hawq.training.TrainingData;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The whole of HAWQ (Dong et al., ICCV 2019): loss and accuracy of the float network; the top eigenvalue of each block's Hessian; a width for
 * each block; then, block by block, quantization and fine-tuning; and a report.
 */
public final class Hawq {
    private Hawq() {
    }

    /**
     * Quantizes a network in a new or empty folder, which then holds {@code model.safetensors} (the weights that the quantized network
     * computes with), {@code run.json}, {@code report.html}, the curvature and the checkpoints.
     *
     * @param network any: one that Goshawk defines, a class of one's own, or an ONNX file
     * @param weights its trained float parameters, float32; they are not changed
     * @param data images to train and to measure accuracy on
     * @param options everything that the result depends on
     * @param folder for the run's files
     * @throws IllegalArgumentException in one line, before any work, if the options do not fit the network or the data
     * @throws dev.goshawk.hawq.memory.HeapTooSmallException before any work, if the heap is too small
     * @throws dev.goshawk.hawq.run.RunFolderException before any work, if the folder cannot be used
     * @throws dev.goshawk.hawq.training.DivergedException if the training of the first method diverges
     * @throws IOException if the folder cannot be written
     */
    public static HawqResult quantize(Network network, Parameters weights, TrainingData data, HawqOptions options,
            Path folder) throws IOException {
        return quantize(network, weights, data, options, RunStart.create(folder), HawqListener.NONE);
    }

    /**
     * As {@link #quantize(Network, Parameters, TrainingData, HawqOptions, Path)}, in a folder of any kind.
     *
     * @param start a run that begins, overwrites another or goes on from its last checkpoint; the result of one that was interrupted is
     *        bit-identical to that of one that was not. It is closed
     * @param listener told how far the work is
     */
    public static HawqResult quantize(Network network, Parameters weights, TrainingData data, HawqOptions options,
            RunStart start, HawqListener listener) throws IOException {
        try (start) {
            return plan(network, weights, data, options).run(start, RunOrigin.of(options), listener);
        }
    }

    /**
     * Finds what quantizing takes in memory, without taking it.
     *
     * @return the plan, which can be run
     * @throws IllegalArgumentException in one line, if the options do not fit the network or the data
     */
    public static HawqPlan plan(Network network, Parameters weights, TrainingData data, HawqOptions options) {
        return HawqPlan.of(network, weights, data, options);
    }
}
