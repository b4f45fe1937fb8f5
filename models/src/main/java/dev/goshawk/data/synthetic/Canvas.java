package dev.goshawk.data.synthetic;

import dev.goshawk.data.SplitMix64;

/**
 * A square image in the making: red, green and blue as doubles, 0 to 1 in the end. Only exact operations and
 * StrictMath.
 */
final class Canvas {
    /** A cut that leaves a shape whole. */
    static final double WHOLE = 2;
    private static final int CLOUD_CELLS = 5;

    private final int side;
    private final double[] rgb;

    Canvas(int side) {
        this.side = side;
        this.rgb = new double[side * side * 3];
    }

    /** A shape's two colors, the amplitude of its texture and the frequency of its pattern. */
    @SuppressWarnings("ArrayRecordComponent")
    record Ink(double[] first, double[] second, double texture, double frequency) {
    }

    /** Where a shape lies: turns pixel positions into the shape's own frame. */
    static final class Placement {
        private final double centerX;
        private final double centerY;
        private final double radius;
        private final double squeeze;
        private final double cos;
        private final double sin;

        Placement(double centerX, double centerY, double radius, double angle, double squeeze) {
            this.centerX = centerX;
            this.centerY = centerY;
            this.radius = radius;
            this.squeeze = squeeze;
            this.cos = StrictMath.cos(angle);
            this.sin = StrictMath.sin(angle);
        }

        private double x(int px, int py) {
            return ((px + 0.5 - centerX) * cos + (py + 0.5 - centerY) * sin) / radius;
        }

        private double y(int px, int py) {
            return ((py + 0.5 - centerY) * cos - (px + 0.5 - centerX) * sin) / (radius * squeeze);
        }

        /** How much of a pixel lies inside, from the signed distance at its center. */
        private double coverage(double distance) {
            return Math.clamp(0.5 - distance * radius * squeeze, 0.0, 1.0);
        }
    }

    /** Fills the canvas with one color clouded by another. */
    void cover(double[] color, double[] cloud, double amplitude, SplitMix64 random) {
        double[] clouds = clouds(random);
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = color[i % 3] + 2 * amplitude * (cloud[i % 3] - color[i % 3] + clouds[i / 3]) * clouds[i / 3];
        }
    }

    /** Paints the part of a shape left of {@code cut} in its own frame. */
    void paint(Outline outline, double cut, Placement place, Ink ink, SplitMix64 random) {
        double[] clouds = clouds(random);
        for (int py = 0; py < side; py++) {
            for (int px = 0; px < side; px++) {
                double x = place.x(px, py);
                double y = place.y(px, py);
                if (x * x + y * y > 2) {
                    continue;
                }
                double cover = place.coverage(Math.max(outline.distance(x, y), x - cut));
                double part = outline.pattern(x, y, ink.frequency());
                int p = py * side + px;
                for (int c = 0; c < 3; c++) {
                    double plain = ink.first()[c] + part * (ink.second()[c] - ink.first()[c]);
                    double value = plain + ink.texture() * clouds[p];
                    rgb[3 * p + c] += cover * (value - rgb[3 * p + c]);
                }
            }
        }
    }

    /** Brightens towards one border and darkens towards the other, by {@code strength} in all. */
    void light(double strength, SplitMix64 random) {
        double angle = random.between(0, 2 * Math.PI);
        double dx = StrictMath.cos(angle) * strength / side;
        double dy = StrictMath.sin(angle) * strength / side;
        for (int i = 0; i < rgb.length; i++) {
            int px = i / 3 % side;
            int py = i / 3 / side;
            rgb[i] *= 1 + (px - side / 2.0) * dx + (py - side / 2.0) * dy;
        }
    }

    /**
     * Adds noise of a standard deviation: the sum of four uniform numbers, close to normal and exact on every machine.
     */
    void noise(double deviation, SplitMix64 random) {
        double scale = deviation * Math.sqrt(3) / 0x1p16;
        for (int i = 0; i < rgb.length; i++) {
            long bits = random.nextLong();
            long sum = (bits & 0xFFFF) + (bits >>> 16 & 0xFFFF) + (bits >>> 32 & 0xFFFF) + (bits >>> 48);
            rgb[i] += (sum - 0x1p17) * scale;
        }
    }

    /** The image, rounded to bytes. */
    byte[] bytes() {
        byte[] out = new byte[rgb.length];
        for (int i = 0; i < rgb.length; i++) {
            out[i] = (byte) Math.clamp(Math.round(rgb[i] * 255), 0, 255);
        }
        return out;
    }

    /** Smooth random values in [-0.5, 0.5] for every pixel: a coarse grid, interpolated. */
    private double[] clouds(SplitMix64 random) {
        int n = CLOUD_CELLS + 1;
        double[] grid = new double[n * n];
        for (int i = 0; i < grid.length; i++) {
            grid[i] = random.between(-0.5, 0.5);
        }
        double[] out = new double[side * side];
        for (int y = 0; y < side; y++) {
            int gy = y * CLOUD_CELLS / side;
            double fy = smooth((double) (y * CLOUD_CELLS % side) / side);
            for (int x = 0; x < side; x++) {
                int gx = x * CLOUD_CELLS / side;
                double fx = smooth((double) (x * CLOUD_CELLS % side) / side);
                int g = gy * n + gx;
                double top = grid[g] + fx * (grid[g + 1] - grid[g]);
                double bottom = grid[g + n] + fx * (grid[g + n + 1] - grid[g + n]);
                out[y * side + x] = top + fy * (bottom - top);
            }
        }
        return out;
    }

    private static double smooth(double t) {
        return t * t * (3 - 2 * t);
    }
}
