package dev.goshawk.data.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Small image files for tests. */
public final class Images {
    private Images() {
    }

    /** Pixel (x, y) of picture {@code seed}: 0xRRGGBB. */
    public static int color(int seed, int x, int y) {
        return (seed * 37 & 0xFF) << 16 | (x * 8 & 0xFF) << 8 | y * 8 & 0xFF;
    }

    public static byte[] encoded(String format, int side, int seed) throws IOException {
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                image.setRGB(x, y, color(seed, x, y));
            }
        }
        return encoded(format, image);
    }

    public static byte[] encoded(String format, BufferedImage image) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (!ImageIO.write(image, format, out)) {
            throw new IOException("no writer for " + format);
        }
        return out.toByteArray();
    }

    public static Path put(Path file, byte[] content) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.write(file, content);
    }
}
