package dev.goshawk.hawq.cli;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/** A data folder of a few noisy images in two classes. */
public final class NoisyImages {
    private NoisyImages() {
    }

    /** Four images a class in both splits; returns the folder. */
    public static Path write(Path data) throws IOException {
        SplittableRandom random = new SplittableRandom(5);
        for (String split : List.of("train", "test")) {
            for (int label = 0; label < 2; label++) {
                Path classFolder = Files.createDirectories(data.resolve(split).resolve("class" + label));
                for (int i = 0; i < 4; i++) {
                    BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
                    for (int p = 0; p < 32 * 32; p++) {
                        image.setRGB(p % 32, p / 32, random.nextInt(1 << 24) & (label == 0 ? 0xFF7F3F : 0x3F7FFF));
                    }
                    ImageIO.write(image, "png", classFolder.resolve(i + ".png").toFile());
                }
            }
        }
        return data;
    }
}
