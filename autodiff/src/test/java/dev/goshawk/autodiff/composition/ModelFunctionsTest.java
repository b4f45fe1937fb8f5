package dev.goshawk.autodiff.composition;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.autodiff.SampleValues;
import dev.goshawk.Derivatives;
import dev.goshawk.graph.Activations;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Indexing;
import dev.goshawk.graph.Losses;
import dev.goshawk.graph.Normalizations;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import dev.goshawk.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What the compositions compute, against their definitions in plain loops and where they saturate. */
class ModelFunctionsTest {
    private static final Tensor X = SampleValues.normal(1, 2, 3, 4);

    private static double[] value(UnaryOperator<Value> f, Tensor at) {
        return Derivatives.value(f, at).toDoubles();
    }

    private static UnaryOperator<Value> scalar(UnaryOperator<Value> f) {
        return f;
    }

    @Test
    void softmaxOverAnyAxis() {
        double[] y = value(x -> Activations.softmax(x, 1), X);
        for (int b = 0; b < 2; b++) {
            for (int c = 0; c < 4; c++) {
                double sum = 0;
                for (int i = 0; i < 3; i++) {
                    sum += Math.exp(X.get((b * 3 + i) * 4 + c));
                }
                for (int i = 0; i < 3; i++) {
                    assertEquals(Math.exp(X.get((b * 3 + i) * 4 + c)) / sum, y[(b * 3 + i) * 4 + c], 1e-15);
                }
            }
        }
        assertArrayEquals(value(x -> Functions.logSoftmax(x).exp(), X), value(x -> Activations.softmax(x, -1), X),
                1e-15);
        assertThrows(ShapeMismatchException.class, () -> value(x -> Activations.softmax(x, 3), X));
    }

    @Test
    void normalizations() {
        Tensor ones = SampleValues.filled(1, 4);
        Tensor zeros = SampleValues.filled(0, 4);
        double[] layer = value(
                x -> Normalizations.layerNorm(x, Functions.constant(ones), Functions.constant(zeros), 0.1), X);
        double[] group = value(
                x -> Normalizations.groupNorm(x, 2, Functions.constant(ones), Functions.constant(zeros), 0.1), X);
        double[] instance = value(
                x -> Normalizations.instanceNorm(x, Functions.constant(ones), Functions.constant(zeros), 0.1), X);
        assertEquals(standardized(X, 5, 4, 1, 1), layer[5], 1e-14);
        // example 1, channels 2 and 3, all positions
        double mean = 0;
        double square = 0;
        for (int i = 0; i < 3; i++) {
            for (int c = 2; c < 4; c++) {
                mean += X.get(12 + i * 4 + c) / 6;
                square += X.get(12 + i * 4 + c) * X.get(12 + i * 4 + c) / 6;
            }
        }
        assertEquals((X.get(12 + 4 + 3) - mean) / Math.sqrt(square - mean * mean + 0.1), group[12 + 4 + 3], 1e-14);
        assertEquals(standardized(X, 12 + 1, 3, 4, 4), instance[12 + 1], 1e-14);
        assertThrows(ShapeMismatchException.class,
                () -> value(x -> Normalizations.groupNorm(x, 3, Functions.constant(ones), Functions.constant(zeros), 0),
                        X));
        assertThrows(ShapeMismatchException.class, () -> value(
                x -> Normalizations.layerNorm(x, Functions.constant(SampleValues.filled(1, 3)),
                        Functions.constant(SampleValues.filled(1, 3)), 0),
                X));
    }

    /** Element {@code at}, standardized over {@code count} elements {@code stride} apart that begin at its group's first. */
    private static double standardized(Tensor x, int at, int count, int stride, int group) {
        int from = stride == 1 ? at - at % count : at - at % (count * group) + at % group;
        double mean = 0;
        double square = 0;
        for (int i = 0; i < count; i++) {
            mean += x.get(from + i * stride) / count;
            square += x.get(from + i * stride) * x.get(from + i * stride) / count;
        }
        return (x.get(at) - mean) / Math.sqrt(square - mean * mean + 0.1);
    }

    @Test
    void maskedLogitsHaveNoShareAndNoDerivatives() {
        double minus = Double.NEGATIVE_INFINITY;
        Tensor at = Tensor.of(Shape.of(4), 1.0, 5.0, 2.0, 1.5);
        Tensor kept = Tensor.of(Shape.of(3), 1.0, 2.0, 1.5);
        Tensor mask = Tensor.of(Shape.of(4), 0.0, minus, 0.0, 0.0);
        List<UnaryOperator<Value>> masked = List.of(x -> Activations.softmax(x.add(Functions.constant(mask)), 0),
                x -> Activations.softmax(Functions.where(Functions.constant(mask).add(1), x, x.like(minus)), 0));
        int[] places = {0, 2, 3};
        for (UnaryOperator<Value> f : masked) {
            for (int order = 0; order < 4; order++) {
                Tensor y = Derivatives.derivative(order, f, at);
                Tensor without = Derivatives.derivative(order, x -> Activations.softmax(x, 0), kept);
                double[] expected = new double[y.size()];
                for (int i = 0; i < without.size(); i++) {
                    int place = 0;
                    for (int k = order, rest = i; k >= 0; k--) {
                        int digit = rest / (int) Math.pow(3, k);
                        rest -= digit * (int) Math.pow(3, k);
                        place = place * 4 + places[digit];
                    }
                    expected[place] = without.get(i);
                }
                assertArrayEquals(expected, y.toDoubles(), 1e-15);
            }
        }
    }

    @Test
    void geluIsRightWhereItsInnerPowersOverflow() {
        for (DType type : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            double most = type == DType.FLOAT32 ? Float.MAX_VALUE : Double.MAX_VALUE;
            for (UnaryOperator<Value> gelu : List.<UnaryOperator<Value>>of(Activations::gelu, Activations::geluTanh)) {
                for (double x : new double[] {50, 1e15, Math.sqrt(most) * 2, most / 8}) {
                    Tensor at = Tensor.zeros(type, Shape.of(2));
                    at.set(0, x);
                    at.set(1, -x);
                    double[] expected = {at.get(0), 0, 1, 0, 0, 0, 0, 0};
                    for (int order = 0; order < 4; order++) {
                        double[] y = Derivatives.directional(order, gelu, at, Derivatives.value(v -> v.like(1), at))
                                .toDoubles();
                        assertEquals(expected[2 * order], y[0], "order " + order + " at " + x);
                        assertEquals(0, y[1] + 0.0, "order " + order + " at -" + x);
                    }
                }
            }
        }
    }

    @Test
    void lossesKeepTheirDigitsWhereTheySaturate() {
        for (double margin : new double[] {20, 40, 300, 700}) {
            // binary cross-entropy of a sure and right answer is exp(-margin) in value and derivatives
            UnaryOperator<Value> bce = x -> Losses.binaryCrossEntropy(x, x.like(1));
            double e = Math.exp(-margin);
            double tolerance = 1e-12 * e;
            assertEquals(e, Derivatives.derivative(0, bce, margin), 1e-7 * e);
            assertEquals(-e, Derivatives.derivative(1, bce, margin), 1e-7 * e);
            assertEquals(e, Derivatives.derivative(2, bce, margin), 1e-7 * e);
            UnaryOperator<Value> wrong = x -> Losses.binaryCrossEntropy(x, x.like(0));
            assertEquals(e, Derivatives.derivative(2, wrong, margin), 1e-7 * e + tolerance);
            // focal with gamma 1: margin exp(-margin) at the right answer for the wrong sign of target, all of the loss left otherwise
            UnaryOperator<Value> focal = x -> Losses.binaryFocal(x, x.like(0), 0, 1);
            assertEquals(margin, Derivatives.derivative(0, focal, margin), 1e-6 * margin);
            UnaryOperator<Value> right = x -> Losses.binaryFocal(x, x.like(1), 1, 1);
            assertEquals(4 * e * e, Derivatives.derivative(2, right, margin), 1e-6 * 4 * e * e);
            // gelu and silu of far negative numbers
            double silu = -margin * e;
            assertEquals(silu, Derivatives.derivative(0, scalar(Activations::silu), -margin), 1e-7 * -silu);
        }
        // -8 times the probability of a normal number below -8, 6.2209605742717841e-16
        assertEquals(-8 * 6.2209605742717841e-16, Derivatives.derivative(0, scalar(Activations::gelu), -8), 1e-28);
        double u = Math.sqrt(2 / Math.PI) * (-5 + 0.044715 * -125);
        double tail = -5 / (1 + Math.exp(-2 * u));
        assertEquals(tail, Derivatives.derivative(0, scalar(Activations::geluTanh), -5), 1e-13 * -tail);
    }

    @Test
    void lossesByDefinition() {
        Tensor logits = SampleValues.normal(4, 3, 4);
        Tensor targets = ModelFunctions.oneHot(3, 4);
        double smooth = 0;
        double focal = 0;
        double binary = 0;
        for (int n = 0; n < 3; n++) {
            double sum = 0;
            for (int c = 0; c < 4; c++) {
                sum += Math.exp(logits.get(n * 4 + c));
            }
            for (int c = 0; c < 4; c++) {
                double t = targets.get(n * 4 + c);
                double x = logits.get(n * 4 + c);
                double p = Math.exp(x) / sum;
                double s = 1 / (1 + Math.exp(-x));
                smooth -= (0.9 * t + 0.1 / 4) * Math.log(p) / 3;
                focal -= t * Math.pow(1 - p, 2) * Math.log(p) / 3;
                binary -= (t * 0.25 * Math.pow(1 - s, 1.5) * Math.log(s)
                        + (1 - t) * 0.75 * Math.pow(s, 1.5) * Math.log(1 - s)) / 12;
            }
        }
        assertEquals(smooth, value(x -> Losses.crossEntropy(x, Functions.constant(targets), 0.1), logits)[0], 1e-14);
        assertEquals(focal, value(x -> Losses.focal(x, Functions.constant(targets), 2), logits)[0], 1e-14);
        assertEquals(binary, value(x -> Losses.binaryFocal(x, Functions.constant(targets), 0.25, 1.5), logits)[0],
                1e-14);
        assertThrows(ShapeMismatchException.class,
                () -> value(x -> Losses.meanSquaredError(x, Functions.constant(SampleValues.filled(1, 4))), logits));
        assertThrows(IllegalArgumentException.class, () -> value(x -> Losses.crossEntropy(x, x, 1.5), logits));
    }

    @Test
    void partsAndConstants() {
        assertArrayEquals(new double[] {X.get(4), X.get(5), X.get(6), X.get(7)},
                value(x -> Indexing.select(Indexing.select(x, 0, 0), 0, 1), X));
        assertArrayEquals(new double[] {X.get(2), X.get(6), X.get(10)},
                value(x -> Indexing.select(Indexing.select(x, 0, -2), -1, 2), X));
        assertEquals(Shape.of(2, 2, 4), Derivatives.value(x -> Indexing.range(x, 1, -2, 3), X).shape());
        assertArrayEquals(new double[] {X.get(8), X.get(0), X.get(8)},
                value(x -> Indexing.gather(Indexing.select(Indexing.select(x, 0, 0), 1, 0), 0, -1, 0, 2), X));
        assertThrows(ShapeMismatchException.class, () -> value(x -> Indexing.gather(x, 1, 0, 3), X));
        assertThrows(ShapeMismatchException.class, () -> value(x -> Indexing.select(x, 1, 3), X));
        assertThrows(ShapeMismatchException.class, () -> value(x -> Indexing.range(x, 1, 2, 2), X));
        Tensor special = Tensor.of(Shape.of(2, 3), 0.0, -0.0, 1.5, 1.5, -7.0, 1e-300);
        assertArrayEquals(special.toDoubles(), value(x -> Functions.constant(special), X));
        assertEquals(2, Functions.constant(Tensor.of(Shape.of(2), 3, 4)).shape().size());
        assertThrows(IllegalArgumentException.class, () -> Functions.constant(SampleValues.normal(1, 5000)));
        assertEquals(DType.FLOAT64, Functions.constant(SampleValues.filled(2, 5000)).dtype());
        assertArrayEquals(new double[] {1.0 - 2.0, 3.0 / 2.0, 2.0 / 3.0}, new double[] {
                Derivatives.derivative(0, x -> x.subtractFrom(1), 2),
                Derivatives.derivative(0, x -> x.divideInto(3), 2),
                Derivatives.derivative(0, x -> x.divide(3), 2)});
        assertThrows(IllegalArgumentException.class, () -> value(x -> Activations.clamp(x, 1, 0), X));
        assertEquals(1, Derivatives.derivative(1, x -> Activations.clamp(x, -1, 2), 2));
        assertEquals(0, Derivatives.derivative(1, x -> Activations.clamp(x, -1, 2), 2.1));
    }
}
