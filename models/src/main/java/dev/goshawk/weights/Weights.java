package dev.goshawk.weights;

import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Named tensors in the order of their file and in its layout: PyTorch's, so filters are [out, in, height, width] and a
 * linear layer's weight is [out, in]. Elements are float32 or float64 as stored; float16 and bfloat16 are widened to
 * float32; int32 stays. Tensors of other integer types, such as batch-norm's {@code num_batches_tracked}, are only
 * named in {@link #skipped()}.
 */
public final class Weights {
    private final String source;
    private final Map<String, Tensor> tensors;
    private final List<String> skipped;
    private final Map<String, String> metadata;

    Weights(String source, Map<String, Tensor> tensors, List<String> skipped, Map<String, String> metadata) {
        this.source = source;
        this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        this.skipped = List.copyOf(skipped);
        this.metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    /** Weights that come from no file; {@code source} names them in messages. */
    public static Weights of(String source, Map<String, Tensor> tensors) {
        return new Weights(source, tensors, List.of(), Map.of());
    }

    /** The file these came from, for messages. */
    public String source() {
        return source;
    }

    /** All tensors, in file order; unmodifiable. */
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    /** The tensors' names, in file order. */
    public Set<String> names() {
        return tensors.keySet();
    }

    /** Names of tensors whose element type is none of {@link DType}'s, in file order. */
    public List<String> skipped() {
        return skipped;
    }

    /** Text a safetensors file carries beside its tensors; empty for other formats. */
    public Map<String, String> metadata() {
        return metadata;
    }

    public boolean contains(String name) {
        return tensors.containsKey(name);
    }

    /**
     * The tensor of a name.
     *
     * @throws WeightFileException if there is none
     */
    public Tensor get(String name) {
        Tensor t = tensors.get(name);
        if (t == null) {
            throw new WeightFileException(source, "has no tensor " + WeightFileException.shown(name));
        }
        return t;
    }

    /** The same tensors with a prefix taken off every name, or these weights unchanged where some name lacks it. */
    public Weights withoutPrefix(String prefix) {
        if (tensors.isEmpty() || prefix.isEmpty() || !tensors.keySet().stream().allMatch(n -> n.startsWith(prefix))) {
            return this;
        }
        Map<String, Tensor> renamed = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> renamed.put(name.substring(prefix.length()), tensor));
        List<String> rest = new ArrayList<>();
        skipped.forEach(name -> rest.add(name.startsWith(prefix) ? name.substring(prefix.length()) : name));
        return new Weights(source, renamed, rest, metadata);
    }

    /**
     * These weights, when every element is a finite number.
     *
     * @throws WeightFileException naming the first tensor that holds a NaN or an infinity, and how many
     */
    public Weights requireFinite() {
        tensors.forEach((name, tensor) -> {
            int bad = 0;
            for (int i = 0; i < tensor.size(); i++) {
                if (!Double.isFinite(tensor.get(i))) {
                    bad++;
                }
            }
            if (bad > 0) {
                throw new WeightFileException(source, "tensor " + WeightFileException.shown(name) + " holds " + bad
                        + " values that are not finite numbers, of " + tensor.size());
            }
        });
        return this;
    }
}
