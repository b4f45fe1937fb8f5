package dev.goshawk.cpu.kernel.element;

import dev.goshawk.cpu.kernel.simd.VectorSupport;
import dev.goshawk.tensor.ScalarFunctions;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** float64 passes. One plain loop an op, so that each compiles by itself and stays hot across graphs. */
final class DoubleElements implements ElementKernels {
    private static final VectorSpecies<Double> S = VectorSupport.F64;
    private static final int L = S.length();
    /** Adding and subtracting this rounds to the nearest integer, ties to even, below 2^51 in magnitude. */
    private static final double ROUNDER = 0x1p52;

    @Override
    public void run(ElementOp op, double p, Object a, int ao, Object b, int bo, Object c, int co,
            Object result, int ro, int n) {
        double[] x = (double[]) a;
        double[] y = (double[]) b;
        double[] z = (double[]) c;
        double[] r = (double[]) result;
        switch (op) {
            case COPY -> System.arraycopy(x, ao, r, ro, n);
            case ADD -> add(x, ao, y, bo, r, ro, n);
            case SUBTRACT -> subtract(x, ao, y, bo, r, ro, n);
            case MULTIPLY -> multiply(x, ao, y, bo, r, ro, n);
            case DIVIDE -> divide(x, ao, y, bo, r, ro, n);
            case MAX -> max(x, ao, y, bo, r, ro, n);
            case MIN -> min(x, ao, y, bo, r, ro, n);
            case AT_LEAST -> atLeast(x, ao, y, bo, r, ro, n);
            case SCALE -> scale(x, ao, p, r, ro, n);
            case MULTIPLY_ADD -> multiplyAdd(x, ao, y, bo, z, co, r, ro, n);
            case MASK_POSITIVE -> maskPositive(x, ao, y, bo, r, ro, n);
            case RELU -> relu(x, ao, r, ro, n);
            case STEP -> step(x, ao, r, ro, n);
            case SQRT -> sqrt(x, ao, r, ro, n);
            case RECIPROCAL -> reciprocal(x, ao, r, ro, n);
            case ROUND -> round(x, ao, r, ro, n);
            case SUM -> sum(x, ao, r, ro, n);
            case SUM_OF_PRODUCTS -> sumOfProducts(x, ao, y, bo, r, ro, n);
            case SIGN, ABS, FLOOR, EXP, EXPM1, LOG, LOG1P, TANH, SIGMOID, SIGMOID_SLOPE, SOFTPLUS ->
                scalar(op, x, ao, r, ro, n);
        }
    }

    private static void add(double[] x, int xo, double[] y, int yo, double[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            DoubleVector v = DoubleVector.fromArray(S, x, xo + i);
            DoubleVector w = DoubleVector.fromArray(S, y, yo + i);
            v.add(w).intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = x[xo + i] + y[yo + i];
        }
    }

    private static void subtract(double[] x, int xo, double[] y, int yo, double[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            DoubleVector v = DoubleVector.fromArray(S, x, xo + i);
            DoubleVector w = DoubleVector.fromArray(S, y, yo + i);
            v.sub(w).intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = x[xo + i] - y[yo + i];
        }
    }

    private static void multiply(double[] x, int xo, double[] y, int yo, double[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            DoubleVector v = DoubleVector.fromArray(S, x, xo + i);
            DoubleVector w = DoubleVector.fromArray(S, y, yo + i);
            v.mul(w).intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = x[xo + i] * y[yo + i];
        }
    }

    private static void divide(double[] x, int xo, double[] y, int yo, double[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            DoubleVector v = DoubleVector.fromArray(S, x, xo + i);
            DoubleVector w = DoubleVector.fromArray(S, y, yo + i);
            v.div(w).intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = x[xo + i] / y[yo + i];
        }
    }

    private static void max(double[] x, int xo, double[] y, int yo, double[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            DoubleVector v = DoubleVector.fromArray(S, x, xo + i);
            DoubleVector w = DoubleVector.fromArray(S, y, yo + i);
            v.max(w).intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = Math.max(x[xo + i], y[yo + i]);
        }
    }

    private static void min(double[] x, int xo, double[] y, int yo, double[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            DoubleVector v = DoubleVector.fromArray(S, x, xo + i);
            DoubleVector w = DoubleVector.fromArray(S, y, yo + i);
            v.min(w).intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = Math.min(x[xo + i], y[yo + i]);
        }
    }

    private static void atLeast(double[] x, int xo, double[] y, int yo, double[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            DoubleVector v = DoubleVector.fromArray(S, x, xo + i);
            DoubleVector w = DoubleVector.fromArray(S, y, yo + i);
            DoubleVector.zero(S).blend((double) 1, v.compare(VectorOperators.GE, w)).intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = x[xo + i] >= y[yo + i] ? 1 : 0;
        }
    }

    private static void maskPositive(double[] x, int xo, double[] y, int yo, double[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            DoubleVector v = DoubleVector.fromArray(S, x, xo + i);
            DoubleVector w = DoubleVector.fromArray(S, y, yo + i);
            v.mul(DoubleVector.zero(S).blend(1, w.compare(VectorOperators.GT, 0))).intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = x[xo + i] * (y[yo + i] > 0 ? 1 : 0);
        }
    }

    private static void relu(double[] x, int xo, double[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            DoubleVector v = DoubleVector.fromArray(S, x, xo + i);
            v.blend((double) 0, v.compare(VectorOperators.LE, 0)).intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = x[xo + i] <= 0 ? 0 : x[xo + i];
        }
    }

    private static void step(double[] x, int xo, double[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            DoubleVector v = DoubleVector.fromArray(S, x, xo + i);
            DoubleVector.zero(S).blend((double) 1, v.compare(VectorOperators.GT, 0)).intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = x[xo + i] > 0 ? 1 : 0;
        }
    }

    private static void sqrt(double[] x, int xo, double[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            DoubleVector v = DoubleVector.fromArray(S, x, xo + i);
            v.sqrt().intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = Math.sqrt(x[xo + i]);
        }
    }

    private static void reciprocal(double[] x, int xo, double[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            DoubleVector v = DoubleVector.fromArray(S, x, xo + i);
            DoubleVector.broadcast(S, 1).div(v).intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = 1 / x[xo + i];
        }
    }

    private static void scale(double[] x, int xo, double p, double[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            DoubleVector.fromArray(S, x, xo + i).mul(p).intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = x[xo + i] * p;
        }
    }

    private static void multiplyAdd(double[] x, int xo, double[] y, int yo, double[] z, int zo, double[] r, int ro,
            int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            DoubleVector.fromArray(S, x, xo + i)
                    .fma(DoubleVector.fromArray(S, y, yo + i), DoubleVector.fromArray(S, z, zo + i))
                    .intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = Math.fma(x[xo + i], y[yo + i], z[zo + i]);
        }
    }

    private static void sum(double[] x, int xo, double[] r, int ro, int n) {
        add(x, xo, r, ro, r, ro, n);
    }

    private static void sumOfProducts(double[] x, int xo, double[] y, int yo, double[] r, int ro, int n) {
        multiplyAdd(x, xo, y, yo, r, ro, r, ro, n);
    }

    private static void round(double[] x, int xo, double[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            roundLanes(DoubleVector.fromArray(S, x, xo + i)).intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = Math.rint(x[xo + i]);
        }
    }

    /** Ties to even, as {@link Math#rint}, with its signed zeros; from 2^52 in magnitude every number is whole. */
    private static DoubleVector roundLanes(DoubleVector x) {
        DoubleVector magnitude = x.abs();
        DoubleVector whole = magnitude.add(ROUNDER).sub(ROUNDER);
        DoubleVector signed = whole.blend(whole.neg(), x.test(VectorOperators.IS_NEGATIVE));
        return signed.blend(x, magnitude.compare(VectorOperators.GE, ROUNDER));
    }

    /** Functions too rare in networks to need vectors; computed in float64 and rounded once. */
    private static void scalar(ElementOp op, double[] x, int xo, double[] r, int ro, int n) {
        for (int i = 0; i < n; i++) {
            double v = x[xo + i];
            r[ro + i] = switch (op) {
                case SIGN -> Math.signum(v);
                case ABS -> Math.abs(v);
                case FLOOR -> Math.floor(v);
                case EXP -> Math.exp(v);
                case EXPM1 -> Math.expm1(v);
                case LOG -> Math.log(v);
                case LOG1P -> Math.log1p(v);
                case TANH -> Math.tanh(v);
                case SIGMOID -> ScalarFunctions.sigmoid(v);
                case SIGMOID_SLOPE -> ScalarFunctions.sigmoidSlope(v);
                case SOFTPLUS -> ScalarFunctions.softplus(v);
                case COPY, ADD, SUBTRACT, MULTIPLY, DIVIDE, MAX, MIN, AT_LEAST, SCALE, MULTIPLY_ADD, MASK_POSITIVE, RELU, STEP, ROUND, SQRT, RECIPROCAL, SUM, SUM_OF_PRODUCTS ->
                    throw new IllegalArgumentException("has a pass of its own: " + op);
            };
        }
    }

    @Override
    public void fill(Object array, int offset, int n, double value) {
        Arrays.fill((double[]) array, offset, offset + n, value);
    }

    @Override
    public double get(Object array, int offset) {
        return ((double[]) array)[offset];
    }

    @Override
    public void foldRows(Object in, int io, int rows, int columns, Object out, int oo, boolean add) {
        double[] x = (double[]) in;
        double[] r = (double[]) out;
        for (int row = 0; row < rows; row++) {
            if (row == 0 && !add) {
                System.arraycopy(x, io, r, oo, columns);
            } else {
                add(x, io + row * columns, r, oo, r, oo, columns);
            }
        }
    }

    @Override
    public double foldAll(Object in, int io, int n) {
        double[] x = (double[]) in;
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += x[io + i];
        }
        return sum;
    }

    @Override
    public void repeat(Object in, int io, int columns, Object out, int oo, int rows) {
        System.arraycopy(in, io, out, oo, columns);
        for (int done = columns; done < rows * columns; done *= 2) {
            System.arraycopy(out, oo, out, oo + done, Math.min(done, rows * columns - done));
        }
    }
}
