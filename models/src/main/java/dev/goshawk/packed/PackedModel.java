package dev.goshawk.packed;

import dev.goshawk.backend.Executable;
import dev.goshawk.data.image.Preprocessing;
import dev.goshawk.data.image.RgbImage;
import dev.goshawk.files.Printable;
import dev.goshawk.graph.Value;
import dev.goshawk.models.ActivationSite;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.models.NetworkDescription;
import dev.goshawk.models.Networks;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.packed.format.PackedActivation;
import dev.goshawk.packed.format.PackedInfo;
import dev.goshawk.packed.format.PackedNetwork;
import dev.goshawk.packed.format.PackedReader;
import dev.goshawk.packed.format.PackedSize;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import dev.goshawk.weights.WeightFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/** A packed file with its network, to be traced as what it stands for: float weights at their levels, activations rounded to theirs. */
public final class PackedModel {
    private final Network network;
    private final NetworkDescription description;
    private final PackedNetwork content;
    private final PackedSize size;

    private PackedModel(Network network, NetworkDescription description, PackedNetwork content, PackedSize size) {
        this.network = network;
        this.description = description;
        this.content = content;
        this.size = size;
    }

    /**
     * Reads a file of one of {@link Networks}.
     *
     * @throws WeightFileException in one line, if it is missing, damaged, or holds a network that has to be given
     */
    public static PackedModel load(Path file) {
        PackedReader reader = PackedReader.open(file);
        PackedInfo info = reader.info();
        if (!Networks.names().contains(info.network())) {
            throw new WeightFileException(file.toString(), "holds the network '"
                    + Printable.shown(info.network()) + "', which is none of "
                    + String.join(", ", Networks.names())
                    + " and has to be given with it, one from an ONNX file as the model");
        }
        Network defined = Networks.byName(info.network(), info.classes().size());
        boolean other = info.height() == info.width() && info.height() != defined.inputSize();
        return of(reader, other ? defined.forImages(info.height()) : defined);
    }

    /**
     * Reads a file of a network of one's own.
     *
     * @throws WeightFileException in one line, if it is missing, damaged, or holds another network
     */
    public static PackedModel load(Path file, Network network) {
        PackedReader reader = PackedReader.open(file);
        if (network.classes() != reader.info().classes().size()) {
            throw new WeightFileException(file.toString(), "holds a network of " + reader.info().classes().size()
                    + " classes, " + network.name() + " has " + network.classes());
        }
        return of(reader, network);
    }

    /** A model made in memory; its file's size is all zeros. */
    public static PackedModel of(Network network, PackedNetwork content) {
        return new PackedModel(network, network.describe(), content, new PackedSize(0, 0, 0, 0, 0));
    }

    private static PackedModel of(PackedReader reader, Network network) {
        NetworkDescription description = network.describe();
        return new PackedModel(network, description, reader.read(description), reader.size());
    }

    public Network network() {
        return network;
    }

    /** Classes, normalization and size of images. */
    public PackedInfo info() {
        return content.info();
    }

    /** What the file holds. */
    public PackedNetwork content() {
        return content;
    }

    /** The file's size by parts. */
    public PackedSize size() {
        return size;
    }

    /** Parameters, blocks and activations of the network. */
    public NetworkDescription description() {
        return description;
    }

    /**
     * Prepares an image as those were that accuracy was measured on. An image of another size is resized so that its short side fits, and its
     * center is cut out.
     *
     * @param normalized receives the result: [height, width, 3]
     */
    public void normalize(RgbImage image, float[] normalized) {
        info().normalization().apply(fitted(image), info().height() * info().width(), normalized, 0);
    }

    private byte[] fitted(RgbImage image) {
        int height = info().height();
        int width = info().width();
        if (info().resize() == 0 && image.height() == height && image.width() == width) {
            return image.rgb();
        }
        int side = Math.max(height, width);
        byte[] square = new byte[side * side * 3];
        new Preprocessing(Math.max(info().resize(), side), side, info().filter()).apply(image, square, 0);
        byte[] cut = new byte[height * width * 3];
        for (int y = 0; y < height; y++) {
            int row = ((side - height) / 2 + y) * side + (side - width) / 2;
            System.arraycopy(square, row * 3, cut, y * width * 3, width * 3);
        }
        return cut;
    }

    /**
     * The network traced.
     *
     * @param network in evaluation mode; its logits do not depend on the parameters of batch normalization
     * @param inputs all inputs other than images and labels, by name
     */
    public record Traced(TracedNetwork network, SequencedMap<String, Tensor> inputs) {
        /** The same with the parameters, which it waits for. */
        Traced with(Background<SequencedMap<String, Tensor>> parameters) {
            SequencedMap<String, Tensor> all = new LinkedHashMap<>(inputs);
            all.putAll(parameters.get());
            return new Traced(network, all);
        }

        /** Binds everything but the images. */
        public void bindTo(Executable executable) {
            bind(inputs, executable);
        }
    }

    /** Binds those of some inputs that an executable has. */
    static void bind(Map<String, Tensor> inputs, Executable executable) {
        Set<String> known = executable.inputs();
        inputs.forEach((name, tensor) -> {
            if (known.contains(name)) {
                executable.bind(name, tensor);
                executable.hold(name);
            }
        });
    }

    /** Traces the network for images of that size; float32 is what its accuracy was measured in. */
    public Traced trace(DType dtype, int batch, int height, int width) {
        Background<SequencedMap<String, Tensor>> parameters = unpack(dtype);
        return traceAlone(dtype, batch, height, width).with(parameters);
    }

    /** Traces the network as {@link #trace} does, without its parameters among the inputs. */
    Traced traceAlone(DType dtype, int batch, int height, int width) {
        Hooks hooks = new Hooks(dtype);
        return new Traced(network.trace(dtype, batch, height, width, Mode.EVALUATION, hooks), hooks.inputs);
    }

    /** Begins to unpack the parameters in other threads. */
    Background<SequencedMap<String, Tensor>> unpack(DType dtype) {
        return UnpackedParameters.begin(description, content, dtype);
    }

    private static Tensor of(float[] values, Shape shape, DType dtype) {
        return Tensor.view(shape, values, 0).to(dtype);
    }

    /** Puts what is in the file in place of batch normalization and activations. */
    private final class Hooks extends FoldedNormalization {
        private final DType dtype;
        private final SequencedMap<String, Tensor> inputs = new LinkedHashMap<>();
        private int site;

        Hooks(DType dtype) {
            super(content);
            this.dtype = dtype;
        }

        @Override
        public Value activation(ActivationSite place, Value activation) {
            PackedActivation packed = content.activations().get(site++);
            float[] levels = packed.levels();
            Value[] made = new Value[levels.length];
            return packed.apply(activation, i -> {
                if (made[i] == null) {
                    made[i] = input("level/" + place.name() + "/" + i, Shape.scalar(), new float[] {levels[i]});
                }
                return made[i];
            });
        }

        @Override
        protected Value input(String name, Shape shape, float[] values) {
            // Parameters have names of any kind: these are told from them.
            inputs.put("packed/" + name, of(values, shape, dtype));
            return Value.input("packed/" + name, dtype, shape);
        }
    }
}
