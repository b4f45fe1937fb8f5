package dev.goshawk.benchmarks.work;

/** Arrays used from where the engine uses its own: at the start of a cache line (docs/adr/0009-data-on-cache-lines.md). */
public final class Lines {
    /** The first element to use of a float array. */
    public static final int START = 12;

    private Lines() {
    }

    /** Room for so many floats from {@link #START} on. */
    public static float[] floats(int size) {
        return new float[START + size];
    }

    /** A copy from {@link #START} on. */
    static float[] of(float[] values) {
        float[] lines = floats(values.length);
        System.arraycopy(values, 0, lines, START, values.length);
        return lines;
    }
}
