package dev.goshawk.cpu.kernel.element;

import static dev.goshawk.cpu.kernel.simd.VectorSupport.F32_CLASS;

import dev.goshawk.cpu.kernel.simd.VectorSupport;
import dev.goshawk.tensor.Powers;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** float32 passes. One plain loop an op, so that each compiles by itself and stays hot across graphs. */
public final class FloatElements implements ElementKernels {
    private static final VectorSpecies<Float> S = VectorSupport.F32;
    private static final int L = S.length();

    @Override
    public void run(ElementOp op, double p, Object a, int ao, Object b, int bo, Object c, int co,
            Object result, int ro, int n) {
        float[] x = (float[]) a;
        float[] y = (float[]) b;
        float[] z = (float[]) c;
        float[] r = (float[]) result;
        switch (op) {
            case COPY -> System.arraycopy(x, ao, r, ro, n);
            case ADD -> add(x, ao, y, bo, r, ro, n);
            case SUBTRACT -> subtract(x, ao, y, bo, r, ro, n);
            case MULTIPLY -> multiply(x, ao, y, bo, r, ro, n);
            case DIVIDE -> divide(x, ao, y, bo, r, ro, n);
            case MAX -> max(x, ao, y, bo, r, ro, n);
            case MIN -> min(x, ao, y, bo, r, ro, n);
            case AT_LEAST -> atLeast(x, ao, y, bo, r, ro, n);
            case SCALE -> scale(x, ao, (float) p, r, ro, n);
            case MULTIPLY_ADD -> multiplyAdd(x, ao, y, bo, z, co, r, ro, n);
            case MASK_POSITIVE -> maskPositive(x, ao, y, bo, r, ro, n);
            case RELU -> relu(x, ao, r, ro, n);
            case STEP -> step(x, ao, r, ro, n);
            case ABS -> absolute(x, ao, r, ro, n);
            case SQRT -> sqrt(x, ao, r, ro, n);
            case RECIPROCAL -> reciprocal(x, ao, r, ro, n);
            case SIGN -> sign(x, ao, r, ro, n);
            case ROUND, ROUND_SMALL -> round(x, ao, r, ro, n);
            case FLOOR -> floor(x, ao, r, ro, n);
            case WHERE -> where(x, ao, y, bo, z, co, r, ro, n);
            case POWER -> power(x, ao, y, bo, (int) p, r, ro, n);
            case SUM -> sum(x, ao, r, ro, n);
            case SUM_OF_PRODUCTS -> sumOfProducts(x, ao, y, bo, r, ro, n);
            case EXP, EXPM1, TANH, SIGMOID, SIGMOID_SLOPE, SOFTPLUS, ERF, ERFC, ERF_SLOPE, LOG, LOG1P, SIN, COS ->
                inLanes(op, x, ao, r, ro, n);
        }
    }

    private static void inLanes(ElementOp op, float[] x, int xo, float[] r, int ro, int n) {
        if (n < FloatFunctionLanes.WORTHWHILE) {
            scalar(op, x, xo, r, ro, n);
            return;
        }
        FloatFunctionLanes.here().apply(op, x, xo, r, ro, n);
    }

    private static void add(float[] x, int xo, float[] y, int yo, float[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xo + i);
            FloatVector w = FloatVector.fromArray(S, y, yo + i);
            v.add(w).intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = x[xo + i] + y[yo + i];
        }
    }

    private static void subtract(float[] x, int xo, float[] y, int yo, float[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xo + i);
            FloatVector w = FloatVector.fromArray(S, y, yo + i);
            v.sub(w).intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = x[xo + i] - y[yo + i];
        }
    }

    private static void multiply(float[] x, int xo, float[] y, int yo, float[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xo + i);
            FloatVector w = FloatVector.fromArray(S, y, yo + i);
            v.mul(w).intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = x[xo + i] * y[yo + i];
        }
    }

    private static void divide(float[] x, int xo, float[] y, int yo, float[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xo + i);
            FloatVector w = FloatVector.fromArray(S, y, yo + i);
            v.div(w).intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = x[xo + i] / y[yo + i];
        }
    }

    private static void max(float[] x, int xo, float[] y, int yo, float[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xo + i);
            FloatVector w = FloatVector.fromArray(S, y, yo + i);
            v.max(w).intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = Math.max(x[xo + i], y[yo + i]);
        }
    }

    private static void min(float[] x, int xo, float[] y, int yo, float[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xo + i);
            FloatVector w = FloatVector.fromArray(S, y, yo + i);
            v.min(w).intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = Math.min(x[xo + i], y[yo + i]);
        }
    }

    private static void atLeast(float[] x, int xo, float[] y, int yo, float[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xo + i);
            FloatVector w = FloatVector.fromArray(S, y, yo + i);
            FloatLanes.atLeast(v, w).intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = x[xo + i] >= y[yo + i] ? 1 : 0;
        }
    }

    private static void maskPositive(float[] x, int xo, float[] y, int yo, float[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xo + i);
            FloatVector w = FloatVector.fromArray(S, y, yo + i);
            FloatLanes.maskPositive(v, w).intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = x[xo + i] * (y[yo + i] > 0 ? 1 : 0);
        }
    }

    private static void relu(float[] x, int xo, float[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatLanes.relu(FloatVector.fromArray(S, x, xo + i)).intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = x[xo + i] <= 0 ? 0 : x[xo + i];
        }
    }

    private static void absolute(float[] x, int xo, float[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector.fromArray(S, x, xo + i).abs().intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = Math.abs(x[xo + i]);
        }
    }

    private static void step(float[] x, int xo, float[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatLanes.step(FloatVector.fromArray(S, x, xo + i)).intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = x[xo + i] > 0 ? 1 : 0;
        }
    }

    private static void sqrt(float[] x, int xo, float[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xo + i);
            v.sqrt().intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = (float) Math.sqrt(x[xo + i]);
        }
    }

    private static void reciprocal(float[] x, int xo, float[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatLanes.reciprocal(FloatVector.fromArray(S, x, xo + i)).intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = 1 / x[xo + i];
        }
    }

    private static void scale(float[] x, int xo, float p, float[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector.fromArray(S, x, xo + i).mul(p).intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = x[xo + i] * p;
        }
    }

    private static void multiplyAdd(float[] x, int xo, float[] y, int yo, float[] z, int zo, float[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector.fromArray(S, x, xo + i)
                    .fma(FloatVector.fromArray(S, y, yo + i), FloatVector.fromArray(S, z, zo + i)).intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = Math.fma(x[xo + i], y[yo + i], z[zo + i]);
        }
    }

    private static void where(float[] x, int xo, float[] y, int yo, float[] z, int zo, float[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector v = FloatVector.fromArray(S, y, yo + i);
            FloatVector w = FloatVector.fromArray(S, z, zo + i);
            FloatLanes.where(FloatVector.fromArray(S, x, xo + i), v, w).intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = x[xo + i] > 0 ? y[yo + i] : z[zo + i];
        }
    }

    private static void power(float[] x, int xo, float[] y, int yo, int p, float[] r, int ro, int n) {
        int byX = p % ElementOp.BY_EXPONENT;
        int byY = p / ElementOp.BY_EXPONENT;
        for (int i = 0; i < n; i++) {
            r[ro + i] = (float) Powers.derivative(x[xo + i], y[yo + i], byX, byY);
        }
    }

    private static void sum(float[] x, int xo, float[] r, int ro, int n) {
        add(x, xo, r, ro, r, ro, n);
    }

    private static void sumOfProducts(float[] x, int xo, float[] y, int yo, float[] r, int ro, int n) {
        multiplyAdd(x, xo, y, yo, r, ro, r, ro, n);
    }

    private static void round(float[] x, int xo, float[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatLanes.round(FloatVector.fromArray(S, x, xo + i)).intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = (float) Math.rint(x[xo + i]);
        }
    }

    private static void sign(float[] x, int xo, float[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatLanes.sign(FloatVector.fromArray(S, x, xo + i)).intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = Math.signum(x[xo + i]);
        }
    }

    private static void floor(float[] x, int xo, float[] r, int ro, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatLanes.floor(FloatVector.fromArray(S, x, xo + i)).intoArray(r, ro + i);
        }
        for (; i < n; i++) {
            r[ro + i] = (float) Math.floor(x[xo + i]);
        }
    }

    /** Functions of few numbers. */
    private static void scalar(ElementOp op, float[] x, int xo, float[] r, int ro, int n) {
        for (int i = 0; i < n; i++) {
            r[ro + i] = (float) FloatFunctions.of(op, x[xo + i]);
        }
    }

    @Override
    public void fill(Object array, int offset, int n, double value) {
        Arrays.fill((float[]) array, offset, offset + n, (float) value);
    }

    @Override
    public double get(Object array, int offset) {
        return ((float[]) array)[offset];
    }

    @Override
    public void foldRows(Object in, int io, int rows, int columns, Object out, int oo, boolean add) {
        float[] x = (float[]) in;
        float[] r = (float[]) out;
        int j = 0;
        for (; j <= columns - L; j += L) {
            foldVector(x, io + j, rows, columns, r, oo + j, add);
        }
        for (; j < columns; j++) {
            float sum = add ? x[io + j] + r[oo + j] : x[io + j];
            for (int row = 1; row < rows; row++) {
                sum += x[io + row * columns + j];
            }
            r[oo + j] = sum;
        }
    }

    private static void foldVector(float[] x, int xo, int rows, int columns, float[] r, int ro, boolean add) {
        FloatVector sum = FloatVector.fromArray(S, x, xo);
        if (add) {
            sum = sum.add(FloatVector.fromArray(S, r, ro));
        }
        for (int row = 1; row < rows; row++) {
            sum = FloatVector.fromArray(S, x, xo + row * columns).add(sum);
        }
        F32_CLASS.cast(sum).intoArray(r, ro);
    }

    @Override
    public double foldAll(Object in, int io, int n) {
        float[] x = (float[]) in;
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += x[io + i];
        }
        return sum;
    }

    @Override
    public void rowSums(Object in, int io, int rows, int columns, Object out, int oo) {
        FloatRowSums.run((float[]) in, io, rows, columns, (float[]) out, oo);
    }

    @Override
    public void cumulativeSums(Object in, int io, int rows, int columns, Object out, int oo, boolean reverse) {
        FloatCumulativeSums.ofRows((float[]) in, io, rows, columns, (float[]) out, oo, reverse);
    }

    @Override
    public void cumulativeSums(Object in, int io, int rows, int n, int stride, Object out, int oo, double[] sums,
            int so,
            boolean reverse) {
        FloatCumulativeSums.ofColumns((float[]) in, io, rows, n, stride, (float[]) out, oo, sums, so, reverse);
    }

    @Override
    public void spread(Object in, int io, int rows, Object out, int oo, int columns) {
        float[] x = (float[]) in;
        float[] r = (float[]) out;
        for (int row = 0; row < rows; row++) {
            Arrays.fill(r, oo + row * columns, oo + (row + 1) * columns, x[io + row]);
        }
    }

    @Override
    public double max(Object in, int io, int n) {
        float[] x = (float[]) in;
        FloatVector even = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
        FloatVector odd = even;
        int i = 0;
        for (; i <= n - 2 * L; i += 2 * L) {
            even = FloatVector.fromArray(S, x, io + i).max(even);
            odd = FloatVector.fromArray(S, x, io + i + L).max(odd);
        }
        float max = F32_CLASS.cast(even).max(odd).reduceLanes(VectorOperators.MAX);
        for (; i < n; i++) {
            max = Math.max(max, x[io + i]);
        }
        return max;
    }

    @Override
    public void repeat(Object in, int io, int columns, Object out, int oo, int rows) {
        System.arraycopy(in, io, out, oo, columns);
        for (int done = columns; done < rows * columns; done *= 2) {
            System.arraycopy(out, oo, out, oo + done, Math.min(done, rows * columns - done));
        }
    }
}
