package dev.goshawk;

import dev.goshawk.autodiff.ForwardMode;
import dev.goshawk.autodiff.NotDifferentiableException;
import dev.goshawk.autodiff.ReverseMode;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Exact derivatives of a function of one tensor, at a point: no finite differences, only rounding.
 *
 * <pre>{@code
 * UnaryOperator<Value> f = x -> x.square().sum().exp();
 * Tensor at = Tensor.of(Shape.of(2), 0.1, 0.2);
 * double[][] h = Derivatives.hessian(f, at);
 * Tensor third = Derivatives.derivative(3, f, at);      // [2, 2, 2]
 * }</pre>
 *
 * Each call traces, compiles and runs the function on the default backend. For many products at one point, or functions of several
 * inputs, use {@link Curvature} or {@link dev.goshawk.autodiff}. All methods throw {@link ShapeMismatchException} where tensors do not fit,
 * those that differentiate {@link IllegalArgumentException} where the argument is of whole numbers,
 * {@link NotDifferentiableException} where the function lacks the derivative, and {@link IllegalStateException} naming the input where it
 * reads another input than its argument.
 */
public final class Derivatives {
    /** Elements of the largest derivative written out: 512 MB in float64. */
    private static final long MOST_ELEMENTS = 1L << 26;

    private Derivatives() {
    }

    /** f(x). */
    public static Tensor value(UnaryOperator<Value> f, Tensor at) {
        Value x = Value.input("x", at.dtype(), at.shape());
        return run(f.apply(x), new Bound("x", at));
    }

    /**
     * J v, the derivative of f in the direction v (forward mode).
     *
     * @param direction v, of the argument's type and shape
     * @return of f's type and shape
     */
    public static Tensor jvp(UnaryOperator<Value> f, Tensor at, Tensor direction) {
        return directional(1, f, at, direction);
    }

    /**
     * J' u (reverse mode).
     *
     * @param cotangent u, of f's type and shape
     * @return of the argument's type and shape
     */
    public static Tensor vjp(UnaryOperator<Value> f, Tensor at, Tensor cotangent) {
        Value x = argument(at);
        Value y = f.apply(x);
        Value u = Value.input("u", cotangent.dtype(), cotangent.shape());
        return run(ReverseMode.vjp(List.of(y), List.of(u), List.of(x)).get(0), new Bound("x", at),
                new Bound("u", cotangent));
    }

    /**
     * The gradient of a function of one element.
     *
     * @return of the argument's type and shape
     */
    public static Tensor gradient(UnaryOperator<Value> f, Tensor at) {
        Value x = argument(at);
        return run(ReverseMode.gradient(f.apply(x), List.of(x)).get(0), new Bound("x", at));
    }

    /**
     * The Jacobian, row by row: row i holds the derivatives of element i of f, in row-major order, by the elements of the argument. One
     * product for each row or for each column, whichever are fewer.
     *
     * @return [elements of f][elements of the argument]
     */
    public static double[][] jacobian(UnaryOperator<Value> f, Tensor at) {
        Value x = argument(at);
        Value y = f.apply(x);
        int rows = y.shape().size();
        int columns = at.size();
        requireSize("jacobian", rows, columns, 1);
        double[][] j = new double[rows][columns];
        if (rows < columns) {
            Value u = Value.input("u", y.dtype(), y.shape());
            Program program = new Program(ReverseMode.vjp(List.of(y), List.of(u), List.of(x)).get(0), at, List.of(u));
            for (int i = 0; i < rows; i++) {
                j[i] = program.run(i).toDoubles();
            }
        } else {
            Value d = Value.input("d", x.dtype(), x.shape());
            Program program = new Program(ForwardMode.jvp(List.of(y), List.of(x), List.of(d)).get(0), at, List.of(d));
            for (int c = 0; c < columns; c++) {
                double[] column = program.run(c).toDoubles();
                for (int i = 0; i < rows; i++) {
                    j[i][c] = column[i];
                }
            }
        }
        return j;
    }

    /**
     * The Hessian of a function of one element, row by row; one product for each element of the argument.
     *
     * @return [elements of the argument] squared
     */
    public static double[][] hessian(UnaryOperator<Value> f, Tensor at) {
        return jacobian(x -> ReverseMode.gradient(f.apply(x), List.of(x)).get(0), at);
    }

    /**
     * All partial derivatives of an order: of f: R^N to R^M an array of M N^order elements, symmetric in the last {@code order} indices.
     * Each needs a nested product, at a cost that grows about threefold with the order; a function of one element saves one order by its
     * gradient.
     *
     * @param order 0 or greater; 0 is the value
     * @return shape: that of f, then {@code order} times that of the argument
     * @throws IllegalArgumentException if the order is negative, or the result has more than 2^26 elements
     */
    public static Tensor derivative(int order, UnaryOperator<Value> f, Tensor at) {
        if (order < 0) {
            throw new IllegalArgumentException("derivative: expected an order of at least 0, got " + order);
        }
        Value x = argument(at);
        Value y = f.apply(x);
        int n = at.size();
        requireSize("derivative", y.shape().size(), n, order);
        boolean reverse = order > 0 && y.shape().size() == 1;
        Value inner = reverse ? ReverseMode.gradient(y, List.of(x)).get(0) : y;
        List<Value> directions = new ArrayList<>();
        for (int i = 0; i < (reverse ? order - 1 : order); i++) {
            Value d = Value.input("d" + i, x.dtype(), x.shape());
            directions.add(d);
            inner = ForwardMode.jvp(List.of(inner), List.of(x), List.of(d)).get(0);
        }
        Program program = new Program(inner, at, directions);
        Tensor result = Tensor.zeros(y.dtype(), shape(y.shape(), at.shape(), order));
        // of a gradient the last index runs within a result; elsewhere a result's elements are f's
        int inside = reverse ? n : 1;
        int outside = reverse ? 1 : y.shape().size();
        SymmetricIndex index = new SymmetricIndex(n, directions.size());
        do {
            Tensor part = program.run(index.at());
            for (int place : index.places()) {
                for (int o = 0; o < outside; o++) {
                    for (int i = 0; i < inside; i++) {
                        result.set((o * index.count() + place) * inside + i, part.get(o * inside + i));
                    }
                }
            }
        } while (index.next());
        return result;
    }

    /**
     * A derivative of a function of one number.
     *
     * @param order 0 or greater
     */
    public static double derivative(int order, UnaryOperator<Value> f, double at) {
        return derivative(order, f, Tensor.of(Shape.scalar(), at)).item();
    }

    /**
     * The derivative of f(x + t v) by t of an order, at t = 0: for order 2, v'Hv of each element of f.
     *
     * @param order 0 or greater
     * @param direction v, of the argument's type and shape
     * @return of f's type and shape
     */
    public static Tensor directional(int order, UnaryOperator<Value> f, Tensor at, Tensor direction) {
        if (order < 0) {
            throw new IllegalArgumentException("derivative: expected an order of at least 0, got " + order);
        }
        Value x = argument(at);
        Value v = Value.input("v", direction.dtype(), direction.shape());
        Value y = f.apply(x);
        for (int i = 0; i < order; i++) {
            y = ForwardMode.jvp(List.of(y), List.of(x), List.of(v)).get(0);
        }
        return run(y, new Bound("x", at), new Bound("v", direction));
    }

    private record Bound(String name, Tensor tensor) {
    }

    private static Value argument(Tensor at) {
        if (!at.dtype().isFloating()) {
            throw new IllegalArgumentException(
                    "derivative: expected an argument of floating numbers, such as 1.0 or 1f, got "
                            + at.dtype() + at.shape());
        }
        return Value.input("x", at.dtype(), at.shape());
    }

    private static Executable compile(Value y, Bound... bound) {
        Executable e = Backends.defaultBackend().compile(Graph.of("y", y));
        for (Bound b : bound) {
            // a derivative need not depend on everything that the function reads
            if (e.inputs().contains(b.name)) {
                e.bind(b.name, b.tensor);
            }
        }
        return e;
    }

    private static Tensor run(Value y, Bound... bound) {
        Executable e = compile(y, bound);
        e.run();
        return e.output("y").copy();
    }

    /** A value compiled once, for unit vectors as its directions. */
    private static final class Program {
        private final Executable executable;
        private final List<Tensor> units = new ArrayList<>();

        Program(Value y, Tensor at, List<Value> directions) {
            Bound[] bound = new Bound[directions.size() + 1];
            bound[0] = new Bound("x", at);
            for (int i = 0; i < directions.size(); i++) {
                Value d = directions.get(i);
                units.add(Tensor.zeros(d.dtype(), d.shape()));
                bound[i + 1] = new Bound(d.op() instanceof Op.Input in ? in.name() : "", units.get(i));
            }
            executable = compile(y, bound);
        }

        Tensor run(int... index) {
            for (int i = 0; i < index.length; i++) {
                units.get(i).set(index[i], 1);
            }
            executable.run();
            // before the directions are cleared: where the derivative is the direction itself, they share memory
            Tensor y = executable.output("y").copy();
            for (int i = 0; i < index.length; i++) {
                units.get(i).set(index[i], 0);
            }
            return y;
        }
    }

    private static void requireSize(String what, int rows, int columns, int order) {
        double elements = rows * Math.pow(columns, order);
        if (elements > MOST_ELEMENTS) {
            throw new IllegalArgumentException(what + ": expected at most " + MOST_ELEMENTS + " elements, " + rows
                    + " by "
                    + columns + (order == 1 ? "" : "^" + order) + " has more: use products (jvp, vjp, Curvature)");
        }
    }

    private static Shape shape(Shape y, Shape x, int order) {
        int[] dims = Arrays.copyOf(y.dims(), y.rank() + order * x.rank());
        for (int i = 0; i < order; i++) {
            System.arraycopy(x.dims(), 0, dims, y.rank() + i * x.rank(), x.rank());
        }
        return Shape.of(dims);
    }
}
