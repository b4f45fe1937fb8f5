package dev.goshawk.data.image;

/**
 * The color models of JPEG files and their way to red, green and blue, in the integer arithmetic of libjpeg and
 * Pillow, so that pixels equal theirs to the last bit. Embedded color profiles play no part, as there.
 */
enum JpegColor {
    GRAY(1) {
        @Override
        void toRgb(byte[] samples, int pixels, byte[] rgb, int offset) {
            for (int i = 0, at = offset; i < pixels; i++) {
                rgb[at++] = samples[i];
                rgb[at++] = samples[i];
                rgb[at++] = samples[i];
            }
        }
    },
    RGB(3) {
        @Override
        void toRgb(byte[] samples, int pixels, byte[] rgb, int offset) {
            System.arraycopy(samples, 0, rgb, offset, 3 * pixels);
        }
    },
    YCBCR(3) {
        @Override
        void toRgb(byte[] samples, int pixels, byte[] rgb, int offset) {
            for (int i = 0; i < 3 * pixels; i += 3) {
                ycc(samples, i, rgb, offset + i);
            }
        }
    },
    /** Adobe's convention, which every known writer follows: the samples are the complements of the inks. */
    CMYK(4) {
        @Override
        void toRgb(byte[] samples, int pixels, byte[] rgb, int offset) {
            for (int i = 0, at = offset; i < 4 * pixels; i += 4, at += 3) {
                int light = samples[i + 3] & 0xFF;
                for (int c = 0; c < 3; c++) {
                    rgb[at + c] = inked(samples[i + c] & 0xFF, light);
                }
            }
        }
    },
    /** CMYK whose first three samples were inverted and stored as YCbCr. */
    YCCK(4) {
        @Override
        void toRgb(byte[] samples, int pixels, byte[] rgb, int offset) {
            for (int i = 0, at = offset; i < 4 * pixels; i += 4, at += 3) {
                ycc(samples, i, rgb, at);
                int light = samples[i + 3] & 0xFF;
                for (int c = 0; c < 3; c++) {
                    rgb[at + c] = inked(255 - (rgb[at + c] & 0xFF), light);
                }
            }
        }
    };

    /** Bits behind the point of the YCbCr factors. */
    private static final int POINT = 16;
    private static final int HALF = 1 << (POINT - 1);
    private static final int RED_CR = fixed(1.402);
    private static final int GREEN_CR = fixed(0.71414);
    private static final int GREEN_CB = fixed(0.34414);
    private static final int BLUE_CB = fixed(1.772);

    private final int components;

    JpegColor(int components) {
        this.components = components;
    }

    /** Samples a pixel. */
    int components() {
        return components;
    }

    /** Converts {@code pixels} pixels, their samples side by side, to byte triples at {@code rgb[offset ..]}. */
    abstract void toRgb(byte[] samples, int pixels, byte[] rgb, int offset);

    private static int fixed(double factor) {
        return (int) (factor * (1 << POINT) + 0.5);
    }

    private static void ycc(byte[] samples, int from, byte[] rgb, int to) {
        int y = samples[from] & 0xFF;
        int cb = (samples[from + 1] & 0xFF) - 128;
        int cr = (samples[from + 2] & 0xFF) - 128;
        rgb[to] = clamp(y + (RED_CR * cr + HALF >> POINT));
        rgb[to + 1] = clamp(y + (-GREEN_CB * cb - GREEN_CR * cr + HALF >> POINT));
        rgb[to + 2] = clamp(y + (BLUE_CB * cb + HALF >> POINT));
    }

    /** Light left by an ink of complement {@code paper} under black of complement {@code light}: about the product. */
    private static byte inked(int paper, int light) {
        int product = (255 - paper) * light + 128;
        return clamp(light - ((product >> 8) + product >> 8));
    }

    private static byte clamp(int value) {
        return (byte) Math.clamp(value, 0, 255);
    }
}
