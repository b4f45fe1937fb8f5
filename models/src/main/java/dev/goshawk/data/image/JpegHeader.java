package dev.goshawk.data.image;

/**
 * What a JPEG's markers say before its first scan (ITU-T T.81, annex B; JFIF; Adobe's APP14 segment).
 *
 * @param color what the stored samples mean
 * @param tall bit c is set where component c has half the image's rows but all its columns
 */
record JpegHeader(int width, int height, JpegColor color, int tall) {
    private static final byte[] JFIF = JpegSegments.ascii("JFIF\0");
    private static final byte[] ADOBE = JpegSegments.ascii("Adobe");
    /** Offset of the color transform in Adobe's segment, after version and flags. */
    private static final int ADOBE_TRANSFORM = 11;
    private static final int NO_ADOBE = -1;
    private static final int FRAME_FIXED = 6;
    private static final int PER_COMPONENT = 3;

    /**
     * Reads the markers.
     *
     * @param bytes a file that begins with the start-of-image marker
     * @throws IllegalArgumentException if there is no sound frame header; the message does not name the file
     * @throws UnsupportedOperationException if it is of a kind that is not read
     */
    static JpegHeader parse(byte[] bytes) {
        boolean jfif = false;
        int adobe = NO_ADOBE;
        int frame = -1;
        JpegSegments segments = new JpegSegments(bytes);
        while (segments.next()) {
            int marker = segments.marker();
            int body = segments.body();
            if (marker == JpegSegments.APP0) {
                jfif |= segments.bodyStartsWith(JFIF);
            } else if (marker == JpegSegments.APP14 && segments.length() > ADOBE_TRANSFORM
                    && segments.bodyStartsWith(ADOBE)) {
                adobe = bytes[body + ADOBE_TRANSFORM] & 0xFF;
            } else if (isFrame(marker)) {
                if (frame >= 0) {
                    throw new IllegalArgumentException("two frame headers");
                }
                checkFrame(bytes, body, segments.length(), marker);
                frame = body;
            }
        }
        if (frame < 0) {
            throw new IllegalArgumentException("no frame header before the image data");
        }
        return new JpegHeader(JpegSegments.u16(bytes, frame + 3), JpegSegments.u16(bytes, frame + 1),
                color(bytes, frame, jfif, adobe),
                tall(bytes, frame));
    }

    /** SOF0 to SOF15 without the three other markers that stand among them. */
    private static boolean isFrame(int marker) {
        return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    }

    private static void checkFrame(byte[] bytes, int body, int length, int marker) {
        if (length < FRAME_FIXED || length < FRAME_FIXED + PER_COMPONENT * (bytes[body + 5] & 0xFF)) {
            throw new IllegalArgumentException("a frame header of " + length + " bytes");
        }
        if (marker > 0xC2) {
            throw new UnsupportedOperationException("JPEG process SOF" + (marker - 0xC0)
                    + ", expected baseline, extended or progressive Huffman coding");
        }
        if (bytes[body] != 8) {
            throw new UnsupportedOperationException("expected 8 bits a sample, got " + (bytes[body] & 0xFF)
                    + "; save the image with 8");
        }
        if (JpegSegments.u16(bytes, body + 1) == 0 || JpegSegments.u16(bytes, body + 3) == 0) {
            throw new IllegalArgumentException("an image without rows or columns");
        }
    }

    /** The rules of libjpeg: JFIF means YCbCr, Adobe's transform decides next, then the components' names. */
    private static JpegColor color(byte[] bytes, int frame, boolean jfif, int adobe) {
        int components = bytes[frame + 5] & 0xFF;
        return switch (components) {
            case 1 -> JpegColor.GRAY;
            case 3 -> {
                boolean namedRgb = bytes[frame + 6] == 'R' && bytes[frame + 9] == 'G' && bytes[frame + 12] == 'B';
                boolean isRgb = adobe == NO_ADOBE ? namedRgb : adobe == 0;
                yield !jfif && isRgb ? JpegColor.RGB : JpegColor.YCBCR;
            }
            case 4 -> adobe == NO_ADOBE || adobe == 0 ? JpegColor.CMYK : JpegColor.YCCK;
            default ->
                throw new UnsupportedOperationException("expected 1, 3 or 4 color components, got " + components);
        };
    }

    private static int tall(byte[] bytes, int frame) {
        int components = bytes[frame + 5] & 0xFF;
        int columns = 0;
        int rows = 0;
        for (int c = 0; c < components; c++) {
            columns = Math.max(columns, sampling(bytes, frame, c) >> 4);
            rows = Math.max(rows, sampling(bytes, frame, c) & 0xF);
        }
        int tall = 0;
        for (int c = 0; c < components; c++) {
            int sampling = sampling(bytes, frame, c);
            if (sampling >> 4 == columns && 2 * (sampling & 0xF) == rows) {
                tall |= 1 << c;
            }
        }
        return tall;
    }

    /** Columns in the upper and rows in the lower four bits, relative to the other components. */
    private static int sampling(byte[] bytes, int frame, int component) {
        return bytes[frame + FRAME_FIXED + PER_COMPONENT * component + 1] & 0xFF;
    }
}
