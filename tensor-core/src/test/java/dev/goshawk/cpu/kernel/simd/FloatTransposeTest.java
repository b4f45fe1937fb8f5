package dev.goshawk.cpu.kernel.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class FloatTransposeTest {
    @Test
    void everyElementChangesPlacesWithItsMirrorImage() {
        int side = FloatTranspose.SIDE;
        float[] x = new float[3 + 19 * side];
        for (int i = 0; i < x.length; i++) {
            x[i] = i;
        }
        float[] y = new float[2 + 21 * side];
        FloatTranspose.block(x, 3, 19, y, 2, 21);
        for (int r = 0; r < side; r++) {
            for (int c = 0; c < side; c++) {
                assertEquals(x[3 + r * 19 + c], y[2 + c * 21 + r]);
            }
        }
    }
}
