package dev.goshawk.cpu.exec;
import dev.goshawk.cpu.exec.loop.LoopKernel;
import dev.goshawk.cpu.exec.slot.CacheLine;
import dev.goshawk.cpu.exec.slot.Scratch;
import dev.goshawk.cpu.exec.slot.Slot;
import dev.goshawk.cpu.exec.slot.Kernel;

import dev.goshawk.backend.Workers;
import dev.goshawk.compile.LoopNest;
import dev.goshawk.compile.MemoryPlan;
import dev.goshawk.compile.Step;
import dev.goshawk.cpu.kernel.ProductKernels;
import dev.goshawk.cpu.kernel.conv.ConvKernel;
import dev.goshawk.cpu.kernel.conv.ConvKernelDouble;
import dev.goshawk.cpu.reference.ReferenceOps;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Chooses the kernel of each step. Ops that are rare in networks run as the reference does. */
final class KernelFactory {
    private final Function<Value, Slot> slots;
    private final Function<Value, MemoryPlan.@Nullable Place> places;
    private final Predicate<Value> begun;
    private final Scratch scratch;
    private final int threads;

    /**
     * @param slots where kernels find a value
     * @param places where the plan has put it; null for an input
     * @param begun sums that are to be added to what is there already
     */
    KernelFactory(Function<Value, Slot> slots, Function<Value, MemoryPlan.@Nullable Place> places,
            Predicate<Value> begun, Scratch scratch, int threads) {
        this.slots = slots;
        this.places = places;
        this.begun = begun;
        this.scratch = scratch;
        this.threads = threads;
    }

    Kernel kernel(Step step) {
        return switch (step) {
            case Step.Loop(var nest) -> loop(nest);
            case Step.Apply a -> apply(a);
        };
    }

    private Kernel loop(LoopNest nest) {
        Slot[] operands = nest.operands().stream().map(o -> slots.apply(o.value())).toArray(Slot[]::new);
        Slot[] results = nest.results().stream().map(r -> slots.apply(r.value())).toArray(Slot[]::new);
        int[] overwritten = new int[results.length];
        for (int k = 0; k < results.length; k++) {
            overwritten[k] = -1;
            MemoryPlan.Place place = places.apply(nest.results().get(k).value());
            for (int o = 0; place != null && o < operands.length; o++) {
                if (place.equals(places.apply(nest.operands().get(o).value()))) {
                    overwritten[k] = o;
                }
            }
        }
        boolean addSums = nest.results().stream().anyMatch(r -> begun.test(r.value()));
        return new LoopKernel(nest, overwritten, operands, results, addSums, scratch, threads);
    }

    private Kernel apply(Step.Apply a) {
        Value result = a.result();
        Slot to = slots.apply(result);
        List<Slot> from = a.operands().stream().map(slots).toList();
        List<Shape> shapes = a.operands().stream().map(Value::shape).toList();
        boolean accumulate = a.addTo().isPresent() || begun.test(result);
        return switch (a.op()) {
            case Op.Conv c -> conv(c, from, to, result.dtype(), accumulate);
            case Op.MatMul m -> matmul(m, from, shapes, to, result, accumulate);
            case Op.Permute p -> StridedCopy.permute(p, shapes.get(0), from.get(0), result.shape(), to);
            case Op.Broadcast _ -> StridedCopy.broadcast(shapes.get(0), from.get(0), result.shape(), to);
            case Op.Pad p -> StridedCopy.pad(p, shapes.get(0), from.get(0), result.shape(), to);
            case Op.Slice s -> StridedCopy.slice(s, shapes.get(0), from.get(0), result.shape(), to);
            case Op.Concat(var axis) -> StridedCopy.concat(axis, shapes, from, result.shape(), to);
            case Op.Sum(var axes) when contiguous(axes, shapes.get(0)) -> {
                Extents e = Extents.of(axes, shapes.get(0));
                yield new BlockSum(from.get(0), to, e.outer(), e.middle(), e.inner(), scratch, threads);
            }
            case Op.MaxOver(var axes) when contiguous(axes, shapes.get(0)) -> {
                Extents e = Extents.of(axes, shapes.get(0));
                yield new BlockMax(from.get(0), to, e.outer(), e.middle(), e.inner());
            }
            case Op.CumulativeSum(var axis, var reverse) -> {
                Extents e = Extents.of(List.of(axis), shapes.get(0));
                yield new CumulativeSums(from.get(0), to, result.dtype(), reverse, e.outer(), e.middle(), e.inner(),
                        scratch, threads);
            }
            case Op.AvgPool(var g, var countPadding) ->
                new AveragePool(g, countPadding, false, from.get(0), to, result.dtype(), scratch, threads);
            case Op.AvgPoolTranspose(var g, var countPadding) ->
                new AveragePool(g, countPadding, true, from.get(0), to, result.dtype(), scratch, threads);
            case Op.MaxPoolIndices(var g) -> IndexedPool.indices(g, from.get(0), to, a.operands().get(0).dtype());
            case Op.PoolGather(var g) -> IndexedPool.gather(g, from.get(0), from.get(1), to, result.dtype());
            case Op.PoolScatter(var g) -> IndexedPool.scatter(g, from.get(0), from.get(1), to, result.dtype());
            case Op.Leaf _, Op.Elementwise _, Op.Add _, Op.Subtract _, Op.Scale _, Op.Multiply _, Op.AtLeast _, Op.Piecewise _, Op.StraightThroughSlope _, Op.Reshape _, Op.Sum _, Op.MaxOver _ ->
                reference(a.op(), shapes, from, result, to);
        };
    }

    private Kernel conv(Op.Conv c, List<Slot> from, Slot to, DType dtype, boolean accumulate) {
        Slot x = from.get(0);
        Slot y = from.get(1);
        if (dtype == DType.FLOAT32) {
            ConvKernel k = ProductKernels.conv(c.role(), c.geometry());
            scratch.require(dtype, k.scratchFloats(threads));
            return w -> k.run(x.tensor().floats(), x.offset(), y.tensor().floats(), y.offset(), to.tensor().floats(),
                    to.offset(), accumulate, scratch.floats(), CacheLine.start(DType.FLOAT32), w);
        }
        ConvKernelDouble k = ProductKernels.convDouble(c.role(), c.geometry());
        scratch.require(dtype, k.scratchDoubles(threads));
        return w -> k.run(x.tensor().doubles(), x.offset(), y.tensor().doubles(), y.offset(), to.tensor().doubles(),
                to.offset(), accumulate, scratch.doubles(), CacheLine.start(DType.FLOAT64), w);
    }

    private Kernel matmul(Op.MatMul op, List<Slot> from, List<Shape> shapes, Slot to, Value result,
            boolean accumulate) {
        int m = result.shape().dim(0);
        int n = result.shape().dim(1);
        int k = shapes.get(0).dim(op.transposeA() ? 0 : 1);
        int lda = shapes.get(0).dim(1);
        int ldb = shapes.get(1).dim(1);
        Slot x = from.get(0);
        Slot y = from.get(1);
        if (result.dtype() == DType.FLOAT32) {
            scratch.require(DType.FLOAT32, ProductKernels.gemmScratch(m, n, k, threads));
            return w -> ProductKernels.gemm(m, n, k, x.tensor().floats(), x.offset(), lda, op.transposeA(),
                    y.tensor().floats(), y.offset(), ldb, op.transposeB(), to.tensor().floats(), to.offset(), n,
                    accumulate, scratch.floats(), CacheLine.start(DType.FLOAT32), w);
        }
        scratch.require(DType.FLOAT64, ProductKernels.gemmScratchDouble(m, n, k, threads));
        return w -> ProductKernels.gemm(m, n, k, x.tensor().doubles(), x.offset(), lda, op.transposeA(),
                y.tensor().doubles(),
                y.offset(), ldb, op.transposeB(), to.tensor().doubles(), to.offset(), n, accumulate, scratch.doubles(),
                CacheLine.start(DType.FLOAT64), w);
    }

    /** Whether what lies between the axes is of extent 1. */
    private static boolean contiguous(List<Integer> axes, Shape in) {
        return !axes.isEmpty() && IntStream.range(axes.getFirst(), axes.getLast())
                .allMatch(i -> axes.contains(i) || in.dim(i) == 1);
    }

    /** A shape seen as what stands before, within and after a contiguous group of axes. */
    private record Extents(int outer, int middle, int inner) {
        static Extents of(List<Integer> axes, Shape in) {
            int outer = 1;
            int middle = 1;
            int inner = 1;
            for (int i = 0; i < in.rank(); i++) {
                if (i < axes.getFirst()) {
                    outer *= in.dim(i);
                } else if (i > axes.getLast()) {
                    inner *= in.dim(i);
                } else {
                    middle *= in.dim(i);
                }
            }
            return new Extents(outer, middle, inner);
        }
    }

    private static Kernel reference(Op op, List<Shape> shapes, List<Slot> from, Value result, Slot to) {
        Shape[] operandShapes = shapes.toArray(Shape[]::new);
        return (Workers _) -> {
            double[][] in = new double[operandShapes.length][];
            for (int i = 0; i < in.length; i++) {
                in[i] = from.get(i).tensor().toDoubles();
            }
            Tensor computed = Tensor.of(result.shape(), ReferenceOps.evaluate(op, result.shape(), operandShapes, in));
            to.tensor().reshape(result.shape()).copyFrom(computed);
        };
    }
}
