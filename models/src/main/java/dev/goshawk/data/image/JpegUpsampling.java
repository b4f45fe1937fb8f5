package dev.goshawk.data.image;

/**
 * The one step in which the JDK's JPEG decoder differs from the libjpeg-turbo that Pillow uses: components with half
 * the rows but all columns (4:4:0, as after turning a 4:2:2 image by a right angle) come out of the JDK with every row
 * twice, where libjpeg-turbo interpolates between rows.
 */
final class JpegUpsampling {
    private JpegUpsampling() {
    }

    /**
     * Replaces the doubled rows of one component by libjpeg-turbo's: three parts of a row and one of its neighbor,
     * halves rounded down in the upper and up in the lower row of a pair.
     *
     * @param samples {@code height} rows of {@code width} pixels of {@code components} samples
     */
    static void smoothRows(byte[] samples, int width, int height, int components, int component) {
        int row = width * components;
        byte[] above = new byte[width];
        for (int y = 0; y < height; y += 2) {
            int next = y + 2 < height ? 2 * row : 0;
            for (int x = 0; x < width; x++) {
                int at = y * row + x * components + component;
                int own = samples[at] & 0xFF;
                int up = y == 0 ? own : above[x] & 0xFF;
                int down = samples[at + next] & 0xFF;
                above[x] = (byte) own;
                samples[at] = (byte) (3 * own + up + 1 >> 2);
                if (y + 1 < height) {
                    samples[at + row] = (byte) (3 * own + down + 2 >> 2);
                }
            }
        }
    }
}
