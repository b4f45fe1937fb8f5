package dev.goshawk.data;

/** How resized images are interpolated, as Pillow does under these names. */
public enum ResizeFilter {
    /** A triangle of radius 1. */
    BILINEAR(1),
    /** Keys' cubic with a = -1/2, of radius 2. */
    BICUBIC(2);

    private static final double A = -0.5;

    private final double radius;

    ResizeFilter(double radius) {
        this.radius = radius;
    }

    /** Beyond it the filter is 0. */
    public double radius() {
        return radius;
    }

    /** Its weight at a distance from the center, in samples of the smaller image. */
    public double at(double distance) {
        double x = Math.abs(distance);
        return switch (this) {
            case BILINEAR -> Math.max(0, 1 - x);
            case BICUBIC -> x < 1
                    ? ((A + 2) * x - (A + 3)) * x * x + 1
                    : x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
        };
    }
}
