package dev.goshawk.accuracy;

import dev.goshawk.autodiff.ForwardMode;
import dev.goshawk.autodiff.ReverseMode;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Executable;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Op.Unary.Function;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.List;

/** A function of one number, or a derivative of it through the table, compiled for so many numbers at once. */
public final class ElementFunction {
    private final Executable executable;
    private final Tensor in;

    /**
     * Traces and compiles.
     *
     * @param modes one letter an order of differentiation: F for forward mode, R for reverse mode
     */
    ElementFunction(Function f, String modes, DType dtype, int size, Backend backend) {
        Value x = Value.input("x", dtype, Shape.of(size));
        this.executable = backend.compile(Graph.of("y", derivative(Value.of(new Op.Unary(f), x), x, modes)));
        this.in = Tensor.zeros(dtype, Shape.of(size));
        if (executable.inputs().contains("x")) {
            executable.bind("x", in);
        }
    }

    /** The derivative of an elementwise function; zeros where it has none left. */
    static Value derivative(Value y, Value x, String modes) {
        Value d = y;
        for (char mode : modes.toCharArray()) {
            d = mode == 'F'
                    ? ForwardMode.jvp(List.of(d), List.of(x), List.of(x.like(1))).get(0)
                    : ReverseMode.gradient(d.sum(), List.of(x)).get(0);
        }
        return d;
    }

    /** The results in the function's own type, overwritten by the next call. */
    Tensor apply(double[] x) {
        for (int i = 0; i < x.length; i++) {
            in.set(i, x[i]);
        }
        executable.run();
        return executable.output("y");
    }

    /** The tensor that is read. */
    Tensor in() {
        return in;
    }

    /** For inputs written to {@link #in}. */
    Tensor apply() {
        executable.run();
        return executable.output("y");
    }
}
