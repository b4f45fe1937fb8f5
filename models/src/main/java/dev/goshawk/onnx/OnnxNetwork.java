package dev.goshawk.onnx;

import dev.goshawk.graph.Value;
import dev.goshawk.models.Layers;
import dev.goshawk.models.Network;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.onnx.format.ElementKind;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.format.OnnxModel;
import dev.goshawk.onnx.format.OnnxNode;
import dev.goshawk.onnx.format.OnnxReader;
import dev.goshawk.onnx.op.Term;
import dev.goshawk.onnx.op.Translation;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import dev.goshawk.weights.Weights;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/**
 * An image classifier read from an ONNX file. Floating initializers of more than one element are its parameters, under their names
 * in the file; each layer with a weight is a block of its own unless blocks are given. A softmax at the end is left out: the loss
 * has one.
 */
public final class OnnxNetwork implements Network {
    private static final int CHANNELS = 3;
    private static final int DEFAULT_SIZE = 224;
    private static final Set<String> ROUNDING = Set.of("QuantizeLinear", "Quant");

    private final Path file;
    private final OnnxModel model;
    private final String name;
    private final Map<String, String> blocks = new LinkedHashMap<>();
    private final boolean rounded;
    private final boolean channelsLast;
    private final int inputSize;
    private final String logits;
    private final int classes;
    private final Map<String, Tensor> arrays = new LinkedHashMap<>();

    /**
     * How a file is read.
     *
     * @param blocks which layers make up a block
     * @param inputSize side of its images in pixels, or 0 for the file's, and 224 where the file leaves it open
     * @param rounded whether activations are rounded where the file says so; for training and quantization they should not be
     */
    public record Settings(BlockPatterns blocks, int inputSize, boolean rounded) {
        public static final Settings STANDARD = new Settings(BlockPatterns.NONE, 0, true);

        public Settings {
            if (inputSize < 0) {
                throw new IllegalArgumentException("expected images of 1 pixel or more, got " + inputSize);
            }
        }
    }

    private OnnxNetwork(Path file, OnnxModel model, String name, Settings settings) {
        this.file = file;
        this.model = model;
        this.name = name;
        this.rounded = settings.rounded();
        OnnxModel.Input images = images(model);
        this.channelsLast = images.dims().get(1) != CHANNELS && images.dims().get(3) == CHANNELS;
        int size = settings.inputSize() > 0 ? settings.inputSize() : images.dims().get(channelsLast ? 1 : 2);
        this.inputSize = size > 0 ? size : DEFAULT_SIZE;
        this.logits = logits(model);
        Recorded probe = recorded(Layers.recording(DType.FLOAT32));
        this.classes = logits(probe, image()).shape().dim(1);
        blocks.putAll(settings.blocks().assign(probe.layers()));
    }

    private Recorded recorded(Layers net) {
        return new Recorded(net, blocks, rounded, arrays);
    }

    private Value image() {
        return Value.input("images", DType.FLOAT32, Shape.of(1, inputSize, inputSize, CHANNELS));
    }

    /**
     * Reads a network whose blocks are its layers.
     *
     * @throws OnnxException in one line, if the file is damaged, holds an operator that is not supported (all are named), or is
     *         no classifier of images with three channels
     */
    public static OnnxNetwork read(Path file) {
        return read(file, Settings.STANDARD);
    }

    /**
     * Reads a network.
     *
     * @throws OnnxException as {@link #read(Path)}, or if the settings do not fit the network
     */
    public static OnnxNetwork read(Path file, Settings settings) {
        String name = String.valueOf(file.getFileName());
        name = name.toLowerCase(Locale.ROOT).endsWith(".onnx") ? name.substring(0, name.length() - 5) : name;
        OnnxModel model = OnnxReader.read(file);
        try {
            return new OnnxNetwork(file, model, name, settings);
        } catch (OnnxException e) {
            throw settings.inputSize() == 0 ? e : ofSize(file, model, settings, e);
        } catch (IllegalArgumentException e) {
            throw new OnnxException(file + ": " + e.getMessage(), e);
        }
    }

    /** Says so where it is the size of images that does not fit the file. */
    private static OnnxException ofSize(Path file, OnnxModel model, Settings settings, OnnxException found) {
        try {
            int own = new OnnxNetwork(file, model, "", new Settings(BlockPatterns.NONE, 0, true)).inputSize;
            return new OnnxException(found.getMessage() + "; the file takes images of " + own + " pixels, not of "
                    + settings.inputSize(), found);
        } catch (IllegalArgumentException e) {
            return found;
        }
    }

    private static OnnxModel.Input images(OnnxModel model) {
        List<OnnxModel.Input> found = model.inputs();
        if (found.size() != 1) {
            throw new OnnxException(model.source() + ": expected one input, the images; it has " + found.size()
                    + " (" + String.join(", ", found.stream().map(OnnxModel.Input::name).limit(4).toList()) + ")");
        }
        OnnxModel.Input images = found.getFirst();
        List<Integer> d = images.dims();
        boolean floating = images.kind() == ElementKind.FLOAT || images.kind() == ElementKind.DOUBLE
                || images.kind() == ElementKind.FLOAT16;
        if (!floating || d.size() != 4 || d.get(1) != CHANNELS && d.get(3) != CHANNELS && d.get(1) > 0) {
            throw new OnnxException(model.source() + ": input " + OnnxException.quoted(images.name())
                    + ": expected floating images [batch, 3, height, width], got " + images.kind() + d);
        }
        return images;
    }

    /** The last value before a softmax at the end. */
    private static String logits(OnnxModel model) {
        String output = model.outputs().getFirst();
        for (OnnxNode node : model.nodes()) {
            if (node.outputs().contains(output)
                    && ("Softmax".equals(node.operator()) || "LogSoftmax".equals(node.operator()))) {
                return node.inputs().getFirst();
            }
        }
        return output;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int inputSize() {
        return inputSize;
    }

    @Override
    public int classes() {
        return classes;
    }

    @Override
    public Value logits(Layers net, Value images) {
        return logits(recorded(net), images);
    }

    private Translation translated(Recorded net, Value images) {
        Translation translation = new Translation(Operators.TABLE, model, net);
        String input = model.inputs().getFirst().name();
        translation.define(input, channelsLast ? Term.traced(images) : Term.channelsLast(images));
        translation.run(List.of(logits));
        return translation;
    }

    private Value logits(Recorded net, Value images) {
        Value result = translated(net, images).value(logits);
        int[] dims = result.shape().dims();
        int rest = 1;
        for (int i = 2; i < dims.length; i++) {
            rest *= dims[i];
        }
        if (dims.length < 2 || dims[0] != images.shape().dim(0) || rest != 1) {
            throw new OnnxException(model.source() + ": output " + OnnxException.quoted(logits)
                    + ": expected a number a class, [batch, classes], got shape " + result.shape());
        }
        return result.reshape(dims[0], dims[1]);
    }

    /**
     * What of the file became what of the network.
     *
     * @param model the file's contents
     * @param logits name of the value that the network ends with
     * @param rank number of its axes
     * @param uses values of the file that are parameters, by their names in the file
     * @param sites of activations, by the index of the node that they follow
     * @param normalizations number of channels, by the index of the node, in the order of the network
     */
    public record Origin(OnnxModel model, String logits, int rank, Map<String, Translation.Use> uses,
            Map<Integer, String> sites, SequencedMap<Integer, Integer> normalizations) {
    }

    /** What of the file became what of the network. */
    public Origin origin() {
        Recorded found = recorded(Layers.recording(DType.FLOAT32));
        Translation translation = translated(found, image());
        return new Origin(model, logits, translation.value(logits).shape().rank(), translation.uses(), found.sites(),
                found.normalizations());
    }

    /** The file it was read from. */
    public Path file() {
        return file;
    }

    /** Whether the file takes images [batch, height, width, 3]. */
    public boolean isChannelsLast() {
        return channelsLast;
    }

    /** Whether activations are rounded where the file says so. */
    public boolean isRounded() {
        return rounded;
    }

    /** Whether the file rounds activations, as those of quantized networks do. */
    public boolean roundsActivations() {
        return model.nodes().stream().anyMatch(n -> ROUNDING.contains(n.operator())
                && !model.initializers().containsKey(n.inputs().getFirst()));
    }

    /** The file's own arrays, in PyTorch's layout. */
    public Weights weights() {
        return Weights.of(model.source(), arrays);
    }

    @Override
    public Tensor initial(ParameterSpec spec) {
        return Optional.ofNullable(arrays.get(spec.name())).orElseGet(() -> Network.super.initial(spec));
    }
}
