package dev.goshawk.data.synthetic;

/**
 * The outlines of {@link SyntheticShapes}, as signed distances: negative inside, in a frame where a shape fills the
 * unit disc.
 */
enum Outline {
    DISC, SQUARE, TRIANGLE, RING, CROSS, STAR, STRIPES, CHECKER, CRESCENT, ARROW;

    private static final double[] SQUARE_CORNERS = {-0.78, -0.78, 0.78, -0.78, 0.78, 0.78, -0.78, 0.78};
    private static final double[] TRIANGLE_CORNERS = regular(3, 1, 1);
    private static final double[] STAR_CORNERS = regular(5, 1, 0.42);
    private static final double[] CROSS_CORNERS = {-0.3, -1, 0.3, -1, 0.3, -0.3, 1, -0.3, 1, 0.3, 0.3, 0.3,
            0.3, 1, -0.3, 1, -0.3, 0.3, -1, 0.3, -1, -0.3, -0.3, -0.3};
    private static final double[] ARROW_CORNERS = {-1, -0.25, 0.1, -0.25, 0.1, -0.75, 1, 0,
            0.1, 0.75, 0.1, 0.25, -1, 0.25};
    private static final double RING_RADIUS = 0.78;
    private static final double RING_HALF_WIDTH = 0.2;
    private static final double CRESCENT_SHIFT = 0.45;
    private static final double CRESCENT_BITE = 0.8;

    /**
     * The distance from (x, y) to the outline. The two patterned classes are squares of which the pattern tells them.
     */
    double distance(double x, double y) {
        return switch (this) {
            case DISC -> Math.sqrt(x * x + y * y) - 0.9;
            case RING -> Math.abs(Math.sqrt(x * x + y * y) - RING_RADIUS) - RING_HALF_WIDTH;
            case CRESCENT -> {
                double dx = x - CRESCENT_SHIFT;
                yield Math.max(Math.sqrt(x * x + y * y) - 0.95, CRESCENT_BITE - Math.sqrt(dx * dx + y * y));
            }
            case SQUARE, STRIPES, CHECKER -> polygon(SQUARE_CORNERS, x, y);
            case TRIANGLE -> polygon(TRIANGLE_CORNERS, x, y);
            case STAR -> polygon(STAR_CORNERS, x, y);
            case CROSS -> polygon(CROSS_CORNERS, x, y);
            case ARROW -> polygon(ARROW_CORNERS, x, y);
        };
    }

    /** How much of the second color is at (x, y), 0 or 1 but for a soft edge; 0 for the classes without a pattern. */
    double pattern(double x, double y, double frequency) {
        return switch (this) {
            case STRIPES -> soft(triangleWave(x * frequency));
            case CHECKER -> {
                double a = soft(triangleWave(x * frequency));
                double b = soft(triangleWave(y * frequency));
                yield a + b - 2 * a * b;
            }
            default -> 0;
        };
    }

    private static double triangleWave(double t) {
        return 4 * Math.abs(t - Math.floor(t) - 0.5) - 1;
    }

    private static double soft(double t) {
        return Math.max(0, Math.min(1, 0.5 + 1.5 * t));
    }

    /** Distance to the nearest edge, signed by the parity of crossings. O(corners). */
    private static double polygon(double[] corners, double x, double y) {
        double nearest = Double.POSITIVE_INFINITY;
        boolean inside = false;
        for (int i = 0, j = corners.length - 2; i < corners.length; j = i, i += 2) {
            double ex = corners[j] - corners[i];
            double ey = corners[j + 1] - corners[i + 1];
            double px = x - corners[i];
            double py = y - corners[i + 1];
            double t = Math.max(0, Math.min(1, (px * ex + py * ey) / (ex * ex + ey * ey)));
            double dx = px - ex * t;
            double dy = py - ey * t;
            nearest = Math.min(nearest, dx * dx + dy * dy);
            if (corners[i + 1] > y != corners[j + 1] > y && x < corners[i] + ex * (y - corners[i + 1]) / ey) {
                inside = !inside;
            }
        }
        return inside ? -Math.sqrt(nearest) : Math.sqrt(nearest);
    }

    /** A regular star, or polygon where both radii are equal. StrictMath, so that all machines draw the same. */
    private static double[] regular(int points, double outer, double inner) {
        int corners = inner == outer ? points : 2 * points;
        double[] xy = new double[2 * corners];
        for (int k = 0; k < corners; k++) {
            double angle = 2 * Math.PI * k / corners;
            double radius = k % 2 == 0 ? outer : inner;
            xy[2 * k] = radius * StrictMath.cos(angle);
            xy[2 * k + 1] = radius * StrictMath.sin(angle);
        }
        return xy;
    }
}
