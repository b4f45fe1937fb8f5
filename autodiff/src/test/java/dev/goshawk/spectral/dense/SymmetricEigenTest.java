package dev.goshawk.spectral.dense;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.goshawk.spectral.Matrices;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.ojalgo.matrix.decomposition.Eigenvalue;
import org.ojalgo.matrix.store.R064Store;

/** The dense eigenproblem against its definition and against a library. */
class SymmetricEigenTest {
    private static void check(double[][] a, int n) {
        SymmetricEigen eigen = SymmetricEigen.of(a, n);
        double scale = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                scale = Math.max(scale, Math.abs(a[i][j]));
            }
        }
        double eps = 2e-15 * Math.max(1, n);
        for (int k = 0; k < n; k++) {
            for (int i = 0; i < n; i++) {
                double av = 0;
                double vv = 0;
                for (int j = 0; j < n; j++) {
                    av += a[i][j] * eigen.vector(j, k);
                    vv += eigen.vector(j, i) * eigen.vector(j, k);
                }
                assertEquals(eigen.value(k) * eigen.vector(i, k), av, eps * scale, "A v = lambda v, n " + n);
                assertEquals(i == k ? 1 : 0, vv, eps, "V'V = I, n " + n);
            }
        }
        R064Store matrix = R064Store.FACTORY.make(n, n);
        double[] own = new double[n];
        for (int i = 0; i < n; i++) {
            own[i] = eigen.value(i);
            for (int j = 0; j < n; j++) {
                matrix.set(i, j, a[i][j]);
            }
        }
        Eigenvalue<Double> library = Eigenvalue.R064.make(n, true);
        library.decompose(matrix);
        double[] expected = new double[n];
        library.getEigenvalues(expected, Optional.empty());
        Arrays.sort(own);
        Arrays.sort(expected);
        for (int i = 0; i < n; i++) {
            assertEquals(expected[i], own[i], eps * scale, "eigenvalue " + i + " of " + n);
        }
    }

    @Test
    void randomMatricesOfEverySize() {
        for (int n = 1; n <= 62; n++) {
            check(Matrices.symmetric(n, n), n);
        }
    }

    @Test
    void theLeadingPartOnly() {
        check(Matrices.symmetric(12, 3), 7);
    }

    @Test
    void multipleZeroGradedAndScaledSpectra() {
        check(new double[5][5], 5);
        check(new double[][] {{2, 0, 0}, {0, 2, 0}, {0, 0, -2}}, 3);
        for (double scale : new double[] {1e-120, 1e120}) {
            double[][] a = Matrices.symmetric(20, 5);
            for (double[] row : a) {
                for (int j = 0; j < row.length; j++) {
                    row[j] *= scale;
                }
            }
            check(a, 20);
        }
        double[][] graded = new double[16][16];
        for (int i = 0; i < 16; i++) {
            graded[i][i] = Math.pow(10, -i);
            if (i > 0) {
                graded[i][i - 1] = Math.pow(10, -i) / 3;
                graded[i - 1][i] = graded[i][i - 1];
            }
        }
        check(graded, 16);
        double[][] arrow = new double[9][9];
        for (int i = 0; i < 9; i++) {
            arrow[i][i] = i;
            arrow[i][8] = arrow[8][i] = 1.0 / (i + 1);
        }
        check(arrow, 9);
    }

    @Test
    void notANumberEndsInALine() {
        double[][] a = Matrices.symmetric(6, 1);
        a[3][2] = a[2][3] = Double.NaN;
        assertThrows(ArithmeticException.class, () -> SymmetricEigen.of(a, 6));
    }
}
