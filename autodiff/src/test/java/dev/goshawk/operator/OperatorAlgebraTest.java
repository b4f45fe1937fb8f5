package dev.goshawk.operator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

class OperatorAlgebraTest {
    private static final double[][] A = {{2, -1, 0.5}, {-1, 3, 4}, {0.5, 4, -7}};
    private static final double[][] B = {{1, 0, 2}, {0, -1, 3}, {2, 3, 5}};

    private static void check(LinearOperator operator, double[]... rows) {
        double[][] dense = operator.toDense();
        assertEquals(rows.length, operator.size());
        for (int i = 0; i < rows.length; i++) {
            assertArrayEquals(rows[i], dense[i], 1e-15, "row " + i);
        }
    }

    @Test
    void sumsScalesShiftsAndRestrictions() {
        LinearOperator a = LinearOperator.dense(A);
        check(a, A);
        check(a.plus(LinearOperator.dense(B)), new double[] {3, -1, 2.5}, new double[] {-1, 2, 7},
                new double[] {2.5, 7, -2});
        check(a.scaled(-2), new double[] {-4, 2, -1}, new double[] {2, -6, -8}, new double[] {-1, -8, 14});
        check(a.shifted(-2), new double[] {0, -1, 0.5}, new double[] {-1, 1, 4}, new double[] {0.5, 4, -9});
        check(a.damped(0.5), new double[] {2.5, -1, 0.5}, new double[] {-1, 3.5, 4}, new double[] {0.5, 4, -6.5});
        check(a.restricted(2, 0), new double[] {-7, 0.5}, new double[] {0.5, 2});
        check(a.restricted(2, 0).damped(1).scaled(2).plus(LinearOperator.dense(new double[][] {{1, 1}, {1, 1}})),
                new double[] {-11, 2}, new double[] {2, 7});
    }

    @Test
    void severalVectorsInOneCall() {
        double[][] v = {{1, 2, 3}, {-1, 0, 0.5}};
        double[][] out = new double[2][3];
        LinearOperator a = LinearOperator.dense(A).scaled(3);
        a.apply(v, out);
        for (int i = 0; i < v.length; i++) {
            double[] one = new double[3];
            a.apply(v[i], one);
            assertArrayEquals(one, out[i]);
        }
        assertThrows(ShapeMismatchException.class, () -> a.apply(v, new double[1][3]));
    }

    @Test
    void namedPartsOfAVector() {
        SequencedMap<String, Shape> shapes = new LinkedHashMap<>();
        shapes.put("a", Shape.of(2));
        shapes.put("b", Shape.of(1, 3));
        shapes.put("c", Shape.scalar());
        ParameterVector vector = new ParameterVector(shapes);
        assertArrayEquals(new int[] {5, 0, 1}, vector.indices(List.of("c", "a")));
        assertThrows(IllegalArgumentException.class, () -> vector.indices(List.of("d")));
    }

    @Test
    void misuseIsOneLine() {
        LinearOperator a = LinearOperator.dense(A);
        assertThrows(ShapeMismatchException.class, () -> a.plus(a.restricted(0)));
        assertThrows(ShapeMismatchException.class, () -> LinearOperator.dense(new double[][] {{1, 2}}));
        assertThrows(IllegalArgumentException.class, () -> a.damped(-1));
        assertThrows(IllegalArgumentException.class, () -> a.damped(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> a.scaled(Double.POSITIVE_INFINITY));
        assertThrows(IllegalArgumentException.class, () -> a.restricted(0, 3));
        String twice = assertThrows(IllegalArgumentException.class, () -> a.restricted(1, 1)).getMessage();
        assertTrue(twice.contains("1 twice"), twice);
    }
}
