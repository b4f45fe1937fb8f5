package dev.goshawk.hawq.run;

import dev.goshawk.weights.WeightFile;
import dev.goshawk.weights.Weights;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * What {@code goshawk quantize} takes where nothing is given: weights trained on the embedded shapes, and a short
 * schedule.
 */
public final class EmbeddedRun {
    public static final double EPOCHS_PER_BLOCK = 0.25;
    public static final double FINAL_EPOCHS = 0.5;
    public static final double RATE = 0.01;
    public static final double SEARCH_EPOCHS = 3;
    public static final int EPISODES = 10;
    public static final String SOURCE = "embedded weights, trained on the drawn shapes";

    private static final String MODEL = "resnet20";
    private static final String RESOURCE = "/dev/goshawk/hawq/shapes-resnet20.safetensors";

    private EmbeddedRun() {
    }

    /** Whether there are weights for a network. */
    public static boolean hasWeights(String model) {
        return model.equals(MODEL);
    }

    /** The weights. */
    public static Weights weights() throws IOException {
        Path file = Files.createTempFile("goshawk", ".safetensors");
        try (InputStream in = EmbeddedRun.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new FileNotFoundException(
                        RESOURCE + ": missing from the jar, expected the weights for the embedded shapes");
            }
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
            return WeightFile.read(file);
        } finally {
            Files.delete(file);
        }
    }
}
