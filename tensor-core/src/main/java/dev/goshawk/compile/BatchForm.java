package dev.goshawk.compile;

import dev.goshawk.compile.LoopNest.Access;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.ConvRole;
import dev.goshawk.tensor.PoolGeometry;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a step processes some of a batch's images at a time: what it reads and writes image by image, and which results are sums over
 * the images. It needs everything else it reads as a whole.
 *
 * @param sliced values read or written by images, which their first axis counts
 * @param summed results added up over the images
 */
public record BatchForm(Set<Value> sliced, Set<Value> summed) {

    /** The number of images in a batch: what all convolutions and poolings agree on; empty where they do not, or there are none. */
    static OptionalInt batch(List<Step> steps) {
        int batch = 0;
        for (Step s : steps) {
            int own = s instanceof Step.Apply a ? batch(a.op()) : 0;
            if (own != 0 && batch != 0 && own != batch) {
                return OptionalInt.empty();
            }
            batch = Math.max(batch, own);
        }
        return batch == 0 ? OptionalInt.empty() : OptionalInt.of(batch);
    }

    private static int batch(Op op) {
        PoolGeometry pool = pool(op);
        return op instanceof Op.Conv c ? c.geometry().batch() : pool == null ? 0 : pool.batch();
    }

    private static @Nullable PoolGeometry pool(Op op) {
        return switch (op) {
            case Op.AvgPool(var g, var _) -> g;
            case Op.AvgPoolTranspose(var g, var _) -> g;
            case Op.MaxPoolIndices(var g) -> g;
            case Op.PoolGather(var g) -> g;
            case Op.PoolScatter(var g) -> g;
            case Op.Leaf _, Op.Elementwise _, Op.Add _, Op.Subtract _, Op.Scale _, Op.Multiply _, Op.AtLeast _, Op.Piecewise _, Op.StraightThroughSlope _, Op.Reshape _, Op.Permute _, Op.Broadcast _, Op.Pad _, Op.Slice _, Op.Concat _, Op.Sum _, Op.CumulativeSum _, Op.MaxOver _, Op.MatMul _, Op.Conv _ ->
                null;
        };
    }

    /** The form of a step over a batch of so many images; empty where it can only be run whole. */
    static Optional<BatchForm> of(Step step, int batch) {
        return switch (step) {
            case Step.Loop(var nest) -> loop(nest, batch);
            case Step.Apply a -> apply(a, batch);
        };
    }

    private static Optional<BatchForm> loop(LoopNest nest, int batch) {
        BatchForm form = new BatchForm(identitySet(), identitySet());
        for (LoopNest.Operand o : nest.operands()) {
            if (isByImages(o)) {
                form.sliced.add(o.value());
            }
        }
        for (LoopNest.Result r : nest.results()) {
            (r.kind().isOfWhole() ? form.summed : form.sliced).add(r.value());
        }
        boolean whole = nest.operands().stream()
                .anyMatch(o -> !isByImages(o) && form.sliced.contains(o.value()));
        return nest.rows() % batch == 0 && !whole ? form.over(batch) : Optional.empty();
    }

    private static boolean isByImages(LoopNest.Operand o) {
        return o.access() == Access.FULL || o.access() == Access.ROW || o.access() == Access.BLOCK;
    }

    private static Optional<BatchForm> apply(Step.Apply a, int batch) {
        List<Value> in = a.operands();
        return switch (a.op()) {
            case Op.Conv c when c.role() == ConvRole.OUTPUT -> images(a, in.subList(0, 1), batch);
            case Op.Conv c when c.role() == ConvRole.INPUT_GRAD -> images(a, in.subList(1, 2), batch);
            case Op.Conv _ -> sum(a, batch);
            case Op.MatMul m when !m.transposeA() -> images(a, in.subList(0, 1), batch);
            case Op.MatMul m when !m.transposeB() -> sum(a, batch);
            case Op.Permute(var order) when beginsWith(0, order) -> images(a, in, batch);
            case Op.Broadcast _ -> images(a,
                    in.get(0).shape().rank() == a.result().shape().rank() && in.get(0).shape().dim(0) != 1
                            ? in
                            : List.of(),
                    batch);
            case Op.Pad p when beginsWith(0, p.low()) && beginsWith(0, p.high()) && beginsWith(0, p.interior()) ->
                images(a, in, batch);
            case Op.Slice s when beginsWith(0, s.start()) && beginsWith(batch, s.limit())
                    && beginsWith(1, s.stride()) ->
                images(a, in, batch);
            case Op.Concat(var axis) when axis > 0 -> images(a, in, batch);
            case Op.CumulativeSum(var axis, var _) when axis > 0 -> images(a, in, batch);
            case Op.Sum(var axes) when withinImages(axes) -> images(a, in, batch);
            case Op.MaxOver(var axes) when withinImages(axes) -> images(a, in, batch);
            case Op.AvgPool _, Op.AvgPoolTranspose _, Op.MaxPoolIndices _, Op.PoolGather _, Op.PoolScatter _ ->
                images(a, in, batch);
            case Op.Leaf _, Op.Elementwise _, Op.Add _, Op.Subtract _, Op.Scale _, Op.Multiply _, Op.AtLeast _, Op.Piecewise _, Op.StraightThroughSlope _, Op.Reshape _, Op.Permute _, Op.Pad _, Op.Slice _, Op.Concat _, Op.Sum _, Op.CumulativeSum _, Op.MaxOver _, Op.MatMul _ ->
                Optional.empty();
        };
    }

    /** False for a scalar, which has no axes. */
    private static boolean beginsWith(int first, List<Integer> axes) {
        return !axes.isEmpty() && axes.getFirst() == first;
    }

    /** Axes next to each other, not the batch's, and at least one. */
    private static boolean withinImages(List<Integer> axes) {
        return !axes.isEmpty() && axes.getFirst() > 0 && axes.getLast() - axes.getFirst() == axes.size() - 1;
    }

    private static Optional<BatchForm> images(Step.Apply a, List<Value> read, int batch) {
        BatchForm form = new BatchForm(identitySet(), identitySet());
        form.sliced.addAll(read);
        boolean both = a.operands().stream().filter(form.sliced::contains).count() != read.size();
        form.sliced.add(a.result());
        a.addTo().ifPresent(form.sliced::add);
        return both ? Optional.empty() : form.over(batch);
    }

    private static Optional<BatchForm> sum(Step.Apply a, int batch) {
        BatchForm form = new BatchForm(identitySet(), identitySet());
        form.sliced.addAll(a.operands());
        form.summed.add(a.result());
        a.addTo().ifPresent(form.summed::add);
        return form.over(batch);
    }

    private Optional<BatchForm> over(int batch) {
        boolean all = !sliced.isEmpty()
                && sliced.stream()
                        .allMatch(v -> v.shape().rank() > 0 && v.shape().dim(0) == batch && v.shape().size() > 0);
        return all ? Optional.of(this) : Optional.empty();
    }

    private static Set<Value> identitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }
}
