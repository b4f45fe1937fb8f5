package dev.goshawk.packed;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.data.image.ImageDecoder;
import dev.goshawk.data.image.RgbImage;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.models.Network;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.packed.format.PackedInfo;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.SequencedMap;

/**
 * A quantized network from a packed file, which classifies images.
 *
 * <pre>{@code
 * QuantizedModel model = QuantizedModel.load(Path.of("model.packed.safetensors"));
 * System.out.println(model.classify(Path.of("cat.jpg")).best());
 * }</pre>
 *
 * <p>Safe for use by many threads; images are classified one after the other. A file is checked when it is loaded. Its
 * weights are unpacked and its kernels prepared by two background threads, and the first image waits until they are done. If either fails, for
 * instance with an {@link OutOfMemoryError}, every call of {@code classify} throws that error.
 */
public final class QuantizedModel {
    private static final String LOGITS = "logits";

    private final PackedModel model;
    private final Tensor images;
    private final Background<Executable> forward;

    private QuantizedModel(PackedModel model, Backend backend) {
        this.model = model;
        PackedInfo info = model.info();
        PackedModel.Traced traced = model.traceAlone(DType.FLOAT32, 1, info.height(), info.width());
        Graph graph = Graph.of(LOGITS, traced.network().logits());
        requireHeap(graph, backend);
        Tensor input = Tensor.zeros(DType.FLOAT32, traced.network().images().shape());
        this.images = input;
        Background<SequencedMap<String, Tensor>> parameters = model.unpack(DType.FLOAT32);
        this.forward = new Background<>("goshawk-kernels", () -> {
            Executable compiled = backend.compile(graph);
            traced.bindTo(compiled);
            compiled.bind(TracedNetwork.IMAGES, input);
            PackedModel.bind(parameters.get(), compiled);
            return compiled;
        });
    }

    /**
     * Refuses a network that does not fit the heap. Values share memory and kernels' scratch is small beside them, so the exact plan, which takes
     * a while, is made only if all values together exceed a quarter of the heap.
     */
    private void requireHeap(Graph graph, Backend backend) {
        long heap = Runtime.getRuntime().maxMemory();
        long values = 0;
        for (Value v : graph.nodes()) {
            values += v.type().bytes();
        }
        if (values <= heap / 4) {
            return;
        }
        long planned = backend.plannedBytes(graph);
        if (planned > heap) {
            throw new IllegalArgumentException(model.network().name() + " on images of " + model.info().height() + "x"
                    + model.info().width() + ": expected at most the heap's " + (heap >> 20) + " MiB, it takes "
                    + (planned >> 20));
        }
    }

    /**
     * Loads a file of one of Goshawk's networks, on the best CPU backend there is.
     *
     * @throws dev.goshawk.weights.WeightFileException in one line, if it is missing, damaged or none of these
     */
    public static QuantizedModel load(Path file) {
        return of(PackedModel.load(file), Backends.defaultBackend());
    }

    /**
     * Loads a file of a network of one's own, on the best CPU backend there is.
     *
     * @throws dev.goshawk.weights.WeightFileException in one line, if it is missing, damaged or holds another network
     */
    public static QuantizedModel load(Path file, Network network) {
        return of(PackedModel.load(file, network), Backends.defaultBackend());
    }

    /** A model on a backend. */
    public static QuantizedModel of(PackedModel model, Backend backend) {
        return new QuantizedModel(model, backend);
    }

    /** Names of the classes, in label order. */
    public List<String> classes() {
        return model.info().classes();
    }

    /**
     * Classifies a JPEG or PNG file of any size.
     *
     * @throws dev.goshawk.data.DataException in one line, if it is no image that can be read
     */
    public Classification classify(Path image) {
        return classify(ImageDecoder.decode(image));
    }

    /** Classifies an image of any size. */
    public Classification classify(BufferedImage image) {
        return classify(ImageDecoder.of(image));
    }

    private Classification classify(RgbImage image) {
        Executable ready = forward.get();
        double[] logits;
        synchronized (this) {
            model.normalize(image, images.floats());
            ready.run();
            logits = ready.output(LOGITS).toDoubles();
        }
        for (double z : logits) {
            if (!Double.isFinite(z)) {
                throw new IllegalStateException(model.network().name()
                        + ": expected finite logits, got " + z + ": the numbers of the packed model are too large");
            }
        }
        return Classification.of(classes(), logits);
    }
}
