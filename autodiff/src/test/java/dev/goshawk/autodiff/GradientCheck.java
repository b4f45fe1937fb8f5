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
import java.util.stream.IntStream;

/**
 * Checks the derivatives of a function y(x) at a point, in float64, through L(x, u) = u . y(x) with random u.
 *
 * <p>First order: gradient of L by every coordinate of x and u (a fixed choice of 64 where there are more) and tangents
 * along random directions against central differences; and the adjoint identity u . (J d) = (J' u) . d. Second order:
 * forward over reverse against differences of the gradient, reverse over reverse against forward over reverse, and
 * forward over forward against d . H d. Tangents and products are taken with everything moving together and with each
 * x alone.
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
        check.gradients();
        for (List<Integer> moving : check.choices()) {
            check.tangents(moving);
            if (order >= 2) {
                check.second(moving);
            }
        }
    }

    /** Every variable moving together and, as a tangent may be absent, each operand alone. */
    private List<List<Integer>> choices() {
        List<List<Integer>> choices = new ArrayList<>();
        choices.add(IntStream.range(0, variables.size()).boxed().toList());
        for (int k = 0; variables.size() > 2 && k < variables.size() - 1; k++) {
            choices.add(List.of(k));
        }
        return choices;
    }

    private void gradients() {
        List<double[]> exact = evaluate(ReverseMode.gradient(scalar, variables));
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
    }

    private void tangents(List<Integer> moving) {
        List<Value> by = pick(variables, moving);
        List<Value> along = pick(directions, moving);
        double[] slope = evaluate(ForwardMode.jvp(List.of(scalar), by, along)).get(0);
        compare("jvp of u . y by " + names(by), slope, difference(List.of(scalar), directionMap(moving)).get(0),
                DIFFERENCE_TOLERANCE);

        List<Integer> operands = moving.stream().filter(k -> k < variables.size() - 1).toList();
        by = pick(variables, operands);
        double[] jvp = evaluate(ForwardMode.jvp(List.of(y), by, pick(directions, operands))).get(0);
        compare("jvp by " + names(by), jvp, difference(List.of(y), directionMap(operands)).get(0),
                DIFFERENCE_TOLERANCE);
        if (!by.isEmpty()) {
            List<double[]> vjp = evaluate(ReverseMode.vjp(List.of(y), List.of(variables.getLast()), by));
            List<double[]> u = List.of(point("u").toDoubles());
            compare("adjoint identity by " + names(by), new double[] {dot(u, List.of(jvp))},
                    new double[] {dot(vjp, directionValues(operands))}, EXACT_TOLERANCE);
        }
    }

    private void second(List<Integer> moving) {
        List<Value> by = pick(variables, moving);
        List<Value> along = pick(directions, moving);
        List<Value> gradient = ReverseMode.gradient(scalar, by);
        List<double[]> product = evaluate(ForwardMode.jvp(gradient, by, along));
        compareAll("forward over reverse", by, product, difference(gradient, directionMap(moving)),
                DIFFERENCE_TOLERANCE);
        Value slope = ReverseMode.dot(gradient, along);
        compareAll("reverse over reverse", by, evaluate(ReverseMode.gradient(slope, by)), product, EXACT_TOLERANCE);
        List<Value> tangent = ForwardMode.jvp(List.of(scalar), by, along);
        compare("forward over forward by " + names(by), evaluate(ForwardMode.jvp(tangent, by, along)).get(0),
                new double[] {dot(product, directionValues(moving))}, EXACT_TOLERANCE);
    }

    private static List<Value> pick(List<Value> from, List<Integer> places) {
        return places.stream().map(from::get).toList();
    }

    private static List<String> names(List<Value> inputs) {
        return inputs.stream().map(GradientCheck::name).toList();
    }

    private static String name(Value input) {
        return Graph.of("x", input).inputs().firstEntry().getKey();
    }

    private Tensor point(String input) {
        return point.get(input);
    }

    private List<double[]> directionValues(List<Integer> places) {
        return places.stream().map(k -> point("d" + k).toDoubles()).toList();
    }

    private Map<String, Tensor> directionMap(List<Integer> places) {
        Map<String, Tensor> map = new LinkedHashMap<>();
        places.forEach(k -> map.put(name(variables.get(k)), point("d" + k)));
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

    private void compareAll(String what, List<Value> by, List<double[]> actual, List<double[]> expected,
            double tolerance) {
        for (int k = 0; k < expected.size(); k++) {
            compare(what + ", product by " + name(by.get(k)) + " of " + names(by), actual.get(k), expected.get(k),
                    tolerance);
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
