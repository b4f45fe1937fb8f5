package dev.goshawk.packed.integer;

import dev.goshawk.backend.Executable;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.Set;
import java.util.stream.IntStream;

/** A network in integers where an executable is expected: from normalized images in float32 to logits in float64, by the images of a batch in parallel. */
public final class IntegerBatch implements Executable {
    /** Name of the output. */
    public static final String LOGITS = "logits";

    private final IntegerModel model;
    private final Tensor logits;
    private Tensor images;

    /** @param batch number of images of a run */
    public IntegerBatch(IntegerModel model, int batch, int classes) {
        this.model = model;
        this.images = Tensor.zeros(DType.FLOAT32, Shape.of(batch, model.height(), model.width(), 3));
        this.logits = Tensor.zeros(DType.FLOAT64, Shape.of(batch, classes));
    }

    @Override
    public Set<String> inputs() {
        return Set.of(TracedNetwork.IMAGES);
    }

    @Override
    public Set<String> outputs() {
        return Set.of(LOGITS);
    }

    @Override
    public void bind(String input, Tensor tensor) {
        if (!inputs().contains(input) || !tensor.shape().equals(images.shape()) || tensor.dtype() != DType.FLOAT32) {
            throw new IllegalArgumentException("integer arithmetic: expected " + TracedNetwork.IMAGES + " of float32"
                    + images.shape() + ", got " + input + " of " + tensor.dtype() + tensor.shape());
        }
        images = tensor;
    }

    @Override
    public void run() {
        int classes = logits.shape().dim(1);
        int numbers = model.height() * model.width() * 3;
        IntStream.range(0, logits.shape().dim(0)).parallel().forEach(i -> {
            double[] row = model.logits(images.floats(), images.offset() + i * numbers).values();
            System.arraycopy(row, 0, logits.doubles(), i * classes, classes);
        });
    }

    @Override
    public Tensor output(String name) {
        return logits;
    }

    @Override
    public long plannedBytes() {
        return (long) logits.size() * Double.BYTES;
    }
}
