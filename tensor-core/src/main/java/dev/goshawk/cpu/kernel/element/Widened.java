package dev.goshawk.cpu.kernel.element;

import dev.goshawk.cpu.kernel.simd.VectorSupport;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Elements of either type as a float64 vector. */
final class Widened {
    private static final VectorSpecies<Double> S = VectorSupport.F64;
    /** As many float32 lanes. */
    static final VectorSpecies<Float> HALF = VectorSpecies.of(float.class,
            VectorShape.forBitSize(Math.max(64, S.vectorBitSize() / 2)));

    private Widened() {
    }

    static DoubleVector at(float[] x, int i) {
        return (DoubleVector) FloatVector.fromArray(HALF, x, i).convertShape(VectorOperators.F2D, S, 0);
    }

    static DoubleVector at(double[] x, int i) {
        return DoubleVector.fromArray(S, x, i);
    }
}
