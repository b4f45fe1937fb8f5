package dev.goshawk.autodiff;

import dev.goshawk.cpu.reference.Interpreter;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.function.Function;

/**
 * Checks the derivatives of a function y(x) at a point, in float64, through L(x, u) = u . y(x) with random u.
 *
 * <p>First order: gradient of L by every coordinate of x and u (a fixed choice of 64 where there are more) and along a
 * random direction, and J d, all against central differences; and the adjoint identity u . (J d) = (J' u) . d. Second
 * order: forward over reverse against differences of the gradient, reverse over reverse against forward over reverse,
 * and forward over forward against d . H d.
 */
public final class GradientCheck {
    /** About the cube root of float64's epsilon, where truncation h^2 and rounding epsilon / h are both least. */
    private static final double STEP = 6e-6;
    /** Both errors are then near 1e-10 for values and third derivatives of size 1; a wrong rule is off by far more. */
    private static final double DIFFERENCE_TOLERANCE = 1e-7;
    /** Two exact formulas differ by the rounding of a few hundred operations. */
    private static final double EXACT_TOLERANCE = 1e-11;
    private static final int COORDINATES = 64;

    private final String name;
    private final Map<String, Tensor> point = new LinkedHashMap<>();
    private final List<Value> variables = new ArrayList<>();
    private final List<Value> directions = new ArrayList<>();
    private final Value y;
    private final Value scalar;

    private GradientCheck(String name, Function<List<Value>, Value> function, List<Tensor> at) {
        this.name = name;
        List<Value> inputs = new ArrayList<>();
        for (int i = 0; i < at.size(); i++) {
            Tensor t = at.get(i);
            Value x = Value.input("x" + i, t.dtype(), t.shape());
            point.put("x" + i, t.copy());
            inputs.add(x);
            if (t.dtype().isFloating()) {
                variables.add(x);
            }
        }
        y = function.apply(inputs);
        Value u = Value.input("u", y.dtype(), y.shape());
        point.put("u", SampleValues.normal(71, y.shape().dims()));
        variables.add(u);
        scalar = y.multiply(u).sum();
        for (int i = 0; i < variables.size(); i++) {
            Value x = variables.get(i);
            directions.add(Value.input("d" + i, x.dtype(), x.shape()));
            point.put("d" + i, SampleValues.normal(72 + i, x.shape().dims()));
        }
    }

    /**
     * Checks the derivatives of a function of some float64 tensors (int32 ones are passed through and not moved).
     *
     * @param order 1 for first derivatives, 2 for second ones too
     * @throws AssertionError naming the function, the derivative and the element that differs
     */
    public static void check(String name, Function<List<Value>, Value> function, List<Tensor> at, int order) {
        GradientCheck check = new GradientCheck(name, function, at);
        check.first();
        if (order >= 2) {
            check.second();
        }
    }

    private void first() {
        List<Value> gradient = ReverseMode.gradient(scalar, variables);
        List<double[]> exact = evaluate(gradient);
        List<Value> f = List.of(scalar);
        Random random = new Random(73);
        for (int k = 0; k < variables.size(); k++) {
            String input = name(variables.get(k));
            int n = variables.get(k).shape().size();
            for (int c = 0; c < Math.min(n, COORDINATES); c++) {
                int i = n <= COORDINATES ? c : random.nextInt(n);
                Tensor unit = Tensor.zeros(DType.FLOAT64, variables.get(k).shape());
                unit.set(i, 1);
                double[] slope = difference(f, Map.of(input, unit)).get(0);
                compare("gradient by " + input + "[" + i + "]", new double[] {exact.get(k)[i]}, slope,
                        DIFFERENCE_TOLERANCE);
            }
        }
        compare("gradient along a direction", new double[] {dot(exact, directionValues())},
                difference(f, directionMap()).get(0), DIFFERENCE_TOLERANCE);

        int last = variables.size() - 1;
        List<Value> xs = variables.subList(0, last);
        List<double[]> jvp = evaluate(ForwardMode.jvp(List.of(y), xs, directions.subList(0, last)));
        Map<String, Tensor> alongX = directionMap();
        alongX.remove("u");
        compare("jvp", jvp.get(0), difference(List.of(y), alongX).get(0), DIFFERENCE_TOLERANCE);
        compare("adjoint identity", new double[] {dot(List.of(point("u").toDoubles()), jvp)},
                new double[] {dot(exact.subList(0, last), directionValues().subList(0, last))}, EXACT_TOLERANCE);
    }

    private void second() {
        List<Value> gradient = ReverseMode.gradient(scalar, variables);
        List<Value> forwardOverReverse = ForwardMode.jvp(gradient, variables, directions);
        List<double[]> product = evaluate(forwardOverReverse);
        compareAll("forward over reverse", product, difference(gradient, directionMap()), DIFFERENCE_TOLERANCE);
        Value slope = ReverseMode.dot(gradient, directions);
        compareAll("reverse over reverse", evaluate(ReverseMode.gradient(slope, variables)), product, EXACT_TOLERANCE);
        List<Value> tangent = ForwardMode.jvp(List.of(scalar), variables, directions);
        compare("forward over forward", evaluate(ForwardMode.jvp(tangent, variables, directions)).get(0),
                new double[] {dot(product, directionValues())}, EXACT_TOLERANCE);
    }

    private static String name(Value input) {
        return Graph.of("x", input).inputs().firstEntry().getKey();
    }

    private Tensor point(String input) {
        return point.get(input);
    }

    private List<double[]> directionValues() {
        List<double[]> values = new ArrayList<>();
        for (int i = 0; i < directions.size(); i++) {
            values.add(point("d" + i).toDoubles());
        }
        return values;
    }

    private Map<String, Tensor> directionMap() {
        Map<String, Tensor> map = new LinkedHashMap<>();
        for (int i = 0; i < variables.size(); i++) {
            map.put(name(variables.get(i)), point("d" + i));
        }
        return map;
    }

    private List<double[]> evaluate(List<Value> values) {
        return evaluate(values, point);
    }

    private static List<double[]> evaluate(List<Value> values, Map<String, Tensor> at) {
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        for (int i = 0; i < values.size(); i++) {
            outputs.put("y" + i, values.get(i));
        }
        return Interpreter.run(Graph.of(outputs), at).values().stream().map(Tensor::toDoubles).toList();
    }

    /** (f(x + h d) - f(x - h d)) / 2h. */
    private List<double[]> difference(List<Value> f, Map<String, Tensor> direction) {
        List<double[]> up = evaluate(f, moved(direction, STEP));
        List<double[]> down = evaluate(f, moved(direction, -STEP));
        for (int k = 0; k < up.size(); k++) {
            for (int i = 0; i < up.get(k).length; i++) {
                up.get(k)[i] = (up.get(k)[i] - down.get(k)[i]) / (2 * STEP);
            }
        }
        return up;
    }

    private Map<String, Tensor> moved(Map<String, Tensor> direction, double h) {
        Map<String, Tensor> at = new LinkedHashMap<>(point);
        direction.forEach((input, d) -> {
            Tensor t = point(input).copy();
            for (int i = 0; i < t.size(); i++) {
                t.set(i, t.get(i) + h * d.get(i));
            }
            at.put(input, t);
        });
        return at;
    }

    private static double dot(List<double[]> a, List<double[]> b) {
        double sum = 0;
        for (int k = 0; k < a.size(); k++) {
            for (int i = 0; i < a.get(k).length; i++) {
                sum += a.get(k)[i] * b.get(k)[i];
            }
        }
        return sum;
    }

    private void compareAll(String what, List<double[]> actual, List<double[]> expected, double tolerance) {
        for (int k = 0; k < expected.size(); k++) {
            compare(what + " by " + name(variables.get(k)), actual.get(k), expected.get(k), tolerance);
        }
    }

    /** Relative to the largest element, or to 1 where all are smaller. */
    private void compare(String what, double[] actual, double[] expected, double tolerance) {
        double scale = 1;
        for (double e : expected) {
            scale = Math.max(scale, Math.abs(e));
        }
        for (int i = 0; i < expected.length; i++) {
            if (!(Math.abs(actual[i] - expected[i]) <= tolerance * scale)) {
                throw new AssertionError(name + ": " + what + ", element " + i + ": got " + actual[i] + ", expected "
                        + expected[i] + " within " + tolerance * scale);
            }
        }
    }
}
