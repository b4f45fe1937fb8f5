package dev.goshawk.packed.integer;

import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.ConvRole;
import dev.goshawk.tensor.Shape;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** The values between two roundings of a network: sums of whole numbers, which a program computes, and numbers for each channel. */
final class IntegerGraph {
    private static final List<Integer> PLANES_FIRST = List.of(0, 3, 1, 2);
    private static final List<Integer> TRANSPOSED = List.of(1, 0);
    private static final List<Integer> NONE = List.of(0, 0, 0, 0);

    private final Map<String, Sums> inputs;
    private final Map<String, IntegerWeight> weights;
    private final Map<String, double[]> constants;
    private final Convolutions convolutions;
    private final Map<Value, Sums> sums = new IdentityHashMap<>();
    /** Images whose planes come one after the other. */
    private final Map<Value, Sums> planes = new IdentityHashMap<>();
    private final Map<Value, double[]> numbers = new IdentityHashMap<>();
    private final Map<Value, IntegerWeight> filters = new IdentityHashMap<>();

    IntegerGraph(Map<String, Sums> inputs, Map<String, IntegerWeight> weights, Map<String, double[]> constants,
            Convolutions convolutions) {
        this.inputs = inputs;
        this.weights = weights;
        this.constants = constants;
        this.convolutions = convolutions;
    }

    /** What a value is. */
    Sums sums(Value value) {
        Sums found = sums.get(value);
        if (found == null) {
            throw IntegerOps.unsupported("expected sums of activations, got " + value.op().label());
        }
        return found;
    }

    /** Adds a value, its operands before it. */
    void add(Value v) {
        switch (v.op()) {
            case Op.Input in -> input(v, in.name());
            case Op.Constant c -> {
                double[] all = new double[v.shape().rank() == 0 ? 1 : v.shape().dim(-1)];
                Arrays.fill(all, c.value());
                numbers.put(v, all);
            }
            case Op.Conv(var role, var g) when role == ConvRole.OUTPUT ->
                sums.put(v, IntegerOps.conv(sums(v.operand(0)), g, filter(v.operand(1)), convolutions));
            case Op.MatMul(var a, var b) when !a && !b ->
                sums.put(v, product(sums(v.operand(0)), v.shape().dim(-1), v.operand(1)));
            case Op.Add _ -> sums.put(v, added(v.operand(0), v.operand(1)));
            case Op.Multiply _ -> sums.put(v, scaled(v.operand(0), v.operand(1)));
            case Op.Scale(var factor) -> sums.put(v, sums(v.operand(0)).times(factor));
            case Op.Broadcast _ -> broadcast(v);
            case Op.Sum(var axes) when axes.equals(List.of(1, 2)) && v.operand(0).shape().rank() == 4 ->
                sums.put(v, IntegerOps.sumOfPixels(sums(v.operand(0)), convolutions));
            case Op.Permute(var order) when order.equals(TRANSPOSED) && filters.containsKey(v.operand(0)) -> {
            }
            case Op.Permute(var order) when order.equals(PLANES_FIRST) -> planes.put(v, sums(v.operand(0)));
            case Op.Reshape(var to) -> reshape(v, to);
            case Op.Concat(var axis) when axis == v.shape().rank() - 1 ->
                sums.put(v, Sums.concat(v.operands().stream().map(this::sums).toList()));
            case Op.Slice(var start, var limit, var stride) when start.size() == 4 ->
                sums.put(v, IntegerOps.slice(sums(v.operand(0)), start, limit, stride, convolutions));
            case Op.Pad(var low, var high, var interior) when filters.get(v.operand(0)) instanceof IntegerWeight filter
                    && low.equals(NONE) && high.equals(NONE) && interior.subList(2, 4).equals(List.of(0, 0)) ->
                filters.put(v, filter.dilated(v.operand(0).shape(), interior.get(0), interior.get(1)));
            case Op.Pad(var low, var high, var interior) when low.size() == 4 ->
                sums.put(v, IntegerOps.padChannels(sums(v.operand(0)), low, high, interior));
            case Op.AvgPool(var g, var count) ->
                sums.put(v, IntegerOps.avgPool(sums(v.operand(0)), g, count, convolutions));
            case Op.MaxPoolIndices _ -> {
            }
            case Op.PoolGather(var g) when v.operand(1).op() instanceof Op.MaxPoolIndices
                    && v.operand(1).operand(0) == v.operand(0) ->
                sums.put(v, IntegerOps.maxPool(sums(v.operand(0)), g, convolutions));
            default -> throw IntegerOps.unsupported("expected what integers can compute, got " + v.op().label());
        }
    }

    private void input(Value v, String name) {
        Sums sum = inputs.get(name);
        double[] constant = constants.get(name);
        IntegerWeight weight = weights.get(name);
        if (sum != null) {
            sums.put(v, sum);
        } else if (constant != null) {
            numbers.put(v, constant);
        } else if (weight != null) {
            filters.put(v, weight);
        } else {
            throw IntegerOps.unsupported("expected weights, biases and activations, got the array '" + name + "'");
        }
    }

    /**
     * With a matrix, or with the transpose of one. What a row of a transpose is worth belongs to what it is multiplied with, so that
     * it goes there.
     */
    private Sums product(Sums x, int outputs, Value matrix) {
        if (filters.containsKey(matrix) || !(matrix.op() instanceof Op.Permute)) {
            return IntegerOps.product(x, outputs, filter(matrix), convolutions);
        }
        IntegerWeight weight = filter(matrix.operand(0));
        return IntegerOps.product(x.times(weight.scales()), outputs, weight.transposed(outputs), convolutions);
    }

    private IntegerWeight filter(Value v) {
        IntegerWeight found = filters.get(v);
        if (found == null) {
            throw IntegerOps.unsupported("expected a weight, got " + v.op().label());
        }
        return found;
    }

    private void broadcast(Value v) {
        double[] found = numbers.get(v.operand(0));
        if (found == null || found.length > 1 && v.operand(0).shape().dim(-1) != found.length) {
            throw IntegerOps
                    .unsupported("expected numbers by channel to be repeated, got " + v.operand(0).op().label());
        }
        numbers.put(v, found);
    }

    private void reshape(Value v, Shape to) {
        Value from = v.operand(0);
        double[] found = numbers.get(from);
        if (found != null && to.size() == found.length) {
            numbers.put(v, found);
            return;
        }
        if (planes.get(from) instanceof Sums image && to.rank() == 2 && to.dim(0) == from.shape().dim(0)) {
            sums.put(v, IntegerOps.flattened(image, convolutions));
            return;
        }
        Sums sum = sums(from);
        if (to.rank() == 2 && to.dim(0) == from.shape().dim(0) && from.shape().rank() == 4 && sum.pixels() > 1) {
            sums.put(v, IntegerOps.unrolled(sum, convolutions));
            return;
        }
        if (sum.pixels() != 1 || to.size() / to.dim(0) != sum.channels()) {
            throw IntegerOps.unsupported("expected a single pixel to become a vector, got " + from.shape());
        }
        sums.put(v, sum);
    }

    private Sums added(Value a, Value b) {
        double[] left = numbers.get(a);
        double[] right = numbers.get(b);
        if (left != null) {
            return sums(b).plus(matching(left, sums(b)));
        }
        return right != null ? sums(a).plus(matching(right, sums(a))) : sums(a).plus(sums(b));
    }

    private Sums scaled(Value a, Value b) {
        double[] left = numbers.get(a);
        double[] right = left == null ? numbers.get(b) : left;
        if (right == null) {
            throw IntegerOps.unsupported("expected a product with numbers by channel");
        }
        Sums other = sums(left == null ? a : b);
        return other.times(matching(right, other));
    }

    private static double[] matching(double[] some, Sums sums) {
        if (some.length == sums.channels()) {
            return some;
        }
        if (some.length != 1) {
            throw IntegerOps.unsupported("expected a number for each of " + sums.channels() + " channels, got "
                    + some.length);
        }
        double[] all = new double[sums.channels()];
        Arrays.fill(all, some[0]);
        return all;
    }
}
