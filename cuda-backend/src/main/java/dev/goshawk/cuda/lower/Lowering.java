package dev.goshawk.cuda.lower;

import dev.goshawk.compile.Step;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.PoolGeometry;
import dev.goshawk.tensor.Shape;
import java.util.List;
import java.util.function.Function;

/** What each step of a plan queues. The generated kernels are loaded when all steps have been lowered. */
public final class Lowering {
    private final KernelLibrary kernels;
    private final Function<Value, Address> addresses;
    private final LoopLowering loops;
    private final ProductLowering products;
    private final ReductionLowering reductions;
    private final MovementLowering movements;

    /**
     * For the steps of one plan.
     *
     * @param addresses where each stored value lies
     * @param workspace what the steps share
     */
    public Lowering(KernelLibrary kernels, Precision precision, Function<Value, Address> addresses,
            Workspace workspace) {
        this.kernels = kernels;
        this.addresses = addresses;
        this.loops = new LoopLowering(kernels, workspace);
        this.reductions = new ReductionLowering(kernels, workspace);
        this.products = new ProductLowering(kernels, workspace, reductions, precision);
        this.movements = new MovementLowering(kernels);
    }

    /** The work of a step, in order. */
    public List<Work> lower(Step step) {
        return switch (step) {
            case Step.Loop(var nest) -> loops.loop(nest, addresses);
            case Step.Apply a -> a.result().shape().size() == 0 ? List.of() : apply(a);
        };
    }

    private List<Work> apply(Step.Apply a) {
        Value result = a.result();
        Address to = addresses.apply(result);
        List<Address> from = a.operands().stream().map(addresses).toList();
        List<Shape> shapes = a.operands().stream().map(Value::shape).toList();
        Shape shape = result.shape();
        DType dtype = result.dtype();
        boolean accumulate = a.addTo().isPresent();
        return switch (a.op()) {
            case Op.Conv c -> products.conv(c, dtype, from.get(0), from.get(1), to, accumulate);
            case Op.MatMul m -> products.matmul(m, dtype, shape.dim(0), shape.dim(1),
                    shapes.get(0).dim(m.transposeA() ? 0 : 1), from.get(0), from.get(1), to, accumulate);
            case Op.Permute p -> movements.permute(p, dtype, shapes.get(0), from.get(0), shape, to);
            case Op.Broadcast _ -> movements.broadcast(dtype, shapes.get(0), from.get(0), shape, to);
            case Op.Pad p -> movements.pad(p, dtype, shapes.get(0), from.get(0), shape, to);
            case Op.Slice s -> movements.slice(s, dtype, shapes.get(0), from.get(0), shape, to);
            case Op.Concat(var axis) -> movements.concat(axis, dtype, shapes, from, shape, to);
            case Op.Constant(var value, var _, var _) -> movements.fill(dtype, value, shape.size(), to);
            case Op.Sum(var axes) -> reductions.reduce(false, axes, dtype, shapes.get(0), from.get(0), to);
            case Op.MaxOver(var axes) -> reductions.reduce(true, axes, dtype, shapes.get(0), from.get(0), to);
            case Op.CumulativeSum c -> List.of(reductions.cumulativeSum(c, dtype, shape, from.get(0), to));
            case Op.AvgPool(var g, var countPadding) ->
                pool("average", dtype, shape, g, from.get(0), to, countPadding ? 1 : 0);
            case Op.AvgPoolTranspose(var g, var countPadding) ->
                pool("average_transpose", dtype, shape, g, from.get(0), to, countPadding ? 1 : 0);
            case Op.MaxPoolIndices(var g) ->
                List.of(kernels.elements("pool", "gk_pool_max_indices" + suffix(a.operands().get(0).dtype()),
                        shape.size(), from.get(0), to, window(g)));
            case Op.PoolGather(var g) ->
                List.of(kernels.elements("pool", "gk_pool_gather" + suffix(dtype), shape.size(),
                        from.get(0), from.get(1), to, window(g)));
            case Op.PoolScatter(var g) -> List.of(kernels.elements("pool", "gk_pool_scatter" + suffix(dtype),
                    shape.size(), from.get(0), from.get(1), to, window(g)));
            case Op.Input _, Op.Reshape _, Op.Add _, Op.Subtract _, Op.Scale _, Op.Multiply _, Op.AtLeast _, Op.Elementwise _, Op.Piecewise _, Op.StraightThroughSlope _ ->
                throw new IllegalStateException("not a step of its own: " + a.op().label() + " " + result.type());
        };
    }

    private List<Work> pool(String name, DType dtype, Shape result, PoolGeometry g, Address from, Address to,
            int countPadding) {
        return List.of(kernels.elements("pool", "gk_pool_" + name + suffix(dtype), result.size(), from, to, window(g),
                countPadding));
    }

    private static String suffix(DType dtype) {
        return ProductLowering.suffix(dtype);
    }

    private static int[] window(PoolGeometry g) {
        return new int[] {g.batch(), g.inHeight(), g.inWidth(), g.channels(), g.outHeight(), g.outWidth(),
                g.kernelHeight(), g.kernelWidth(), g.strideHeight(), g.strideWidth(), g.padTop(), g.padLeft()};
    }
}
