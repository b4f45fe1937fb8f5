package dev.goshawk.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RoundingTest {
    private static double next(double x, DType type, double towards) {
        return type == DType.FLOAT32 ? Math.nextAfter((float) x, towards) : Math.nextAfter(x, towards);
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"FLOAT32", "FLOAT64"})
    void boundsSeparateWhatRoundsToTheirSides(DType type) {
        double[] bounds = {-127.5, -8, -7, -2.5, -1, -0.5, -0.0, 0, 0.25, 0.5, 1, 2, 3, 15, 16, 255, 1e5 + 1};
        for (double bound : bounds) {
            double least = Rounding.least(bound, type);
            assertTrue(Math.rint(least) >= bound, "least of " + bound);
            assertTrue(Math.rint(next(least, type, -1e9)) < bound, "below the least of " + bound);
            double most = Rounding.most(bound, type);
            assertTrue(Math.rint(most) <= bound, "most of " + bound);
            assertTrue(Math.rint(next(most, type, 1e9)) > bound, "above the most of " + bound);
        }
    }

    /** A float32 constant is its nearest float32: 3.00000001 is 3. */
    @Test
    void boundsAreRoundedToTheirTypeFirst() {
        assertEquals(1.5, Rounding.least(2.00000001, DType.FLOAT32));
        assertEquals(Math.nextUp(2.5f), Rounding.least(3.00000001, DType.FLOAT32));
        assertEquals(3.5, Rounding.least(3.00000001, DType.FLOAT64));
        assertEquals(Math.nextDown(3.5f), Rounding.most(2.99999999, DType.FLOAT32));
        assertEquals(2.5, Rounding.most(2.99999999, DType.FLOAT64));
    }

    @Test
    void tiesBeyondTheTypeAreLeftAlone() {
        assertTrue(Rounding.isExact(0x1p21, DType.FLOAT32));
        assertFalse(Rounding.isExact(0x1p23, DType.FLOAT32));
        assertTrue(Rounding.isExact(0x1p23, DType.FLOAT64));
        assertFalse(Rounding.isExact(Double.POSITIVE_INFINITY, DType.FLOAT64));
        assertFalse(Rounding.isExact(Double.NaN, DType.FLOAT64));
    }

    @Test
    void comparingARoundedValueWithAConstantRoundsNothing() {
        Value x = Value.input("x", DType.FLOAT32, Shape.of(5));
        Value both = x.round().atLeast(x.like(-8)).multiply(x.like(7).atLeast(x.round()));
        Graph simple = Simplifier.simplify(Graph.of("y", both));
        assertEquals(0, simple.count(Op.Piecewise.class));
        assertEquals(2, simple.count(Op.AtLeast.class));
        Value beyond = x.round().atLeast(x.like(0x1p23));
        assertEquals(1, Simplifier.simplify(Graph.of("y", beyond)).count(Op.Piecewise.class));
    }
}
