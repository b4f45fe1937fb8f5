package dev.goshawk.hawq.curvature;

import dev.goshawk.data.ImageDataset;
import dev.goshawk.models.Network;
import dev.goshawk.models.Networks;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.weights.GoshawkData;
import dev.goshawk.weights.WeightFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The public CIFAR-10 ResNet20 on 100 images, with what PyTorch computed for it in float64. Only where the folder of development
 * data is there; tests that use it are skipped elsewhere.
 */
public record PublicCheckpoint(Path folder, JsonNode reference, ImageDataset sample) {
    public static final Network RESNET20 = Networks.byName("resnet20");

    /** The folder's contents, or a skipped test. */
    public static PublicCheckpoint require() {
        Path folder = GoshawkData.require();
        Path reference = folder.resolve("reference");
        try {
            return new PublicCheckpoint(folder, JsonMapper.builder().build()
                    .readTree(Files.readString(reference.resolve("resnet20_public.json"))),
                    new Pixels(Files.readAllBytes(reference.resolve("resnet20_public_pixels.bin")),
                            Files.readAllLines(reference.resolve("resnet20_public_samples.txt"))));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Its parameters, from one of the two files that hold them. */
    public Parameters parameters(String file, DType dtype) {
        return Parameters.load(RESNET20, WeightFile.read(folder.resolve("checkpoints").resolve(file)), dtype);
    }

    private record Pixels(byte[] bytes, List<String> names) implements ImageDataset {
        private static final List<String> CLASSES = List.of("airplane", "automobile", "bird", "cat", "deer", "dog",
                "frog",
                "horse", "ship", "truck");

        @Override
        public int size() {
            return names.size();
        }

        @Override
        public int height() {
            return 32;
        }

        @Override
        public int width() {
            return 32;
        }

        @Override
        public int label(int image) {
            return CLASSES.indexOf(names.get(image).split("/")[1]);
        }

        @Override
        public String name(int image) {
            return names.get(image);
        }

        @Override
        public List<String> classes() {
            return CLASSES;
        }

        @Override
        public void pixels(int image, byte[] rgb, int offset) {
            System.arraycopy(bytes, image * imageBytes(), rgb, offset, imageBytes());
        }
    }
}
