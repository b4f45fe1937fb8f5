package dev.goshawk.packed.format;

import dev.goshawk.data.DataException;
import dev.goshawk.data.Normalization;
import dev.goshawk.files.Printable;
import dev.goshawk.files.RegularFile;
import dev.goshawk.models.NetworkDescription;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.packed.format.Container.Type;
import dev.goshawk.weights.WeightFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Reads packed files. What a file claims is checked against its length and its network before memory is allocated for it. Codes
 * stay packed while they are checked: as floats they may take 32 times as much.
 */
public final class PackedReader {
    private static final long LONGEST = 1L << 30;
    /** Of longer files the header is read first, for whether they are packed models. */
    private static final long SHORT = 1L << 20;
    private static final int MOST_CLASSES = 1 << 16;
    private static final Set<String> NAMES = Set.of(PackedFile.WEIGHTS, PackedFile.ACTIVATIONS, PackedFile.CODES,
            PackedFile.SCALES, PackedFile.ACTIVATION_SCALES, PackedFile.NORMALIZATION_SCALES,
            PackedFile.NORMALIZATION_BIASES, PackedFile.BIASES, PackedFile.FLOATS, PackedFile.LARGE_COUNTS,
            PackedFile.LARGE_STEPS, PackedFile.LARGE_VALUES, PackedFile.LARGE_PLACES, PackedFile.CLASSES);

    private final Path file;
    private final Container container;
    private final PackedInfo info;

    private PackedReader(Path file, Container container, PackedInfo info) {
        this.file = file;
        this.container = container;
        this.info = info;
    }

    /**
     * Reads what a file says of itself; {@link #read} interprets the rest.
     *
     * @throws WeightFileException in one line, if it is missing, damaged or no packed model
     */
    public static PackedReader open(Path file) {
        return naming(file, () -> {
            Container container;
            try {
                if (RegularFile.size(file) > SHORT && !PackedFile.isPacked(file)) {
                    throw noPackedModel();
                }
                container = Container.of(RegularFile.read(file, LONGEST));
            } catch (IOException e) {
                throw new IllegalArgumentException(e.getMessage(), e);
            }
            Metadata metadata = new Metadata(container.metadata());
            if (!PackedFile.FORMAT.equals(metadata.optional("format"))) {
                throw noPackedModel();
            }
            String version = metadata.text("version");
            if (!PackedFile.VERSION.equals(version)) {
                throw new IllegalArgumentException("expected version " + PackedFile.VERSION
                        + " of the packed format, got " + Printable.shown(version));
            }
            container.require(NAMES);
            return new PackedReader(file, container, info(container, metadata));
        });
    }

    private static IllegalArgumentException noPackedModel() {
        return new IllegalArgumentException("is not a packed model (its metadata lack the format " + PackedFile.FORMAT
                + "); a safetensors file of weights is something else" + Container.WRITTEN);
    }

    private static <V> V naming(Path file, Supplier<V> work) {
        try {
            return work.get();
        } catch (WeightFileException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new WeightFileException(file.toString(), String.valueOf(e.getMessage()), e);
        }
    }

    private static PackedInfo info(Container container, Metadata metadata) {
        String names = metadata.optional(PackedFile.CLASSES);
        if (names == null) {
            names = StandardCharsets.UTF_8.decode(container.array(PackedFile.CLASSES, Type.U8, -1)).toString();
        }
        if (names.chars().filter(c -> c == '\n').count() >= MOST_CLASSES) {
            throw new IllegalArgumentException("expected the names of at most " + MOST_CLASSES + " classes, got more");
        }
        int[] size = metadata.sizes("input_size", 2);
        Normalization normalization;
        try {
            normalization = new Normalization(metadata.numbers("mean"), metadata.numbers("deviation"));
        } catch (DataException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        return new PackedInfo(metadata.text("network"), metadata.text("structure"), List.of(names.split("\n", -1)),
                normalization, size[0], size[1], metadata.sizes("resize", 1)[0],
                metadata.filter(PackedFile.INTERPOLATION));
    }

    /** What the file says of itself. */
    public PackedInfo info() {
        return info;
    }

    /** Its size by parts. */
    public PackedSize size() {
        return PackedFile.size(container::bytesOf, container.headerBytes());
    }

    /**
     * Reads the rest.
     *
     * @param network the one that the file names
     * @throws WeightFileException in one line, if the file does not hold that network
     */
    public PackedNetwork read(NetworkDescription network) {
        return naming(file, () -> {
            if (!PackedNetwork.structure(network).equals(info.structure())) {
                throw new IllegalArgumentException("holds a network named " + Printable.shown(info.network())
                        + " of another structure than the one it is to be used with");
            }
            List<ParameterSpec> specs = PackedNetwork.weightsOf(network);
            List<PackedWeight> weights = weights(specs);
            long floats = network.parameters().stream().filter(PackedNetwork::isArray)
                    .mapToLong(s -> s.shape().size()).sum();
            for (int i = 0; i < specs.size(); i++) {
                floats += weights.get(i).rule().isFloat() ? specs.get(i).shape().size() : 0;
            }
            long channels = PackedNetwork.channels(network);
            return new PackedNetwork(info, weights, activations(network.sites().size()),
                    container.floats(PackedFile.NORMALIZATION_SCALES, channels),
                    container.floats(PackedFile.NORMALIZATION_BIASES, channels),
                    container.floats(PackedFile.BIASES, PackedNetwork.biases(network)),
                    container.floats(PackedFile.FLOATS, floats));
        });
    }

    private List<PackedWeight> weights(List<ParameterSpec> specs) {
        ByteBuffer table = container.array(PackedFile.WEIGHTS, Type.I16,
                (long) specs.size() * PackedFile.WEIGHT_COLUMNS);
        List<LevelRule> rules = new ArrayList<>();
        long bytes = 0;
        long numbers = 0;
        for (ParameterSpec spec : specs) {
            LevelRule rule = of(spec.name(), () -> rule(table));
            int channels = spec.shape().dim(-1);
            if (rule.groups() != 1 && rule.groups() != channels) {
                throw new IllegalArgumentException("weight " + spec.name() + ": expected 1 group or " + channels
                        + ", got " + rule.groups());
            }
            rules.add(rule);
            bytes += rule.isFloat() ? 0 : Codes.bytes(spec.shape().size(), rule.bits());
            numbers += rule.numbers();
        }
        ByteBuffer codes = container.array(PackedFile.CODES, Type.U8, bytes);
        float[] scales = container.floats(PackedFile.SCALES, numbers);
        Large large = new Large(container, specs.size());
        List<PackedWeight> weights = new ArrayList<>();
        int numberAt = 0;
        for (int i = 0; i < rules.size(); i++) {
            ParameterSpec spec = specs.get(i);
            LevelRule rule = rules.get(i);
            int elements = rule.isFloat() ? 0 : spec.shape().size();
            byte[] own = new byte[(int) Codes.bytes(elements, rule.bits())];
            codes.get(own);
            PackedWeight plain = new PackedWeight(elements, rule,
                    Arrays.copyOfRange(scales, numberAt, numberAt + rule.numbers()), own);
            weights.add(of(spec.name(), () -> {
                plain.check();
                requireAscending(plain);
                return large.add(plain);
            }));
            numberAt += rule.numbers();
        }
        large.requireAllTaken();
        return weights;
    }

    /** A channel of zeros has a step of 0. */
    private static void requireAscending(PackedWeight weight) {
        for (float step : weight.numbers()) {
            if (weight.rule().form() == LevelRule.Form.LINEAR && step < 0) {
                throw new IllegalArgumentException("expected steps of 0 or more, got " + step);
            }
        }
    }

    private static LevelRule rule(ByteBuffer table) {
        int form = table.getShort();
        LevelRule.Form[] forms = LevelRule.Form.values();
        if (form < 0 || form >= forms.length) {
            throw new IllegalArgumentException("expected a form of 0 to " + (forms.length - 1) + ", got " + form);
        }
        return new LevelRule(forms[form], table.getShort(), table.getShort(), table.getShort(), table.getShort(),
                table.getShort());
    }

    /** Says which weight is meant. */
    private static <V> V of(String name, Supplier<V> work) {
        try {
            return work.get();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("weight " + name + ": " + e.getMessage(), e);
        }
    }

    private List<PackedActivation> activations(int sites) {
        ByteBuffer table = container.array(PackedFile.ACTIVATIONS, Type.I16,
                (long) sites * PackedFile.ACTIVATION_COLUMNS);
        PackedActivation.Form[] forms = PackedActivation.Form.values();
        int[] form = new int[sites];
        int[] bits = new int[sites];
        long count = 0;
        for (int i = 0; i < sites; i++) {
            form[i] = table.getShort();
            bits[i] = table.getShort();
            if (form[i] < 0 || form[i] >= forms.length || bits[i] < 1 || bits[i] > 32) {
                throw new IllegalArgumentException("activation " + i + ": expected a form of 0 to "
                        + (forms.length - 1) + " and a width of 1 to 8 or 32 bits, got " + form[i] + " and " + bits[i]);
            }
            count += PackedActivation.numbers(forms[form[i]], bits[i]);
        }
        float[] numbers = container.floats(PackedFile.ACTIVATION_SCALES, count);
        List<PackedActivation> all = new ArrayList<>();
        int at = 0;
        for (int i = 0; i < sites; i++) {
            int own = PackedActivation.numbers(forms[form[i]], bits[i]);
            all.add(new PackedActivation(forms[form[i]], bits[i], Arrays.copyOfRange(numbers, at, at + own)));
            at += own;
        }
        return all;
    }
}
