package dev.goshawk.hawq.cli.option;

import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import dev.goshawk.weights.WeightFileException;
import dev.goshawk.weights.Weights;
import java.io.PrintWriter;
import java.nio.file.Path;

/**
 * Images that are tensors in a file already, as another program fed them to its network.
 *
 * @param images [N, height, width, 3]
 * @param labels N of them
 */
@SuppressWarnings("ArrayRecordComponent")
public record TensorInputs(Tensor images, int[] labels) {
    private static final String IMAGES = "images";
    private static final String LABELS = "labels";

    /**
     * Reads {@code images} [N, 3, height, width] and {@code labels} [N].
     *
     * @param classes labels are below this
     * @throws WeightFileException in one line, if the file does not hold these
     */
    public static TensorInputs read(Path file, DType dtype, int classes, PrintWriter err) {
        Weights weights = StartWeights.read(file, err);
        Tensor planes = weights.get(IMAGES);
        Shape s = planes.shape();
        if (s.rank() != 4 || s.dim(1) != 3 || s.size() == 0) {
            throw new WeightFileException(weights.source(),
                    "expected a tensor images [N, 3, height, width], got " + s);
        }
        if (weights.skipped().containsKey(LABELS)) {
            throw new WeightFileException(weights.source(), "expected labels as int32 or floating numbers");
        }
        Tensor given = weights.get(LABELS);
        if (!given.shape().equals(Shape.of(s.dim(0)))) {
            throw new WeightFileException(weights.source(),
                    "expected a tensor labels [" + s.dim(0) + "], one an image, got " + given.shape());
        }
        int[] labels = new int[given.size()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = (int) given.get(i);
            if (labels[i] != given.get(i) || labels[i] < 0 || labels[i] >= classes) {
                throw new WeightFileException(weights.source(),
                        "expected labels of 0 to " + (classes - 1) + ", got " + given.get(i));
            }
        }
        return new TensorInputs(channelsLast(planes, dtype), labels);
    }

    private static Tensor channelsLast(Tensor planes, DType dtype) {
        Shape s = planes.shape();
        int pixels = s.dim(2) * s.dim(3);
        Tensor images = Tensor.zeros(dtype, Shape.of(s.dim(0), s.dim(2), s.dim(3), 3));
        for (int i = 0; i < images.size(); i++) {
            int image = i / (3 * pixels);
            int pixel = i / 3 % pixels;
            images.set(i, planes.get((image * 3 + i % 3) * pixels + pixel));
        }
        return images;
    }
}
