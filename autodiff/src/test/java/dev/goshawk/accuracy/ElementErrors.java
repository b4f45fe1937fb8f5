package dev.goshawk.accuracy;

import dev.goshawk.backend.Backend;
import dev.goshawk.graph.Op.Unary.Function;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;

/** Errors of a function and of its derivatives against closed forms in decimals. */
public final class ElementErrors {
    /** Numbers that are evaluated at once. */
    public static final int BATCH = 1000;

    private ElementErrors() {
    }

    /**
     * The largest error met.
     *
     * @param units in units in the last place
     * @param at where
     * @param got the result there
     */
    public record Worst(double units, double at, double got) {
        static final Worst NONE = new Worst(0, Double.NaN, Double.NaN);

        public Worst or(Worst other) {
            return other.units > units ? other : this;
        }
    }

    /** What a derivative is to be at each of the numbers. */
    public static Exact[] exact(Function f, int order, double[] x) {
        Exact[] exact = new Exact[x.length];
        for (int i = 0; i < x.length; i++) {
            exact[i] = Exact.of(f, order, x[i]);
        }
        return exact;
    }

    /** The function compiled for {@link #BATCH} numbers at once. */
    public static ElementFunction compile(Function f, String modes, DType dtype, Backend backend) {
        return new ElementFunction(f, modes, dtype, BATCH, backend);
    }

    /**
     * The worst of some results.
     *
     * @param x at most {@link #BATCH} numbers
     */
    public static Worst worst(ElementFunction f, DType dtype, double[] x, Exact[] exact) {
        Worst worst = Worst.NONE;
        Tensor y = f.apply(x);
        for (int i = 0; i < x.length; i++) {
            double units = exact[i].unitsOff(y.get(i), dtype);
            if (units > worst.units) {
                worst = new Worst(units, x[i], y.get(i));
            }
        }
        return worst;
    }
}
