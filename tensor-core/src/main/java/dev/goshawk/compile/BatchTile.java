package dev.goshawk.compile;

import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.PoolGeometry;
import dev.goshawk.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rewrites steps over a whole batch as the same steps over {@code images} of its {@code batch} images. Values that are read or
 * written by images are replaced by stand-ins with a shorter first axis; the others are unchanged.
 */
public final class BatchTile {
    private final int batch;
    private final int images;
    private final Map<Value, Value> standIns = new IdentityHashMap<>();
    private final Map<Value, Value> originals = new IdentityHashMap<>();

    /** A tile of so many images of a batch. */
    public BatchTile(int batch, int images) {
        this.batch = batch;
        this.images = images;
    }

    /** Elements of a value of the whole batch that belong to the tile. */
    public int elements(Value v) {
        return v.shape().size() / batch * images;
    }

    /** The value of the whole batch that a value of a narrowed step stands for; itself if it is not read by images. */
    public Value original(Value v) {
        return originals.getOrDefault(v, v);
    }

    /** Whether a value of a narrowed step is a stand-in. */
    public boolean isStandIn(Value v) {
        return originals.containsKey(v);
    }

    /** The step over the tile's images. */
    public Step narrow(Step step, BatchForm form) {
        return switch (step) {
            case Step.Loop(var n) -> new Step.Loop(new LoopNest(n.dtype(), n.rows() / batch * images, n.columns(),
                    n.operands().stream().map(o -> new LoopNest.Operand(narrow(o.value(), form), o.access())).toList(),
                    n.constants(), n.instructions(), n.results().stream()
                            .map(r -> new LoopNest.Result(narrow(r.value(), form), r.register(), r.kind())).toList()));
            case Step.Apply a -> {
                Optional<Value> addTo = a.addTo().map(v -> narrow(v, form));
                yield new Step.Apply(narrow(a.op()), a.operands().stream().map(v -> narrow(v, form)).toList(),
                        narrow(a.result(), form), addTo);
            }
        };
    }

    private Value narrow(Value v, BatchForm form) {
        if (!form.sliced().contains(v)) {
            return v;
        }
        return standIns.computeIfAbsent(v, k -> {
            Value standIn = Value.input("images", v.dtype(), narrow(v.shape()));
            originals.put(standIn, v);
            return standIn;
        });
    }

    private Shape narrow(Shape shape) {
        int[] dims = shape.dims();
        dims[0] = images;
        return Shape.of(dims);
    }

    private Op narrow(Op op) {
        return switch (op) {
            case Op.Conv(var role, var g) -> new Op.Conv(role, narrow(g));
            case Op.AvgPool(var g, var countPadding) -> new Op.AvgPool(narrow(g), countPadding);
            case Op.AvgPoolTranspose(var g, var countPadding) -> new Op.AvgPoolTranspose(narrow(g), countPadding);
            case Op.MaxPoolIndices(var g) -> new Op.MaxPoolIndices(narrow(g));
            case Op.PoolGather(var g) -> new Op.PoolGather(narrow(g));
            case Op.PoolScatter(var g) -> new Op.PoolScatter(narrow(g));
            case Op.Broadcast(var shape) -> new Op.Broadcast(narrow(shape));
            case Op.Slice(var start, var limit, var stride) -> {
                List<Integer> limits = new ArrayList<>(limit);
                limits.set(0, images);
                yield new Op.Slice(start, Collections.unmodifiableList(limits), stride);
            }
            // Their attributes do not count images; Step.Apply never holds the leaves, reshapes and elementwise ops.
            case Op.MatMul _, Op.Permute _, Op.Pad _, Op.Concat _, Op.Sum _, Op.CumulativeSum _, Op.MaxOver _, Op.Leaf _, Op.Reshape _, Op.Elementwise _, Op.Add _, Op.Subtract _, Op.Scale _, Op.Multiply _, Op.AtLeast _, Op.Piecewise _, Op.StraightThroughSlope _ ->
                op;
        };
    }

    private ConvGeometry narrow(ConvGeometry g) {
        return new ConvGeometry(images, g.inHeight(), g.inWidth(), g.inChannels(), g.outChannels(), g.kernelHeight(),
                g.kernelWidth(), g.strideHeight(), g.strideWidth(), g.padTop(), g.padLeft(), g.padBottom(),
                g.padRight(), g.groups());
    }

    private PoolGeometry narrow(PoolGeometry g) {
        return new PoolGeometry(images, g.inHeight(), g.inWidth(), g.channels(), g.kernelHeight(), g.kernelWidth(),
                g.strideHeight(), g.strideWidth(), g.padTop(), g.padLeft(), g.padBottom(), g.padRight());
    }
}
