package dev.goshawk.hawq.quantize;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Executable;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.hawq.evaluation.Evaluator;
import dev.goshawk.models.ActivationSite;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A network of which some blocks compute with rounded weights and activations. Blocks are quantized one by one and stay so; what their
 * quantizers keep are inputs of the graph, shared with it, so that compiled graphs follow training without being traced again.
 *
 * <p>Nothing here needs a step of training: after {@link #quantize} and {@link #calibrate} the network can be evaluated, which is
 * post-training quantization.
 */
public final class QuantizedNetwork {
    private final Network network;
    private final Parameters parameters;
    private final Quantizer quantizer;
    private final BitWidth activationBits;
    private final Map<String, BitWidth> activationsOf;
    private final List<ActivationSite> sites;
    private final SequencedMap<String, BitWidth> blocks = new LinkedHashMap<>();
    private final QuantizerSet quantizers = new QuantizerSet();

    /**
     * A network of which nothing is quantized yet.
     *
     * @param parameters the float parameters, shared
     * @param activationBits width of the activations of quantized blocks; 32 leaves them float
     */
    public QuantizedNetwork(Network network, Parameters parameters, Quantizer quantizer, BitWidth activationBits) {
        this(network, parameters, quantizer, activationBits, Map.of());
    }

    /**
     * A network of which nothing is quantized yet, with activations of several widths.
     *
     * @param parameters the float parameters, shared
     * @param activationBits width of the activations of quantized blocks; 32 leaves them all float
     * @param activationsOf other widths, by block
     */
    public QuantizedNetwork(Network network, Parameters parameters, Quantizer quantizer, BitWidth activationBits,
            Map<String, BitWidth> activationsOf) {
        this.network = network;
        this.parameters = parameters;
        this.quantizer = quantizer;
        this.activationBits = activationBits;
        this.activationsOf = Map.copyOf(activationsOf);
        this.sites = activationBits.isFloat() ? List.of() : network.trace(dtype(), 1, Mode.EVALUATION).activations();
    }

    /** A quantizer's tensor that gradient descent moves, with the name it has in {@link Traced#trained}. */
    public record TrainedTensor(String name, Tensor tensor, double rate, double decay) {
    }

    /**
     * The network as a graph.
     *
     * @param network loss and logits of the quantized network
     * @param trained what of the quantizers is trained, as inputs of the graph, by name
     * @param measured what {@link #observe} wants to know of each batch, by name
     * @param inputs the quantizers' tensors that the graph takes, by name
     */
    public record Traced(TracedNetwork network, SequencedMap<String, Value> trained,
            SequencedMap<String, Value> measured, SequencedMap<String, Tensor> inputs) {
        /** Binds the quantizers' tensors. */
        public void bindTo(Executable executable) {
            inputs.forEach((name, tensor) -> {
                if (executable.inputs().contains(name)) {
                    executable.bind(name, tensor);
                }
            });
        }
    }

    /**
     * What a tensor of a quantizer's state is called in checkpoints, and to optimizers and objectives.
     *
     * @param tensor name of the weight or site
     * @param state its own name
     */
    public static String nameOf(String tensor, String state) {
        return QuantizerSet.nameOf(tensor, state);
    }

    private DType dtype() {
        return parameters.tensors().firstEntry().getValue().dtype();
    }

    /** Whether the block has been given a width, float or not. */
    public boolean holds(String block) {
        return blocks.containsKey(block);
    }

    /** The width of a block, null where it has been given none. */
    public @Nullable BitWidth bits(String block) {
        return blocks.get(block);
    }

    /** The widths of the blocks that have one, in the order in which they got it. */
    public SequencedMap<String, BitWidth> blocks() {
        return new LinkedHashMap<>(blocks);
    }

    /** Whether the block's activations are quantized. */
    public boolean quantizesActivations(String block) {
        BitWidth bits = blocks.get(block);
        return bits != null && !bits.isFloat() && sites.stream().anyMatch(s -> s.block().equals(block));
    }

    /**
     * Quantizes one more block, with levels fitted to its weights as they are. Its activations need {@link #calibrate}.
     *
     * @throws IllegalArgumentException if the block has no weights or has been given a width before
     */
    public void quantize(String block, BitWidth bits) {
        admit(block, bits);
        for (ParameterSpec spec : weights(block)) {
            TensorQuantizer q = quantizers.weights().get(spec.name());
            if (q != null) {
                q.fit(parameters.get(spec.name()));
            }
        }
    }

    /**
     * Gives a quantized block another width, with levels fitted to its weights as they are. Its activations stay as they are.
     *
     * @throws IllegalArgumentException if the block is float, or is to become so
     */
    public void requantize(String block, BitWidth bits) {
        BitWidth before = blocks.get(block);
        if (before == null || before.isFloat() || bits.isFloat()) {
            throw new IllegalArgumentException("quantization: expected a quantized block and a width of 1 to 8, got '"
                    + block + "' of width " + (before == null ? "32" : before) + " and " + bits);
        }
        blocks.put(block, bits);
        for (ParameterSpec spec : weights(block)) {
            TensorQuantizer q = quantizer.weight(spec, dtype(), bits);
            q.fit(parameters.get(spec.name()));
            quantizers.weights().put(spec.name(), q);
        }
    }

    /** Quantizes one more block without levels yet: enough to trace, or to restore a state into. */
    public void admit(String block, BitWidth bits) {
        List<ParameterSpec> specs = weights(block);
        if (specs.isEmpty() || blocks.putIfAbsent(block, bits) != null) {
            throw new IllegalArgumentException(
                    "quantization: expected a block with weights that is still float, got '" + block + "'");
        }
        if (!bits.isFloat()) {
            specs.forEach(s -> quantizers.weights().put(s.name(), quantizer.weight(s, dtype(), bits)));
            sites.stream().filter(s -> s.block().equals(block))
                    .forEach(s -> quantizers.activations().put(s.name(), quantizer.activation(s.name(), dtype(),
                            activationsOf.getOrDefault(block, activationBits))));
        }
    }

    private List<ParameterSpec> weights(String block) {
        return parameters.specs().stream().filter(s -> s.isWeight() && s.block().equals(block)).toList();
    }

    /** Traces the network as far as it is quantized. */
    public Traced trace(int batch, int height, int width, Mode mode) {
        return trace(batch, height, width, mode, Set.of());
    }

    private Traced trace(int batch, int height, int width, Mode mode, Set<String> calibrated) {
        QuantizerHooks hooks = new QuantizerHooks(quantizers, calibrated);
        TracedNetwork traced = network.trace(dtype(), batch, height, width, mode, hooks);
        SequencedMap<String, Value> trained = new LinkedHashMap<>();
        trained().forEach(t -> {
            Value input = hooks.values().get(t.tensor());
            if (input != null) {
                trained.put(t.name(), input);
            }
        });
        return new Traced(traced, trained, hooks.measured(), hooks.inputs());
    }

    /** What of the quantizers is trained. */
    public List<TrainedTensor> trained() {
        return quantizers.trained();
    }

    /** Adapts the quantizers of all weights to what a step of training made of them. */
    public void followWeights() {
        quantizers.weights().forEach((name, q) -> q.follow(parameters.get(name)));
    }

    /**
     * Gives the quantizers of all activations what was measured of a batch.
     *
     * @param measured gives a value of {@link Traced#measured} by name
     */
    public void observe(Traced traced, Function<String, Tensor> measured) {
        quantizers.observe(quantizers.activations().keySet(), traced.measured().keySet(), measured);
    }

    /**
     * Gives the activations of newly quantized blocks their first parameters, from images as they are and with batch normalization in
     * evaluation mode; weights are quantized already, these activations are not yet.
     *
     * @param fresh the blocks
     * @param images where a batch of images goes, [batch, height, width, 3], of the parameters' type
     * @param next fills {@code images} with a batch, by its number
     */
    public void calibrate(Set<String> fresh, Tensor images, int batches, IntConsumer next, Backend backend) {
        Traced traced = trace(images.shape().dim(0), images.shape().dim(1), images.shape().dim(2), Mode.EVALUATION,
                fresh);
        SequencedMap<String, Value> outputs = new LinkedHashMap<>(traced.measured());
        List<String> own = sites.stream().filter(s -> fresh.contains(s.block())).map(ActivationSite::name)
                .filter(quantizers.activations()::containsKey).toList();
        outputs.keySet().removeIf(n -> own.stream().noneMatch(site -> n.startsWith(nameOf(site, ""))));
        if (outputs.isEmpty()) {
            return;
        }
        Executable forward = backend.compile(Graph.of(outputs));
        forward.bind(TracedNetwork.IMAGES, images);
        parameters.bindTo(forward);
        traced.bindTo(forward);
        for (int i = 0; i < batches; i++) {
            next.accept(i);
            forward.run();
            quantizers.observe(own, outputs.keySet(), forward::output);
        }
    }

    /** The network in evaluation mode, compiled, for images of that size. It follows later changes of weights and quantizers. */
    public Evaluator evaluator(int batch, int height, int width, Backend backend) {
        Traced traced = trace(batch, height, width, Mode.EVALUATION);
        Evaluator evaluator = new Evaluator(traced.network(), parameters, backend);
        traced.bindTo(evaluator.forward());
        return evaluator;
    }

    /** The quantizer of a weight, or null where it is float. */
    public @Nullable TensorQuantizer weight(String name) {
        return quantizers.weights().get(name);
    }

    /** The quantizers of activations by site. */
    public SequencedMap<String, TensorQuantizer> activations() {
        return new LinkedHashMap<>(quantizers.activations());
    }

    /** The network's parameters with every quantized weight replaced by the values it stands for; a copy. */
    public Parameters quantizedParameters() {
        Parameters copy = parameters.copy();
        quantizers.weights().forEach((name, q) -> copy.get(name).copyFrom(q.quantized(parameters.get(name))));
        return copy;
    }

    /** Everything the quantizers keep, by name; shared. */
    public SequencedMap<String, Tensor> state() {
        return quantizers.state();
    }

    /**
     * Takes up a state, blocks included.
     *
     * @param widths of the blocks, as {@link #blocks} gave them
     * @param saved at least what {@link #state} gave
     * @throws IllegalArgumentException if a tensor is missing
     */
    public void restore(Map<String, BitWidth> widths, Map<String, Tensor> saved) {
        widths.forEach(this::admit);
        state().forEach((name, tensor) -> {
            Tensor t = saved.get(name);
            if (t == null) {
                throw new IllegalArgumentException("checkpoint: expected a tensor '" + name + "', it has none");
            }
            tensor.copyFrom(t);
        });
    }
}
