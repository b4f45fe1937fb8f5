package dev.goshawk.data;

/**
 * A decoded image of any size.
 *
 * @param rgb {@code height} rows of {@code width} byte triples: red, green, blue
 */
record RgbImage(int width, int height, byte[] rgb) {
}
