package dev.goshawk.cpu.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Vectors of float32 ops that take more than one instruction, for the passes and for generated loops: one arithmetic for both. */
final class FloatLanes {
    private static final VectorSpecies<Float> S = VectorSupport.F32;
    /** Adding and subtracting this rounds to the nearest integer, ties to even, below 2^22 in magnitude. */
    private static final float ROUNDER = 0x1.8p23f;

    private FloatLanes() {
    }

    static FloatVector load(float[] array, int offset) {
        return FloatVector.fromArray(S, array, offset);
    }

    static FloatVector same(float[] array, int offset) {
        return FloatVector.broadcast(S, array[offset]);
    }

    static FloatVector atLeast(FloatVector x, FloatVector y) {
        return FloatVector.zero(S).blend((float) 1, x.compare(VectorOperators.GE, y));
    }

    static FloatVector maskPositive(FloatVector x, FloatVector y) {
        return x.mul(step(y));
    }

    static FloatVector relu(FloatVector x) {
        return x.blend((float) 0, x.compare(VectorOperators.LE, 0));
    }

    static FloatVector step(FloatVector x) {
        return FloatVector.zero(S).blend((float) 1, x.compare(VectorOperators.GT, 0));
    }

    static FloatVector reciprocal(FloatVector x) {
        return FloatVector.broadcast(S, 1).div(x);
    }

    static FloatVector fakeQuantize(FloatVector x, FloatVector scale, FloatVector zero, float lo, float hi) {
        // Clamping to the integers' range first gives the same result and keeps the rounding exact.
        FloatVector level = x.div(scale).max(zero.neg().add(lo)).min(zero.neg().add(hi)).add(ROUNDER).sub(ROUNDER);
        return level.mul(scale);
    }

    static FloatVector straightThroughMask(FloatVector x, FloatVector scale, FloatVector zero, float lo, float hi) {
        FloatVector low = zero.neg().add(lo);
        FloatVector high = zero.neg().add(hi);
        FloatVector level = x.div(scale).max(low.sub(1)).min(high.add(1)).add(ROUNDER).sub(ROUNDER);
        VectorMask<Float> inside = level.compare(VectorOperators.GE, low)
                .and(level.compare(VectorOperators.LE, high));
        return FloatVector.zero(S).blend((float) 1, inside);
    }
}
