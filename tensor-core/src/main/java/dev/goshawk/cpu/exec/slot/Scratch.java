package dev.goshawk.cpu.exec.slot;

import dev.goshawk.tensor.DType;
import org.jspecify.annotations.Nullable;

/** Working memory that the steps of one executable share, each using it from {@link CacheLine#start} on while it runs. */
public final class Scratch {
    private long floats;
    private long doubles;
    private float @Nullable [] floatArray;
    private double @Nullable [] doubleArray;

    /** Asks for room; to be called while kernels are made. */
    public void require(DType dtype, long wanted) {
        long elements = CacheLine.start(dtype) + wanted;
        if (dtype == DType.FLOAT32) {
            floats = Math.max(floats, elements);
        } else {
            doubles = Math.max(doubles, elements);
        }
    }

    /** Of the arrays, when they are made. */
    public long bytes() {
        return floats * Float.BYTES + doubles * Double.BYTES;
    }

    /** The array of float32 numbers; no room may be asked for afterwards. */
    public float[] floats() {
        float[] a = floatArray;
        if (a == null) {
            a = new float[Math.toIntExact(floats)];
            floatArray = a;
        }
        return a;
    }

    /** The array of float64 numbers; no room may be asked for afterwards. */
    public double[] doubles() {
        double[] a = doubleArray;
        if (a == null) {
            a = new double[Math.toIntExact(doubles)];
            doubleArray = a;
        }
        return a;
    }

    /** One of the two. */
    public Object array(DType dtype) {
        return dtype == DType.FLOAT32 ? floats() : doubles();
    }
}
