package dev.goshawk.hawq.report;

import dev.goshawk.hawq.training.EpochResult;
import dev.goshawk.packed.format.PackedSize;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The content of {@code run.json}. Accuracies are fractions in 0..1, times are seconds, losses are means per sample.
 *
 * @param goshawk version of this software
 * @param created start of the run, ISO 8601 with offset
 * @param command the command line as typed
 * @param method the main method of the run; the row of {@code results} and the schedule of that name make the headline
 * @param environment where it ran
 * @param seeds each random stream's seed by name
 * @param data images
 * @param model network and where its weights came from
 * @param curvature how the eigenvalues were computed, or null where no second-order information was used
 * @param searches of the methods that choose widths by training, in their order
 * @param quantization the quantizer and the size reached
 * @param blocks in network order
 * @param schedules the main method's training first, then that of the methods it is compared with
 * @param results this run's rows, the float baseline among them
 */
public record RunReport(String goshawk, String created, String command, String method, Environment environment,
        Map<String, Long> seeds, Data data, Model model, @Nullable Curvature curvature, List<Search> searches,
        Quantization quantization, List<BlockRow> blocks, List<Schedule> schedules, List<Result> results) {
    /** Reports of versions without searches have none. */
    public RunReport {
        searches = searches == null ? List.of() : List.copyOf(searches);
    }

    /**
     * Where a run took place.
     *
     * @param jdk vendor and version
     * @param os operating system and architecture
     * @param backend name of the engine's backend
     * @param threads number of worker threads
     * @param dtype element type of training, such as float32
     */
    public record Environment(String jdk, String os, String backend, int threads, String dtype) {
    }

    /**
     * The images.
     *
     * @param name such as {@code CIFAR-10}
     * @param location folder or {@code embedded}
     * @param train number of images that were learnt from
     * @param test number of test images
     * @param preprocessing mean, standard deviation, augmentation, in words
     * @param curvatureSamples identifiers of the images whose loss the Hessian belongs to, in order
     * @param validation identifiers of the training images that were held out, by which alone choices are made, or null
     */
    public record Data(String name, String location, int train, int test, String preprocessing,
            List<String> curvatureSamples, @Nullable List<String> validation) {
    }

    /**
     * The network.
     *
     * @param name such as {@code resnet20}
     * @param source weight file, or how the weights came to be
     * @param parameters all trainable numbers
     * @param weights convolution and fully connected weights
     */
    public record Model(String name, String source, long parameters, long weights) {
    }

    /**
     * How the eigenvalues were computed.
     *
     * @param solver such as {@code power iteration}
     * @param target {@code MAGNITUDE} or {@code ALGEBRAIC}
     * @param tolerance on ||Hv - lambda v|| / |lambda|
     * @param maxIterations most products for a block
     * @param dtype element type of the products
     * @param loss of the float model on the curvature samples
     * @param accuracy of the float model on the curvature samples
     * @param seconds for all blocks
     */
    public record Curvature(String solver, String target, double tolerance, int maxIterations, String dtype,
            double loss, double accuracy, double seconds) {
    }

    /**
     * A search that chose widths by training.
     *
     * @param method such as {@code DNAS}
     * @param epochs of the search, or null where it is counted in episodes
     * @param episodes of the search, or null where it is counted in epochs
     * @param images of the training set that it used
     * @param heldOut images that the choice was made by
     * @param gamma exponent of the size, or null where there is none
     * @param seconds that it took
     * @param rewards of the episodes in order; empty where there are none
     * @param widths that the probabilities are of
     * @param probabilities of the widths by block, in network order; empty where there are none
     */
    public record Search(String method, @Nullable Double epochs, @Nullable Integer episodes, int images, int heldOut,
            @Nullable Double gamma, double seconds, List<Double> rewards, List<Integer> widths,
            Map<String, List<Double>> probabilities) {
    }

    /**
     * The quantizer and the size.
     *
     * @param weights scheme and scale rule in words
     * @param activations in words
     * @param target what was asked for, such as {@code ratio 13.1}
     * @param weightRatio reached, against 32-bit floats
     * @param mebibytes reached
     * @param activationRatio reached
     * @param convention what the sizes count
     * @param policy how the widths were chosen, in words, or null where nothing was chosen
     * @param packed bytes of the packed file, or null where there is none
     */
    public record Quantization(String weights, String activations, String target, double weightRatio, double mebibytes,
            double activationRatio, String convention, @Nullable String policy,
            @Nullable PackedSize packed) {
    }

    /**
     * A block; what a run did not compute is null.
     *
     * @param name unique
     * @param parameters names of its weights
     * @param weights n_i
     * @param eigenvalue lambda_i
     * @param residual ||Hv - lambda v||
     * @param iterations operator products
     * @param converged whether the residual met the tolerance
     * @param sensitivity S_i = |lambda_i| / n_i
     * @param bits chosen width
     * @param perturbation ||Q(W_i) - W_i||^2 at that width
     * @param omega |lambda_i| ||Q(W_i) - W_i||^2
     * @param order turn in the fine-tuning order, from 1
     */
    public record BlockRow(String name, List<String> parameters, long weights, @Nullable Double eigenvalue,
            @Nullable Double residual, @Nullable Integer iterations, @Nullable Boolean converged,
            @Nullable Double sensitivity, int bits, double perturbation, @Nullable Double omega,
            @Nullable Integer order) {
    }

    /**
     * A method's training.
     *
     * @param method as in {@link Result#method()}
     * @param epochs in order, all stages
     */
    public record Schedule(String method, List<EpochResult> epochs) {
        /** The whole training's length in epochs. */
        public double length() {
            return epochs.isEmpty() ? 0 : epochs.getLast().total();
        }
    }

    /**
     * A row of the result table.
     *
     * @param weightBits such as {@code 2 MP} for mixed precision down to 2
     * @param activationBits as {@code weightBits}
     * @param accuracy on the test set
     * @param evidence where the numbers come from: {@code this run}, or the publication and how it was read
     */
    public record Result(String method, String weightBits, String activationBits, double accuracy,
            double weightCompression, double activationCompression, String evidence) {
    }

    /** The headline row, or null where {@code results} has none of the method's name. */
    public @Nullable Result headline() {
        return results.stream().filter(r -> r.method().equals(method)).findFirst().orElse(null);
    }

    /** The float model's row, or null. */
    public @Nullable Result baseline() {
        return results.stream().filter(r -> r.weightBits().equals("32") && r.activationBits().equals("32")).findFirst()
                .orElse(null);
    }
}
