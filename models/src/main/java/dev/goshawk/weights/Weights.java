package dev.goshawk.weights;

import dev.goshawk.files.Printable;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Named tensors in the order of their file and in its layout: PyTorch's, so filters are [out, in, height, width] and a
 * linear layer's weight is [out, in]. Elements are float32 or float64 as stored; float16 and bfloat16 are widened to
 * float32; int32 stays. Tensors of other types, such as batch-norm's {@code num_batches_tracked}, are only named in
 * {@link #skipped()}.
 */
public final class Weights {
    private final String source;
    private final Map<String, Tensor> tensors;
    private final Map<String, String> skipped;
    private final Map<String, String> stored;
    private final Map<String, String> metadata;
    private final List<String> notes;

    Weights(String source, Map<String, Tensor> tensors, Map<String, String> stored, Map<String, String> skipped,
            Map<String, String> metadata, List<String> notes) {
        this.source = source;
        this.stored = Collections.unmodifiableMap(new LinkedHashMap<>(stored));
        this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        this.skipped = Collections.unmodifiableMap(new LinkedHashMap<>(skipped));
        this.metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        this.notes = List.copyOf(notes);
    }

    /** Weights that come from no file; {@code source} names them in messages. */
    public static Weights of(String source, Map<String, Tensor> tensors) {
        return new Weights(source, tensors, Map.of(), Map.of(), Map.of(), List.of());
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

    /**
     * Entries that are no tensor of one of {@link DType}'s types, by name, in file order, with what they are, such as
     * {@code int64}; unmodifiable.
     */
    public Map<String, String> skipped() {
        return skipped;
    }

    /**
     * The element type of a tensor as its file has it, such as {@code float16}; a tensor that comes from no file has its
     * own.
     *
     * @throws WeightFileException if there is no such tensor
     */
    public String stored(String name) {
        String own = get(name).dtype().toString();
        return stored.getOrDefault(name, own);
    }

    /** Lines on how the tensors were found, where a file left a choice; each without the file's name. */
    public List<String> notes() {
        return notes;
    }

    /** The metadata of a safetensors file; empty for other formats. */
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
            throw new WeightFileException(source, "has no tensor " + Printable.shown(name));
        }
        return t;
    }

    /**
     * The same entries under other names.
     *
     * @param names the new name of each old one, or null where the entry is left out; no two the same
     */
    public Weights renamed(Function<String, @Nullable String> names) {
        return new Weights(source, renamed(tensors, names), renamed(stored, names), renamed(skipped, names), metadata,
                notes);
    }

    /**
     * These weights without some entries.
     *
     * @param pattern a name, or its end after a dot; {@code *} stands for any characters
     * @throws WeightFileException if no name matches
     */
    public Weights without(String pattern) {
        Pattern names = Pattern.compile("(?s)(?:.*\\.)?"
                + Stream.of(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
        Weights left = renamed(name -> names.matcher(name).matches() ? null : name);
        if (left.tensors.size() + left.skipped.size() == tensors.size() + skipped.size()) {
            throw new WeightFileException(source, "no name matches " + Printable.shown(pattern)
                    + ", so nothing can be left out");
        }
        return left;
    }

    private static <V> Map<String, V> renamed(Map<String, V> entries, Function<String, @Nullable String> names) {
        Map<String, V> renamed = new LinkedHashMap<>();
        entries.forEach((name, value) -> {
            String other = names.apply(name);
            if (other != null && renamed.putIfAbsent(other, value) != null) {
                throw new IllegalArgumentException("two entries would be named " + Printable.shown(other));
            }
        });
        return renamed;
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
                throw new WeightFileException(source, "tensor " + Printable.shown(name) + " holds " + bad
                        + " values that are not finite numbers, of " + tensor.size());
            }
        });
        return this;
    }
}
