package dev.goshawk.packed.integer;

import dev.goshawk.backend.Backends;
import dev.goshawk.backend.IntegerKernels;
import dev.goshawk.backend.IntegerRescaling;
import dev.goshawk.backend.WholeNumbers;
import dev.goshawk.data.Normalization;
import dev.goshawk.data.image.ImageDecoder;
import dev.goshawk.data.image.RgbImage;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.models.ActivationSite;
import dev.goshawk.models.Grayscale;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Objective;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.packed.Classification;
import dev.goshawk.packed.FoldedNormalization;
import dev.goshawk.packed.PackedModel;
import dev.goshawk.packed.format.PackedActivation;
import dev.goshawk.packed.format.PackedNetwork;
import dev.goshawk.packed.format.PackedWeight;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

/**
 * A packed network computed in integers alone. Normalized pixels become whole multiples of 2^-14; sums of products of codes are exact; between layers they are
 * rescaled by dyadic numbers, residual additions included, and the logits are whole multiples of 2^-n. Nothing depends on the machine, its vectors or
 * the number of threads. Safe for use by many threads.
 *
 * <p>Against the same network in float32, codes differ where a value lies within rounding of the middle between two levels.
 */
public final class IntegerModel {
    /** Bits of the fraction of a normalized pixel. */
    private static final int INPUT_BITS = 14;
    private static final int COLOURS = 3;
    private static final int SUM_BITS = 62;
    /** Logits are exact as float64. */
    private static final int LOGIT_BITS = 52;
    private static final String CODES = "codes/";

    private final PackedModel model;
    private final int height;
    private final int width;
    private final int channels;
    /** The largest whole number of a pixel. */
    private final int largest;
    private final Map<String, IntegerWeight> weights = new HashMap<>();
    private final Map<String, double[]> constants = new HashMap<>();
    private final List<Part> sites = new ArrayList<>();
    /** What nodes of an imported file give. */
    private final Map<Value, String> nodes = new IdentityHashMap<>();
    private final Program program = new Program();
    private final int pixels;
    private final Program.Memory memory;
    /** Arrays of runs that have ended. */
    private final Queue<WholeNumbers[]> idle = new ConcurrentLinkedQueue<>();
    /** Of the logits, and their arrays. */
    private final IntegerRescaling last;
    private final int[] lastNumbers;

    /**
     * Prepares a network for images of a size.
     *
     * @param kernels such as those of a backend; all give the same bits
     * @throws IllegalArgumentException in one line, if weights or activations are not whole multiples of a step, or the network does what
     *     integers cannot
     */
    public IntegerModel(PackedModel model, int height, int width, IntegerKernels kernels) {
        this.model = model;
        this.height = height;
        this.width = width;
        Normalization n = model.info().normalization();
        this.largest = IntStream.range(0, 3 * 256).map(i -> Math.abs(whole((float) n.normalized(i / 256, i % 256))))
                .max()
                .orElse(0);
        PackedNetwork content = model.content();
        content.visit(model.description(), new PackedNetwork.Visitor() {
            @Override
            public void weight(ParameterSpec spec, PackedWeight weight, float[] floats) {
                weights.put(spec.name(), IntegerWeight.of(spec.name(), weight, spec.shape()));
            }

            @Override
            public void bias(ParameterSpec spec, float[] values) {
                constants.put(spec.name(), doubles(values));
            }

            @Override
            public void array(ParameterSpec spec, float[] values) {
                // Others are not computed with: a network that needs one is refused below.
                if (spec.shape().rank() > 0 && spec.shape().dim(-1) == values.length) {
                    constants.put(spec.name(), doubles(values));
                }
            }
        });
        for (int i = 0; i < content.activations().size(); i++) {
            if (content.activations().get(i).form() != PackedActivation.Form.LINEAR) {
                throw IntegerOps.unsupported("expected activations in equal steps at '"
                        + model.description().sites().get(i).name() + "', it has "
                        + content.activations().get(i).form());
            }
        }
        this.channels = model.network().isGray() ? 1 : COLOURS;
        TracedNetwork traced = model.network().trace(DType.FLOAT32, Shape.of(1, height, width, channels),
                Mode.EVALUATION,
                new Hooks(), Objective.CROSS_ENTROPY);
        this.pixels = program.input(new Program.Kind(false, height * width * channels));
        Convolutions convolutions = new Convolutions(kernels, program);
        Sums logits = compile(Part.of(traced.logits(), "the logits", Double.POSITIVE_INFINITY), convolutions);
        this.last = Rescaling.of(logits, 1, LOGIT_BITS, true, 0);
        this.lastNumbers = logits.terms().stream().mapToInt(convolutions::array).toArray();
        this.memory = program.plan(new int[] {pixels}, lastNumbers);
        // What the kernels were made from is as large as they are.
        weights.clear();
        constants.clear();
        sites.clear();
        nodes.clear();
    }

    /** Adds all steps to the program; returns the sums of the logits. */
    private Sums compile(Part logits, Convolutions convolutions) {
        Map<String, Sums> inputs = new HashMap<>();
        inputs.put(TracedNetwork.IMAGES,
                Sums.of(height, width, channels, new Source.Array(pixels), Math.scalb(1.0, -INPUT_BITS), true,
                        largest));
        for (int i = 0; i < sites.size(); i++) {
            PackedActivation a = model.content().activations().get(i);
            Sums before = sums(sites.get(i), inputs, convolutions);
            int highest = (int) Math.min(a.highest(), Math.rint((float) sites.get(i).limit() / a.numbers()[0]));
            IntegerRescaling rescaling = Rescaling.of(before, a.numbers()[0], SUM_BITS, false, highest);
            int codes = convolutions.layer(before, rescaling);
            inputs.put(CODES + i, Sums.of(before.height(), before.width(), before.channels(), new Source.Array(codes),
                    a.numbers()[0], false, highest));
        }
        return sums(logits, inputs, convolutions);
    }

    private Sums sums(Part part, Map<String, Sums> inputs, Convolutions convolutions) {
        IntegerGraph graph = new IntegerGraph(inputs, weights, constants, convolutions);
        for (Value v : part.nodes()) {
            try {
                graph.add(v);
            } catch (IntegerOps.UnsupportedException e) {
                throw e.in(part.place(v, nodes));
            }
        }
        return graph.sums(part.result());
    }

    /**
     * Loads a file of one of Goshawk's networks, for the images that its accuracy was measured on.
     *
     * @throws IllegalArgumentException in one line, if the file cannot be read, or its network cannot be computed in integers
     */
    public static IntegerModel load(Path file) {
        PackedModel model = PackedModel.load(file);
        return new IntegerModel(model, model.info().height(), model.info().width(),
                Backends.defaultBackend().integers());
    }

    private static int whole(float pixel) {
        return Math.round(pixel * (1 << INPUT_BITS));
    }

    private static double[] doubles(float[] values) {
        return Tensor.view(Shape.of(values.length), values, 0).toDoubles();
    }

    /** Cuts the network at its activations: what comes before one is kept, and what follows starts from its codes. */
    private final class Hooks extends FoldedNormalization {
        Hooks() {
            super(model.content());
        }

        @Override
        protected Value input(String name, Shape shape, float[] values) {
            constants.put(name, doubles(values));
            return Value.input(name, DType.FLOAT32, shape);
        }

        @Override
        public void computed(String node, Value value) {
            nodes.put(value, node);
        }

        @Override
        public Value activation(ActivationSite site, Value activation) {
            double limit = activation.op() instanceof Op.Binary(var f) && f == Op.Binary.Function.MIN
                    && activation.operand(1).op() instanceof Op.Constant c ? c.value() : Double.POSITIVE_INFINITY;
            Value rectified = limit < Double.POSITIVE_INFINITY ? activation.operand(0) : activation;
            if (!(rectified.op() instanceof Op.Unary(var f)) || f != Op.Unary.Function.RELU) {
                throw IntegerOps
                        .unsupported("expected a rectifier at '" + site.name() + "', got " + rectified.op().label());
            }
            sites.add(Part.of(rectified.operand(0), "'" + site.name() + "'", limit));
            return Value.input(CODES + (sites.size() - 1), DType.FLOAT32, activation.shape());
        }
    }

    /** Logits as whole numbers of a unit. */
    @SuppressWarnings("ArrayRecordComponent")
    public record Logits(long[] numbers, double unit) {
        /** As numbers, without rounding. */
        public double[] values() {
            double[] values = new double[numbers.length];
            for (int c = 0; c < values.length; c++) {
                values[c] = numbers[c] * unit;
            }
            return values;
        }
    }

    /** Classifies a JPEG or PNG file of any size. */
    public Classification classify(Path image) {
        return classify(ImageDecoder.decode(image));
    }

    /** Classifies an image of any size. */
    public Classification classify(BufferedImage image) {
        return classify(ImageDecoder.of(image));
    }

    private Classification classify(RgbImage image) {
        float[] pixels = new float[height * width * 3];
        model.normalize(image, pixels);
        return Classification.of(model.info().classes(), logits(pixels, 0).values());
    }

    /** Height in pixels of the images that it takes. */
    public int height() {
        return height;
    }

    /** Width in pixels of the images that it takes. */
    public int width() {
        return width;
    }

    /**
     * The logits of an image.
     *
     * @param images bytes normalized in float32, of the size that was given: rows of pixels of three numbers
     * @param from position of the image's first number
     * @throws IllegalArgumentException in one line, if a number is larger than any byte's
     */
    public Logits logits(float[] images, int from) {
        WholeNumbers[] arrays = Objects.requireNonNullElseGet(idle.poll(), memory::arrays);
        int[] numbers = arrays[pixels].toInts();
        for (int i = 0; i < numbers.length; i++) {
            int at = from + COLOURS / channels * i;
            numbers[i] = channels == COLOURS
                    ? pixel(images[at])
                    : Grayscale.of(pixel(images[at]), pixel(images[at + 1]), pixel(images[at + 2]));
        }
        program.run(arrays);
        long[] found = new long[last.channels()];
        Arrays.setAll(found, c -> last.sum(Program.chosen(arrays, lastNumbers), 0, c));
        idle.add(arrays);
        return new Logits(found, Math.scalb(1.0, -last.shifts()[0]));
    }

    private int pixel(float normalized) {
        int number = whole(normalized);
        if (Math.abs(number) > largest) {
            throw new IllegalArgumentException("integer arithmetic: expected normalized bytes, at most "
                    + Math.scalb((float) largest, -INPUT_BITS) + " in magnitude, got " + normalized);
        }
        return number;
    }

    /** Bytes of the values of an image while it is computed, without what kernels lay out for themselves. */
    public long bytes() {
        return memory.bytes();
    }
}
