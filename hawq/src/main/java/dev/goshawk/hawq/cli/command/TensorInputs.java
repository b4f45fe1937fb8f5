package dev.goshawk.hawq.cli.command;

import dev.goshawk.data.Normalization;
import dev.goshawk.hawq.cli.option.StartWeights;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import dev.goshawk.weights.WeightFileException;
import dev.goshawk.weights.Weights;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Images that are tensors in a file already, as another program fed them to its network.
 *
 * @param images [N, height, width, 3]
 * @param labels N of them
 * @param description for a person: the types in the file
 */
@SuppressWarnings("ArrayRecordComponent")
public record TensorInputs(Tensor images, int[] labels, String description) {
    private static final String IMAGES = "images";
    private static final String LABELS = "labels";
    private static final String PIXELS = "uint8";
    /** Element types of images that a network was fed. */
    private static final Set<String> NORMALISED = Set.of("float64", "float32", "float16", "bfloat16");
    private static final Set<String> WHOLE = Set.of("int64", "int32", "int16", "int8", PIXELS, "uint16", "uint32",
            "uint64");

    /**
     * Reads {@code images} [N, 3, height, width], normalized floating numbers or uint8 pixels of 0 to 255, and {@code
     * labels} [N], integers of any width or whole floating numbers.
     *
     * @param classes labels are below this
     * @param normalization of pixels
     * @param err is told where pixels are normalized
     * @throws WeightFileException in one line, if the file does not hold these
     */
    public static TensorInputs read(Path file, DType dtype, int classes, Normalization normalization,
            PrintWriter err) {
        Weights weights = StartWeights.readNumbers(file, err);
        requireTensor(weights, IMAGES);
        Tensor planes = weights.get(IMAGES);
        Shape s = planes.shape();
        String type = weights.stored(IMAGES);
        if (s.rank() != 4 || s.dim(1) != 3 || s.size() == 0) {
            throw new WeightFileException(weights.source(), "expected a tensor images [N, 3, height, width], got " + s
                    + (s.rank() == 4 && s.dim(3) == 3 ? ": in PyTorch images.permute(0, 3, 1, 2)" : ""));
        }
        boolean pixels = type.equals(PIXELS);
        if (!pixels && !NORMALISED.contains(type)) {
            throw new WeightFileException(weights.source(),
                    "expected images as normalized floating numbers, or as uint8"
                            + " pixels of 0 to 255, got " + type);
        }
        int[] labels = labels(weights, s.dim(0), classes);
        if (pixels) {
            err.println("goshawk: " + weights.source()
                    + ": images are uint8, taken as pixels of 0 to 255 and normalized as those of image files");
            err.flush();
        }
        return new TensorInputs(channelsLast(planes, dtype, pixels ? normalization : null), labels,
                IMAGES + " " + type + ", " + LABELS + " " + weights.stored(LABELS));
    }

    private static void requireTensor(Weights weights, String name) {
        if (weights.skipped().containsKey(name)) {
            throw new WeightFileException(weights.source(), "expected a tensor " + name + " of "
                    + (name.equals(IMAGES) ? "floating numbers or uint8" : "integers") + ", got "
                    + weights.skipped().get(name));
        }
        if (!weights.contains(name)) {
            Map<String, String> held = new TreeMap<>(weights.skipped());
            weights.names().forEach(n -> held.put(n, weights.stored(n)));
            throw new WeightFileException(weights.source(), "has no tensor " + name
                    + ", expected images and labels; it holds "
                    + held.entrySet().stream().limit(4).map(e -> e.getKey() + " (" + e.getValue() + ")")
                            .collect(Collectors.joining(", "))
                    + (held.size() > 4 ? ", ..." : ""));
        }
    }

    private static int[] labels(Weights weights, int images, int classes) {
        requireTensor(weights, LABELS);
        Tensor given = weights.get(LABELS);
        String type = weights.stored(LABELS);
        if (!given.shape().equals(Shape.of(images)) && !given.shape().equals(Shape.of(images, 1))) {
            throw new WeightFileException(weights.source(),
                    "expected a tensor labels [" + images + "], one an image, got " + given.shape());
        }
        if (!NORMALISED.contains(type) && !WHOLE.contains(type)) {
            throw new WeightFileException(weights.source(), "expected labels as integers, got " + type);
        }
        int[] labels = new int[images];
        for (int i = 0; i < labels.length; i++) {
            double label = given.get(i);
            labels[i] = (int) label;
            if (labels[i] != label || labels[i] < 0 || labels[i] >= classes) {
                throw new WeightFileException(weights.source(), "expected labels of 0 to " + (classes - 1)
                        + ", the class of each image, got " + shown(label) + " for image " + i);
            }
        }
        return labels;
    }

    private static String shown(double label) {
        return Double.isFinite(label)
                ? new BigDecimal(label).stripTrailingZeros().toPlainString()
                : Double.toString(label);
    }

    private static Tensor channelsLast(Tensor planes, DType dtype, @Nullable Normalization pixels) {
        Shape s = planes.shape();
        int plane = s.dim(2) * s.dim(3);
        Tensor images = Tensor.zeros(dtype, Shape.of(s.dim(0), s.dim(2), s.dim(3), 3));
        for (int i = 0; i < images.size(); i++) {
            int image = i / (3 * plane);
            int channel = i % 3;
            double value = planes.get((image * 3 + channel) * plane + i / 3 % plane);
            images.set(i, pixels == null ? value : pixels.normalized(channel, (int) value));
        }
        return images;
    }
}
