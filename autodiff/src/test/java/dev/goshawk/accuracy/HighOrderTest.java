package dev.goshawk.accuracy;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.autodiff.ForwardMode;
import dev.goshawk.autodiff.ReverseMode;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.backend.Workers;
import dev.goshawk.graph.Activations;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op.Unary.Function;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Derivatives of the orders 1 to 4 of saturated functions keep their digits in every sequence of the two modes. */
class HighOrderTest {
    private static final DType[] TYPES = {DType.FLOAT32, DType.FLOAT64};

    private static List<Backend> backends() {
        return List.of(Backends.select("reference", Workers.SINGLE), Backends.select("vector", Workers.SINGLE));
    }

    /** Every word of so many letters F and R. */
    private static List<String> sequences(int order) {
        List<String> words = List.of("");
        for (int n = 0; n < order; n++) {
            words = words.stream().flatMap(w -> List.of(w + "F", w + "R").stream()).toList();
        }
        return words;
    }

    @ParameterizedTest
    @EnumSource(value = Function.class, names = {"SIGMOID", "SIGMOID_SLOPE", "TANH", "SOFTPLUS", "LOG1P", "EXPM1"})
    void functionsOfOneNumber(Function f) {
        for (DType dtype : TYPES) {
            double[] x = points(f, dtype);
            for (int order = 3; order <= 4; order++) {
                Exact[] exact = ElementErrors.exact(f, order, x);
                for (Backend backend : backends()) {
                    for (String modes : sequences(order)) {
                        Tensor y = new ElementFunction(f, modes, dtype, x.length, backend).apply(x);
                        for (int i = 0; i < x.length; i++) {
                            double units = exact[i].unitsOff(y.get(i), dtype);
                            assertTrue(units <= (order == 3 ? 12 : 24),
                                    f + " differentiated " + modes + " at " + x[i] + ", "
                                            + dtype + ", " + backend.name() + ": " + y.get(i) + ", expected "
                                            + exact[i].value().doubleValue() + ", " + units + " units off");
                        }
                    }
                }
            }
        }
    }

    /** In both tails up to where the derivatives leave the range of normal numbers, and around 0. */
    private static double[] points(Function f, DType dtype) {
        double far = (dtype == DType.FLOAT32 ? 65 : 700) / (f == Function.TANH ? 2.0 : 1);
        List<Double> x = new ArrayList<>();
        for (double p : new double[] {0, 1e-30, 1e-12, 1e-3, 0.3, 0.9, 1.3, 2.7, 5, 9, 16, 18, 20, 25, 31, 0.8 * far,
                far}) {
            x.add((double) (float) p);
            if (f != Function.LOG1P || p < 1) {
                x.add((double) (float) -p);
            }
        }
        return x.stream().mapToDouble(d -> d).toArray();
    }

    /** Logits: dominant classes with all margins, ties of two and of all. */
    private static List<double[]> rows(DType dtype) {
        List<double[]> rows = new ArrayList<>();
        double most = dtype == DType.FLOAT32 ? 65 : 700;
        for (double margin : new double[] {0.25, 2, 16, 20, 40, most}) {
            rows.add(new double[] {1, 1 + margin, 0.5, -1, 0.25});
        }
        rows.add(new double[] {3, 3, 3, 3, 3});
        rows.add(new double[] {2, 9, 9, -4, 1});
        return rows;
    }

    /** Of the sixteen sequences of four. */
    private static final List<String> SOME = List.of("FFFF", "RRRR", "RFFF", "FRFR", "RRFF");
    private static final double[][] DIRECTIONS = {{0.5, -1, 0.25, 2, -0.75}, {0, 1, 0, 0, 0}, {0, 0, 0, 1, 0}};

    @Test
    void crossEntropy() {
        for (int label : new int[] {1, 3}) {
            check("cross-entropy, label " + label, 1, (x, k) -> {
                Value y = x.like(1).multiply(Value.input("label", x.dtype(), x.shape()));
                return Functions.crossEntropy(x, y);
            }, (row, order) -> List.of(row.crossEntropy(order, label)), label);
        }
    }

    @Test
    void logSoftmax() {
        check("log-softmax", 5, (x, k) -> Functions.logSoftmax(x).slice(new int[] {0, k}, new int[] {1, k + 1},
                new int[] {1, 1}).sum(), (row, order) -> row.classes(k -> row.crossEntropy(order, k).negate()), 0);
    }

    /** p of each class, as it is and as exp(log p): derivatives have p as a factor. */
    @Test
    void softmax() {
        softmax("softmax", x -> Activations.softmax(x, -1));
        softmax("exp(log-softmax)", x -> Functions.logSoftmax(x).exp());
    }

    private static void softmax(String name, UnaryOperator<Value> function) {
        check(name, 5,
                (x, k) -> function.apply(x).slice(new int[] {0, k}, new int[] {1, k + 1}, new int[] {1, 1}).sum(),
                (row, order) -> row.classes(k -> row.softmax(order, k)), 0);
    }

    private static void check(String what, int outputs, BiFunction<Value, Integer, Value> f,
            BiFunction<ExactSoftmaxRow, Integer, List<ExactSoftmaxRow.Term>> exact, int label) {
        for (DType dtype : TYPES) {
            Map<List<Object>, List<ExactSoftmaxRow.Term>> known = new HashMap<>();
            List<double[]> rows = rows(dtype);
            double unit = dtype == DType.FLOAT32 ? 0x1p-24 : 0x1p-53;
            for (Backend backend : backends()) {
                for (int order = 1; order <= 4; order++) {
                    for (String modes : order < 4 ? sequences(order) : SOME) {
                        Executable e = backend.compile(graph(outputs, f, modes, dtype));
                        for (double[] x : rows) {
                            for (double[] v : DIRECTIONS) {
                                bind(e, "x", x, dtype);
                                bind(e, "v", v, dtype);
                                double[] one = new double[x.length];
                                one[label] = 1;
                                bind(e, "label", one, dtype);
                                e.run();
                                int n = order;
                                List<ExactSoftmaxRow.Term> expected = known.computeIfAbsent(List.of(n, x, v),
                                        key -> exact.apply(new ExactSoftmaxRow(x, v), n));
                                for (int k = 0; k < outputs; k++) {
                                    double got = e.output("y" + k).item();
                                    double right = expected.get(k).value().doubleValue();
                                    double size = expected.get(k).size().doubleValue();
                                    double units = Math.abs(got - right) / (unit * size + Double.MIN_VALUE);
                                    assertTrue(units <= 60 * order, what + " of class " + k + " differentiated " + modes
                                            + " at " + Arrays.toString(x) + " along " + Arrays.toString(v) + ", "
                                            + dtype
                                            + ", " + backend.name() + ": " + got + ", expected " + right + ", "
                                            + units + " units off");
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private static void bind(Executable e, String name, double[] values, DType dtype) {
        if (e.inputs().contains(name)) {
            e.bind(name, Tensor.of(Shape.of(1, values.length), values).to(dtype));
        }
    }

    /** Derivatives along v of each output: forward mode pushes v, reverse mode takes the gradient's product with it. */
    private static Graph graph(int outputs, BiFunction<Value, Integer, Value> f, String modes, DType dtype) {
        Value x = Value.input("x", dtype, Shape.of(1, 5));
        Value v = Value.input("v", dtype, Shape.of(1, 5));
        SequencedMap<String, Value> all = new LinkedHashMap<>();
        for (int k = 0; k < outputs; k++) {
            Value d = f.apply(x, k);
            for (char mode : modes.toCharArray()) {
                d = mode == 'F'
                        ? ForwardMode.jvp(List.of(d), List.of(x), List.of(v)).get(0)
                        : ReverseMode.gradient(d, List.of(x)).get(0).multiply(v).sum();
            }
            all.put("y" + k, d);
        }
        return Graph.of(all);
    }
}
