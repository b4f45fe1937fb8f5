package dev.goshawk.cpu.kernel.gemm;

/** Where the rows of a product go. */
public sealed interface ResultRows {
    float[] array();

    /** Where row i starts. */
    int at(int i);

    /** The distance from row to row among {@code count} rows from i, -1 if it is not the same for all. */
    int step(int i, int count);

    /** A matrix, rows {@code ld} apart. */
    record Matrix(float[] array, int c0, int ld) implements ResultRows {
        @Override
        public int at(int i) {
            return c0 + i * ld;
        }

        @Override
        public int step(int i, int count) {
            return ld;
        }
    }

    /**
     * The target pixels of a window grid.
     *
     * @param c0 where the first channel wanted of the first pixel lies
     * @param pixel elements from pixel to pixel
     * @param height rows of the target
     * @param width columns of the target
     */
    record Pixels(PackedWindow window, float[] array, int c0, int pixel, int height, int width) implements ResultRows {
        @Override
        public int at(int i) {
            PackedWindow w = window;
            int q = i % w.gridWidth();
            int p = i / w.gridWidth() % w.gridHeight();
            int image = i / w.gridWidth() / w.gridHeight();
            int row = w.row() + p * w.rowStep();
            return c0 + ((image * height + row) * width + w.column() + q * w.columnStep()) * pixel;
        }

        @Override
        public int step(int i, int count) {
            boolean dense = window.rowStep() == 1 && window.columnStep() == 1;
            return dense || i % window.gridWidth() + count <= window.gridWidth() ? window.columnStep() * pixel : -1;
        }
    }
}
