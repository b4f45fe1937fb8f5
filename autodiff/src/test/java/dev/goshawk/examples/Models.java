package dev.goshawk.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.goshawk.Curvature;
import dev.goshawk.autodiff.SampleValues;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.operator.FunctionHessian;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A model under construction: its inputs and their tensors; and the check that every example ends with. */
final class Models {
    private static final double STEP = 1e-5;

    private final Map<String, Tensor> at = new LinkedHashMap<>();
    private final List<Value> weights = new ArrayList<>();

    /** Data, standard normal. */
    Value data(String name, int... dims) {
        return input(name, SampleValues.normal(name.hashCode(), dims));
    }

    Value input(String name, Tensor t) {
        at.put(name, t);
        return Value.input(name, t.dtype(), t.shape());
    }

    /** Weights that derivatives are taken by, about half of standard normal. */
    Value weight(String name, int... dims) {
        Tensor t = SampleValues.normal(name.hashCode(), dims);
        for (int i = 0; i < t.size(); i++) {
            t.set(i, 0.5 * t.get(i));
        }
        Value w = input(name, t);
        weights.add(w);
        return w;
    }

    Map<String, Tensor> at() {
        return at;
    }

    List<Value> weights() {
        return weights;
    }

    static Tensor scalar(double x) {
        return Tensor.of(Shape.scalar(), x);
    }

    static Tensor zeros(int... dims) {
        return Tensor.zeros(DType.FLOAT64, Shape.of(dims));
    }

    /** The Hessian by the weights against central differences of the gradient, in every column; and its symmetry. */
    FunctionHessian check(Value loss) {
        FunctionHessian h = Curvature.hessian(loss, weights, at);
        double[][] dense = h.toDense();
        int column = 0;
        for (Value w : weights) {
            Tensor t = at.get(((Op.Input) w.op()).name());
            for (int i = 0; i < t.size(); i++, column++) {
                double before = t.get(i);
                t.set(i, before + STEP);
                double[] high = Curvature.hessian(loss, weights, at).gradient();
                t.set(i, before - STEP);
                double[] low = Curvature.hessian(loss, weights, at).gradient();
                t.set(i, before);
                for (int row = 0; row < dense.length; row++) {
                    assertEquals((high[row] - low[row]) / (2 * STEP), dense[row][column],
                            1e-7 * (1 + Math.abs(dense[row][column])),
                            "H[" + row + "][" + column + "] against differences");
                    assertEquals(dense[column][row], dense[row][column], 1e-12 * (1 + Math.abs(dense[row][column])),
                            "symmetry");
                }
            }
        }
        return Curvature.hessian(loss, weights, at);
    }
}
