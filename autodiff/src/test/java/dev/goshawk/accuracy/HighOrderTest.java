package dev.goshawk.accuracy;

import static dev.goshawk.accuracy.Decimal.DIGITS;
import static dev.goshawk.accuracy.Decimal.ONE;
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
import java.math.BigDecimal;
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

    /** What is expected: a value, and the size of the terms it is the sum of. */
    private record Term(BigDecimal value, BigDecimal size) {
        Term negate() {
            return new Term(value.negate(), size);
        }
    }

    /** A row of logits and a direction: derivatives along the direction are cumulants of it under the softmax. */
    private static final class Row {
        private final BigDecimal[] p;
        private final BigDecimal[] away;
        private final double[] v;
        private BigDecimal most = BigDecimal.ZERO;

        Row(double[] x, double[] v) {
            this.v = v;
            int n = x.length;
            p = new BigDecimal[n];
            away = new BigDecimal[n];
            for (int k = 0; k < n; k++) {
                BigDecimal sum = BigDecimal.ZERO;
                for (double other : x) {
                    sum = sum.add(Decimal.exp(Decimal.of(other - x[k])), DIGITS);
                }
                p[k] = ONE.divide(sum, DIGITS);
                most = most.max(Decimal.of(Math.abs(v[k])));
            }
            for (int k = 0; k < n; k++) {
                away[k] = BigDecimal.ZERO;
                for (int j = 0; j < n; j++) {
                    away[k] = away[k].add(p[j].multiply(Decimal.of(v[k] - v[j]), DIGITS), DIGITS);
                }
            }
        }

        List<Term> classes(java.util.function.IntFunction<Term> of) {
            return java.util.stream.IntStream.range(0, p.length).mapToObj(of).toList();
        }

        private BigDecimal moment(int n) {
            BigDecimal sum = BigDecimal.ZERO;
            for (int k = 0; k < p.length; k++) {
                sum = sum.add(p[k].multiply(away[k].pow(n, DIGITS), DIGITS), DIGITS);
            }
            return sum;
        }

        /** Of log sum exp from the second order on. */
        private BigDecimal cumulant(int n) {
            BigDecimal square = moment(2);
            return n < 4
                    ? moment(n)
                    : moment(4).subtract(square.multiply(square, DIGITS).multiply(Decimal.of(3)), DIGITS);
        }

        /** 1 - p of the likeliest class, by which everything is scaled. */
        private BigDecimal doubt() {
            BigDecimal sum = BigDecimal.ZERO;
            for (BigDecimal q : p) {
                sum = sum.add(q, DIGITS);
            }
            BigDecimal likeliest = Arrays.stream(p).max(BigDecimal::compareTo).orElseThrow();
            BigDecimal others = BigDecimal.ZERO;
            boolean left = false;
            for (BigDecimal q : p) {
                if (!left && q.equals(likeliest)) {
                    left = true;
                } else {
                    others = others.add(q, DIGITS);
                }
            }
            return others;
        }

        private BigDecimal scale(int order) {
            return doubt().multiply(most.pow(order), DIGITS);
        }

        /** Of -log p of a class. */
        Term crossEntropy(int order, int k) {
            if (order == 1) {
                boolean loser = p[k].compareTo(new BigDecimal("0.5")) < 0;
                return new Term(away[k].negate(), loser ? most : scale(1));
            }
            return new Term(cumulant(order), scale(order));
        }

        /** p a_1, p (a^2 - k2), p (a^3 - 3 a k2 - k3), p (a^4 - 6 a^2 k2 - 4 a k3 + 3 k2^2 - k4), a = v - mean. */
        Term softmax(int order, int k) {
            BigDecimal a = away[k];
            BigDecimal k2 = cumulant(2);
            BigDecimal k3 = cumulant(3);
            BigDecimal k4 = cumulant(4);
            BigDecimal inner = switch (order) {
                case 1 -> a;
                case 2 -> a.multiply(a).subtract(k2);
                case 3 -> a.pow(3).subtract(a.multiply(k2).multiply(Decimal.of(3))).subtract(k3);
                default -> a.pow(4).subtract(a.multiply(a).multiply(k2).multiply(Decimal.of(6)))
                        .subtract(a.multiply(k3).multiply(Decimal.of(4)))
                        .add(k2.multiply(k2).multiply(Decimal.of(3))).subtract(k4);
            };
            boolean likeliest = p[k].compareTo(new BigDecimal("0.5")) > 0;
            BigDecimal size = likeliest ? scale(order) : most.pow(order);
            return new Term(p[k].multiply(inner, DIGITS), p[k].multiply(size, DIGITS));
        }
    }

    private static void check(String what, int outputs, BiFunction<Value, Integer, Value> f,
            BiFunction<Row, Integer, List<Term>> exact, int label) {
        for (DType dtype : TYPES) {
            Map<List<Object>, List<Term>> known = new HashMap<>();
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
                                List<Term> expected = known.computeIfAbsent(List.of(n, x, v),
                                        key -> exact.apply(new Row(x, v), n));
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
