package dev.goshawk.onnx;

import dev.goshawk.graph.Value;
import dev.goshawk.models.Grayscale;
import dev.goshawk.models.Layers;
import dev.goshawk.models.Network;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.onnx.flow.ControlFlow;
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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An image classifier read from an ONNX file. Floating initializers of more than one element are its parameters, under their names
 * in the file; each layer with a weight is a block of its own unless blocks are given. Of several outputs the first with a number a
 * class is taken; a softmax at the end is left out: the loss has one. A network of one channel is given colors all the same, and sees
 * their {@link Grayscale}.
 */
public final class OnnxNetwork implements Network {
    private static final int DEFAULT_SIZE = 224;
    private static final Set<String> SOFTMAX = Set.of("Softmax", "LogSoftmax");
    private static final Set<String> AFTER_SOFTMAX = Set.of("QuantizeLinear", "DequantizeLinear", "Identity", "Cast");
    private static final Set<String> ROUNDING = Set.of("QuantizeLinear", "DynamicQuantizeLinear", "Quant");

    private final Path file;
    private final OnnxModel model;
    private final String name;
    private final Map<String, String> blocks = new LinkedHashMap<>();
    private final boolean rounded;
    private final ImageInput images;
    private final int inputSize;
    private final String output;
    private final int classes;
    private final Map<String, Tensor> arrays = new LinkedHashMap<>();
    private final Map<Shape, ControlFlow.Flat> flats = new ConcurrentHashMap<>();

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
        this.images = ImageInput.of(model);
        int size = settings.inputSize() > 0 ? settings.inputSize() : images.side();
        this.inputSize = size > 0 ? size : DEFAULT_SIZE;
        this.output = chosenOutput();
        Recorded probe = recorded(Layers.recording(DType.FLOAT32));
        this.classes = logits(probe, image()).shape().dim(1);
        blocks.putAll(settings.blocks().assign(probe.layers()));
    }

    /** The first output with a number a class. */
    private String chosenOutput() {
        List<String> outputs = model.outputs();
        for (String each : outputs.subList(0, outputs.size() - 1)) {
            Recorded probe = new Recorded(Layers.recording(DType.FLOAT32), blocks, rounded, new HashMap<>());
            String last = beforeSoftmax(flat(inputShape(1)).model(), each);
            Shape shape = translated(probe, image(), last).value(last).shape();
            if (isByClass(shape, 1)) {
                return each;
            }
        }
        return outputs.getLast();
    }

    /** The output before a softmax at the end, which may have another name in another branch. */
    private String logits(Shape images) {
        return beforeSoftmax(flat(images).model(), output);
    }

    /** Whether a batch's output has a number a class. */
    private static boolean isByClass(Shape shape, int batch) {
        return shape.rank() > 1 && shape.dim(0) == batch && shape.size() == (long) batch * shape.dim(1);
    }

    private Recorded recorded(Layers net) {
        return new Recorded(net, blocks, rounded, arrays);
    }

    private Value image() {
        return Value.input(TracedNetwork.IMAGES, DType.FLOAT32, inputShape(1));
    }

    /**
     * Reads a network whose blocks are its layers.
     *
     * @throws OnnxException in one line, if the file is damaged, holds an operator that is not supported (all are named), or is
     *         no classifier of images with three channels or one
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

    /** What a softmax at the end is given, whether or not what it gives is rounded. */
    private static String beforeSoftmax(OnnxModel model, String output) {
        String value = output;
        for (OnnxNode node : model.nodes().reversed()) {
            if (node.outputs().contains(value) && SOFTMAX.contains(node.operator())) {
                return node.inputs().getFirst();
            }
            if (node.outputs().contains(value) && AFTER_SOFTMAX.contains(node.operator())) {
                value = node.inputs().getFirst();
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

    private Translation translated(Recorded net, Value images, String output) {
        ControlFlow.Flat flat = flat(images.shape());
        Translation translation = started(flat.model(), flat.refused(), net, images);
        translation.run(List.of(output));
        return translation;
    }

    private Translation started(OnnxModel nodes, Map<List<String>, String> refused, Recorded net, Value images) {
        Translation translation = new Translation(Operators.TABLE, nodes, net, refused);
        Value seen = isGray() && images.shape().dim(3) != 1 ? Grayscale.of(images) : images;
        translation.define(nodes.inputs().getFirst().name(),
                isChannelsLast() ? Term.traced(seen) : Term.channelsLast(seen));
        return translation;
    }

    /** The file's nodes for images of a shape, on which it may depend which branches are taken. */
    private ControlFlow.Flat flat(Shape shape) {
        return flats.computeIfAbsent(shape, s -> ControlFlow.flat(model, (nodes, refused) -> started(nodes, refused,
                new Recorded(Layers.recording(DType.FLOAT32), Map.of(), rounded, new HashMap<>()),
                Value.input(TracedNetwork.IMAGES, DType.FLOAT32, s))));
    }

    private Value logits(Recorded net, Value images) {
        String logits = logits(images.shape());
        Value result = translated(net, images, logits).value(logits);
        Shape shape = result.shape();
        if (!isByClass(shape, images.shape().dim(0))) {
            throw new OnnxException(model.source() + ": output " + OnnxException.quoted(logits)
                    + ": expected a number a class, [batch, classes], got shape " + shape);
        }
        return result.reshape(shape.dim(0), shape.dim(1));
    }

    /**
     * What of the file became what of the network.
     *
     * @param model the file's contents, without branches and loops
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
        String logits = logits(inputShape(1));
        Translation translation = translated(found, image(), logits);
        return new Origin(flat(inputShape(1)).model(), logits, translation.value(logits).shape().rank(),
                translation.uses(), found.sites(),
                found.normalizations());
    }

    /** The file it was read from. */
    public Path file() {
        return file;
    }

    /** Whether the file takes images [batch, height, width, channels]. */
    public boolean isChannelsLast() {
        return images.channelsLast();
    }

    @Override
    public boolean isGray() {
        return images.channels() == 1;
    }

    /** Whether activations are rounded where the file says so. */
    public boolean isRounded() {
        return rounded;
    }

    /** Whether the file rounds activations, as those of quantized networks do. */
    public boolean roundsActivations() {
        return flat(inputShape(1)).model().nodes().stream().anyMatch(n -> ROUNDING.contains(n.operator())
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
