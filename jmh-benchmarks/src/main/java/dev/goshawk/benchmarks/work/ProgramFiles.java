package dev.goshawk.benchmarks.work;

import dev.goshawk.models.Networks;
import dev.goshawk.packed.format.PackedFile;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/** What whole programs read. */
public final class ProgramFiles {
    /** The packed model. */
    public static final String PACKED = "model.packed.safetensors";
    /** The image. */
    public static final String IMAGE = "image.png";

    private ProgramFiles() {
    }

    /** Writes a packed model of a network and an image of its size to a folder. */
    public static void write(String network, int bits, Path folder) {
        PackedFile.write(folder.resolve(PACKED), FewBits.of(Networks.byName(network), bits).content());
        int side = Networks.byName(network).inputSize();
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        SplittableRandom random = new SplittableRandom(4);
        for (int i = 0; i < side * side; i++) {
            image.setRGB(i % side, i / side, random.nextInt(1 << 24));
        }
        try {
            ImageIO.write(image, "png", folder.resolve(IMAGE).toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
