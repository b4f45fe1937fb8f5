package dev.goshawk.cpu.kernel.element;

import dev.goshawk.cpu.kernel.simd.VectorSupport;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Vectors of float32 ops that take more than one instruction, for the passes and for generated loops: one arithmetic for both. */
public final class FloatLanes {
    private static final VectorSpecies<Float> S = VectorSupport.F32;
    /** Adding and subtracting this rounds a smaller number that is not negative to the nearest integer, ties to even. */
    private static final float ROUNDER = 0x1p23f;

    private FloatLanes() {
    }

    public static FloatVector load(float[] array, int offset) {
        return FloatVector.fromArray(S, array, offset);
    }

    public static FloatVector same(float[] array, int offset) {
        return FloatVector.broadcast(S, array[offset]);
    }

    public static FloatVector atLeast(FloatVector x, FloatVector y) {
        return FloatVector.zero(S).blend(1f, x.compare(VectorOperators.GE, y));
    }

    public static FloatVector maskPositive(FloatVector x, FloatVector y) {
        return x.mul(step(y));
    }

    public static FloatVector where(FloatVector condition, FloatVector a, FloatVector b) {
        return b.blend(a, condition.compare(VectorOperators.GT, 0));
    }

    public static FloatVector relu(FloatVector x) {
        return x.blend(0f, x.compare(VectorOperators.LE, 0));
    }

    public static FloatVector step(FloatVector x) {
        return FloatVector.zero(S).blend(1f, x.compare(VectorOperators.GT, 0));
    }

    public static FloatVector reciprocal(FloatVector x) {
        return FloatVector.broadcast(S, 1).div(x);
    }

    /** Ties to even, as {@link Math#rint}, with its signed zeros; from 2^23 in magnitude every number is whole. */
    public static FloatVector round(FloatVector x) {
        FloatVector magnitude = x.abs();
        FloatVector whole = magnitude.add(ROUNDER).sub(ROUNDER);
        FloatVector signed = whole.blend(whole.neg(), x.test(VectorOperators.IS_NEGATIVE));
        return signed.blend(x, magnitude.compare(VectorOperators.GE, ROUNDER));
    }

    /** Zeros keep their sign. */
    public static FloatVector sign(FloatVector x) {
        return x.blend(1f, x.compare(VectorOperators.GT, 0)).blend(-1f, x.compare(VectorOperators.LT, 0));
    }

    public static FloatVector floor(FloatVector x) {
        FloatVector near = round(x);
        return near.blend(near.sub(1), near.compare(VectorOperators.GT, x));
    }

    /** {@link #round} of numbers from 0 to 2^22. */
    public static FloatVector roundSmall(FloatVector x) {
        return x.add(ROUNDER).sub(ROUNDER);
    }
}
