package dev.goshawk.packed;

import dev.goshawk.models.NetworkDescription;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.packed.format.PackedNetwork;
import dev.goshawk.packed.format.PackedWeight;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;

/** The parameters of a packed network as tensors in Goshawk's layout, made by a thread of their own and those of the common pool. */
final class UnpackedParameters implements PackedNetwork.Visitor {
    /** Floats of a cache line of 64 bytes. */
    private static final int LINE = 16;
    /** The first float of an array that begins a line where objects begin on one, as they do with an alignment of 64 bytes. */
    private static final int FIRST = 12;
    /** Floats that one array holds. */
    private static final int MOST = 1 << 28;

    private final DType dtype;
    private final List<ParameterSpec> specs = new ArrayList<>();
    private final List<Source> sources = new ArrayList<>();
    private int next = FIRST;

    /** Makes a tensor, of float32 at a place in an array or elsewhere. */
    @FunctionalInterface
    private interface Source {
        Tensor tensor(float[] shared);
    }

    private UnpackedParameters(DType dtype) {
        this.dtype = dtype;
    }

    /** Begins to unpack a network's parameters; the result has them by name, in the network's order. */
    static Background<SequencedMap<String, Tensor>> begin(NetworkDescription description, PackedNetwork content,
            DType dtype) {
        UnpackedParameters all = new UnpackedParameters(dtype);
        content.visit(description, all);
        return new Background<>("goshawk-weights", all::tensors);
    }

    @Override
    public void weight(ParameterSpec spec, PackedWeight weight, float[] floats) {
        if (weight.rule().isFloat()) {
            add(spec, _ -> PackedWeight.ordered(spec.shape(), floats));
            return;
        }
        long end = next + (spec.shape().size() + LINE - 1L) / LINE * LINE;
        if (end > MOST) {
            add(spec, _ -> weight.values(spec.shape()));
            return;
        }
        int at = next;
        add(spec, shared -> weight.values(spec.shape(), shared, at));
        next = (int) end;
    }

    @Override
    public void bias(ParameterSpec spec, float[] values) {
        array(spec, values);
    }

    @Override
    public void array(ParameterSpec spec, float[] values) {
        add(spec, _ -> Tensor.view(spec.shape(), values, 0));
    }

    private void add(ParameterSpec spec, Source source) {
        specs.add(spec);
        sources.add(source);
    }

    private SequencedMap<String, Tensor> tensors() {
        // One array for all is allocated and zeroed at once.
        float[] shared = new float[next];
        Tensor[] tensors = new Tensor[sources.size()];
        IntStream.range(0, tensors.length).parallel().forEach(i -> {
            Tensor tensor = sources.get(i).tensor(shared);
            tensors[i] = tensor.dtype() == dtype ? tensor : tensor.to(dtype);
        });
        SequencedMap<String, Tensor> byName = new LinkedHashMap<>();
        for (int i = 0; i < tensors.length; i++) {
            byName.put(specs.get(i).name(), tensors[i]);
        }
        return byName;
    }
}
