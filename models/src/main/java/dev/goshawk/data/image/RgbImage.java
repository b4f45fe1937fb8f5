package dev.goshawk.data.image;

/**
 * A decoded image of any size.
 *
 * @param rgb {@code height} rows of {@code width} byte triples: red, green, blue
 */
@SuppressWarnings("ArrayRecordComponent")
public record RgbImage(int width, int height, byte[] rgb) {
}
