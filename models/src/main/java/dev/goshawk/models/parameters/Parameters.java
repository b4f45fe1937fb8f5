package dev.goshawk.models.parameters;

import dev.goshawk.models.Network;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.backend.Executable;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import dev.goshawk.weights.Weights;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;

/** A network's parameters: tensors by name, in PyTorch's order and Goshawk's layout. Their elements may change. */
public final class Parameters {
    private final List<ParameterSpec> specs;
    private final SequencedMap<String, Tensor> tensors;

    private Parameters(List<ParameterSpec> specs, SequencedMap<String, Tensor> tensors) {
        this.specs = List.copyOf(specs);
        this.tensors = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(tensors));
    }

    /**
     * Parameters for training from scratch: weights normal with variance 2 / fan-in (He et al. 2015, "Delving deep into
     * rectifiers", eq. 10), biases 0, batch normalization the identity. A function of the seed, the parameters' names
     * and their shapes alone.
     */
    public static Parameters initialize(Network network, DType dtype, long seed) {
        List<ParameterSpec> specs = network.parameters();
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        for (ParameterSpec spec : specs) {
            Tensor t = Tensor.zeros(dtype, spec.shape());
            switch (spec.kind()) {
                case CONV_WEIGHT, LINEAR_WEIGHT ->
                    new NormalNumbers(seed, spec.name()).fill(t, Math.sqrt(2.0 / spec.fanIn()));
                case BN_WEIGHT, BN_VARIANCE -> t.fill(1);
                case BIAS, BN_BIAS, BN_MEAN -> t.fill(0);
                case ARRAY, CONSTANT -> t.copyFrom(network.initial(spec));
            }
            tensors.put(spec.name(), t);
        }
        return new Parameters(specs, tensors);
    }

    /**
     * As {@link #load(Network, Weights, DType, Consumer)}, without a word on the names.
     *
     * @throws ParameterMismatchException in one line, if names or shapes differ or an element is not a finite number
     */
    public static Parameters load(Network network, Weights weights, DType dtype) {
        return load(network, weights, dtype, note -> {
        });
    }

    /**
     * Parameters from a checkpoint in PyTorch's names and layout. What frameworks put before names ({@code module.},
     * {@code _orig_mod.}, {@code model.} and the like, nested too) comes off where that makes them the network's;
     * batch normalization's {@code num_batches_tracked} and what the network {@linkplain Network#ignores leaves out}
     * are passed over.
     *
     * @param notes given a line where something came off
     * @throws ParameterMismatchException in one line, if names or shapes differ or an element is not a finite number
     */
    public static Parameters load(Network network, Weights weights, DType dtype, Consumer<String> notes) {
        Weights plain = WeightMatch.fit(network, weights, notes);
        List<ParameterSpec> specs = network.parameters();
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        for (ParameterSpec spec : specs) {
            Tensor t = TorchLayout.fromTorch(spec, plain.get(spec.name()), dtype);
            for (int i = 0; i < t.size(); i++) {
                if (!Double.isFinite(t.get(i))) {
                    throw new ParameterMismatchException(plain.source() + ": parameter '" + spec.name()
                            + "' holds a number that is not finite in " + dtype + ": " + t.get(i));
                }
            }
            tensors.put(spec.name(), t);
        }
        return new Parameters(specs, tensors);
    }

    /** What the parameters are, in order. */
    public List<ParameterSpec> specs() {
        return specs;
    }

    /** Element type of all arrays. */
    public DType dtype() {
        return tensors.firstEntry().getValue().dtype();
    }

    /** The tensors by name, in order; shared, not copied. */
    public SequencedMap<String, Tensor> tensors() {
        return tensors;
    }

    /**
     * A parameter by name; shared, not copied.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public Tensor get(String name) {
        Tensor t = tensors.get(name);
        if (t == null) {
            throw new IllegalArgumentException("parameters: none is named '" + name + "'");
        }
        return t;
    }

    /** Binds every parameter the executable takes as an input: from then on it sees changes of their elements. */
    public void bindTo(Executable executable) {
        tensors.forEach((name, tensor) -> {
            if (executable.inputs().contains(name)) {
                executable.bind(name, tensor);
            }
        });
    }

    /** Overwrites the elements with those of the same network's other parameters; the element type may differ. */
    public void copyFrom(Parameters other) {
        tensors.forEach((name, tensor) -> tensor.copyFrom(other.get(name)));
    }

    /** A deep copy in the given element type. */
    public Parameters to(DType dtype) {
        SequencedMap<String, Tensor> converted = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> converted.put(name, tensor.to(dtype)));
        return new Parameters(specs, converted);
    }

    /** A deep copy. */
    public Parameters copy() {
        SequencedMap<String, Tensor> copied = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> copied.put(name, tensor.copy()));
        return new Parameters(specs, copied);
    }

    /** A copy in PyTorch's layout, as weight files hold it; {@code source} names it in messages. */
    public Weights toWeights(String source) {
        Map<String, Tensor> torch = new LinkedHashMap<>();
        for (ParameterSpec spec : specs) {
            torch.put(spec.name(), TorchLayout.toTorch(spec, get(spec.name())));
        }
        return Weights.of(source, torch);
    }

    /** Names of the trainable parameters, in order. */
    public List<String> trainable() {
        List<String> names = new ArrayList<>();
        specs.stream().filter(ParameterSpec::isTrainable).forEach(s -> names.add(s.name()));
        return names;
    }
}
