package dev.goshawk.graph;

import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * One value of a traced program: an op applied to operands, with its type. Calling the methods here <em>is</em> tracing: nothing is
 * computed, a new value is returned. Binary methods broadcast their operands as NumPy does. Identity is equality: two values are
 * the same only if they are the same object (the compiler merges equal computations later).
 */
public final class Value extends ElementFunctions {
    private static final AtomicLong NEXT = new AtomicLong();

    private final long id = NEXT.getAndIncrement();
    private final Op op;
    private final List<Value> operands;
    private final TensorType type;

    private Value(Op op, List<Value> operands) {
        this.op = op;
        this.operands = operands;
        this.type = TypeRules.infer(op, operands);
    }

    /**
     * The op applied to operands exactly as they are (no broadcasting). Forms that lose digits or overflow where their value does
     * not, such as log(1 + exp(x)), become the function they stand for ({@link StableForms}).
     *
     * @throws ShapeMismatchException if the operands do not fit the op
     */
    public static Value of(Op op, List<Value> operands) {
        Value stable = StableForms.of(op, operands);
        return stable != null ? stable : new Value(op, List.copyOf(operands));
    }

    /** As {@link #of(Op, List)}. */
    public static Value of(Op op, Value... operands) {
        return of(op, List.of(operands));
    }

    /** A named input of the program. */
    public static Value input(String name, DType dtype, Shape shape) {
        Objects.requireNonNull(name, "input: the name is null");
        Objects.requireNonNull(dtype, "input: the element type is null");
        Objects.requireNonNull(shape, "input: the shape is null");
        return of(new Op.Input(name, dtype, shape));
    }

    /** A constant of the given shape. */
    public static Value constant(double value, DType dtype, Shape shape) {
        if (!dtype.isFloating() && value != (int) value) {
            throw new ShapeMismatchException("constant: " + value + " is no " + dtype);
        }
        return of(new Op.Constant(value, dtype, shape));
    }

    /** Creation number: an operand's is always lower than its user's. */
    public long id() {
        return id;
    }

    public Op op() {
        return op;
    }

    public List<Value> operands() {
        return operands;
    }

    public Value operand(int i) {
        return operands.get(i);
    }

    public TensorType type() {
        return type;
    }

    public Shape shape() {
        return type.shape();
    }

    public DType dtype() {
        return type.dtype();
    }

    /** A constant of this value's type. */
    public Value like(double value) {
        return constant(value, dtype(), shape());
    }

    // --- arithmetic -------------------------------------------------------------------------------------------------------

    public Value add(Value other) {
        return broadcastBinary(new Op.Add(), other);
    }

    public Value add(double number) {
        return number == 0 ? this : add(like(number));
    }

    public Value subtract(Value other) {
        return broadcastBinary(new Op.Subtract(), other);
    }

    public Value subtract(double number) {
        return add(-number);
    }

    /** {@code number - this}. */
    public Value subtractFrom(double number) {
        return like(number).subtract(this);
    }

    /** Elementwise product. */
    public Value multiply(Value other) {
        return broadcastBinary(new Op.Multiply(), other);
    }

    /** Product with a number. */
    public Value scale(double factor) {
        if (factor == 1) {
            return this;
        }
        Op.Scale scale = new Op.Scale(factor);
        return op instanceof Op.Scale s && s.joins(scale, dtype())
                ? operand(0).scale(s.factor() * factor)
                : of(scale, this);
    }

    public Value negate() {
        return scale(-1);
    }

    public Value divide(Value other) {
        return broadcastBinary(new Op.Binary(Op.Binary.Function.DIVIDE), other);
    }

    /** Quotient by a number; one rounding, where a scale by its reciprocal has two. */
    public Value divide(double number) {
        return divide(like(number));
    }

    /** {@code number / this}. */
    public Value divideInto(double number) {
        return like(number).divide(this);
    }

    /** The larger of two, elementwise; at a tie the derivative goes to this one. */
    public Value max(Value other) {
        return broadcastBinary(new Op.Binary(Op.Binary.Function.MAX), other);
    }

    /** The smaller of two, elementwise; at a tie the derivative goes to this one. */
    public Value min(Value other) {
        return broadcastBinary(new Op.Binary(Op.Binary.Function.MIN), other);
    }

    /** 1 where this is at least the other, 0 elsewhere; a constant to differentiation. */
    public Value atLeast(Value other) {
        return broadcastBinary(new Op.AtLeast(), other);
    }

    public Value square() {
        return multiply(this);
    }

    Value broadcastBinary(Op op, Value other) {
        Shape joint = joint(op::label, shape(), other.shape());
        return of(op, broadcast(joint), other.broadcast(joint));
    }

    static Shape joint(Supplier<String> what, Shape a, Shape b) {
        if (a.equals(b)) {
            return a;
        }
        int rank = Math.max(a.rank(), b.rank());
        int[] d = new int[rank];
        for (int i = 1; i <= rank; i++) {
            int da = i <= a.rank() ? a.dim(-i) : 1;
            int db = i <= b.rank() ? b.dim(-i) : 1;
            if (da != db && da != 1 && db != 1) {
                throw new ShapeMismatchException(what.get() + ": shapes " + a + " and " + b
                        + " do not broadcast: axis -" + i + " has " + da + " and " + db);
            }
            d[rank - i] = da == 1 ? db : da;
        }
        return Shape.of(d);
    }

    // --- shape ------------------------------------------------------------------------------------------------------------

    public Value reshape(int... dims) {
        return reshape(Shape.of(dims));
    }

    public Value reshape(Shape to) {
        Value x = op instanceof Op.Reshape && shape().size() == to.size() ? operand(0) : this;
        return x.shape().equals(to) ? x : of(new Op.Reshape(to), x);
    }

    /** Result axis i is axis {@code order[i]} of this. */
    public Value permute(int... order) {
        return of(new Op.Permute(list(order)), this);
    }

    /** Transpose of a matrix. */
    public Value transpose() {
        if (shape().rank() != 2) {
            throw new ShapeMismatchException(
                    "transpose: expected a matrix, got " + shape() + ": permute takes the order of any axes");
        }
        return permute(1, 0);
    }

    /** Repeats this to a shape it broadcasts to, right-aligned as in NumPy. */
    public Value broadcast(Shape to) {
        return shape().equals(to) ? this : of(new Op.Broadcast(to), this);
    }

    /** Sum over everything: a scalar. */
    public Value sum() {
        int[] all = new int[shape().rank()];
        for (int i = 0; i < all.length; i++) {
            all[i] = i;
        }
        return sum(all);
    }

    /** Sum over the axes, which are dropped; negative axes count from the end. Over no axes: this itself, as in NumPy. */
    public Value sum(int... axes) {
        return axes.length == 0 ? this : of(new Op.Sum(ascending(axes)), this);
    }

    /** Mean over everything: a scalar. */
    public Value mean() {
        return sum().scale(1.0 / shape().size());
    }

    /** Mean over the axes, which are dropped; negative axes count from the end. */
    public Value mean(int... axes) {
        Value s = sum(axes);
        return s.scale((double) s.shape().size() / shape().size());
    }

    /** The gradient of {@link #broadcast}: sums this down to a shape that broadcasts to it. */
    public Value sumTo(Shape to) {
        TypeRules.broadcast(to, shape(), dtype());
        int lead = shape().rank() - to.rank();
        List<Integer> axes = new ArrayList<>();
        for (int i = 0; i < shape().rank(); i++) {
            if (i < lead || (to.dim(i - lead) == 1 && shape().dim(i) != 1)) {
                axes.add(i);
            }
        }
        return (axes.isEmpty() ? this : of(new Op.Sum(List.copyOf(axes)), this)).reshape(to);
    }

    /** Zeros before and after each axis. */
    public Value pad(int[] low, int[] high) {
        return of(new Op.Pad(list(low), list(high), Collections.nCopies(low.length, 0)), this);
    }

    /** Elements start, start + stride, ... below limit, per axis. */
    public Value slice(int[] start, int[] limit, int[] stride) {
        return of(new Op.Slice(list(start), list(limit), list(stride)), this);
    }

    /** Matrix product of two matrices. */
    public Value matmul(Value other) {
        return of(new Op.MatMul(false, false), this, other);
    }

    private List<Integer> ascending(int[] axes) {
        List<Integer> sorted = new ArrayList<>();
        for (int a : axes) {
            int axis = a < 0 ? a + shape().rank() : a;
            if (axis < 0 || axis >= shape().rank() || sorted.contains(axis)) {
                throw new ShapeMismatchException("sum: axes " + Arrays.toString(axes) + " of " + shape() + ": "
                        + (sorted.contains(axis) ? "axis " + axis + " is given twice" : "there is no axis " + a));
            }
            sorted.add(axis);
        }
        Collections.sort(sorted);
        return List.copyOf(sorted);
    }

    private static List<Integer> list(int[] values) {
        List<Integer> l = new ArrayList<>(values.length);
        for (int v : values) {
            l.add(v);
        }
        return List.copyOf(l);
    }

    @Override
    public String toString() {
        return op.label() + " " + type;
    }
}
