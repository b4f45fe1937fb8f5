package dev.goshawk.packed.format;

import dev.goshawk.data.ResizeFilter;
import dev.goshawk.files.RegularFile;
import dev.goshawk.packed.format.Container.Part;
import dev.goshawk.packed.format.Container.Type;
import dev.goshawk.weights.WeightFileException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes packed files, and tells them from others. */
public final class PackedFile {
    /** Value of the metadata's {@code format}. */
    static final String FORMAT = "goshawk-packed";
    /** The version that is written and read. */
    static final String VERSION = "1";
    static final String WEIGHTS = "weights";
    static final String ACTIVATIONS = "activations";
    static final String CODES = "codes";
    static final String SCALES = "scales";
    static final String ACTIVATION_SCALES = "activation_scales";
    static final String NORMALIZATION_SCALES = "normalization_scales";
    static final String NORMALIZATION_BIASES = "normalization_biases";
    static final String BIASES = "biases";
    static final String FLOATS = "floats";
    static final String LARGE_COUNTS = "large_counts";
    static final String LARGE_STEPS = "large_steps";
    static final String LARGE_VALUES = "large_values";
    static final String LARGE_PLACES = "large_places";
    static final String CLASSES = "classes";
    static final String INTERPOLATION = "interpolation";
    /** Numbers of a weight in the table {@value #WEIGHTS}. */
    static final int WEIGHT_COLUMNS = 6;
    /** Numbers of a site in the table {@value #ACTIVATIONS}. */
    static final int ACTIVATION_COLUMNS = 2;
    /** Longer lists of class names are a tensor: the header stays short. */
    private static final int LONGEST_NAMES = 400;

    private PackedFile() {
    }

    /** Bytes of the tables of so many weights and sites. */
    public static long tableBytes(long weights, long sites) {
        return Short.BYTES * (weights * WEIGHT_COLUMNS + sites * ACTIVATION_COLUMNS);
    }

    /** Whether a file says that it is a packed model, sound or not. */
    public static boolean isPacked(Path file) {
        try (InputStream in = Files.isRegularFile(file) ? Files.newInputStream(file) : InputStream.nullInputStream()) {
            byte[] start = in.readNBytes(Long.BYTES + Container.LONGEST_HEADER);
            int length = Container.headerLength(start, RegularFile.size(file));
            return length > 0 && isPacked(new String(start, Long.BYTES, Math.min(length, start.length - Long.BYTES),
                    StandardCharsets.UTF_8));
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isPacked(String header) {
        StringBuilder dense = new StringBuilder(header.length());
        for (int i = 0; i < header.length(); i++) {
            if (header.charAt(i) > ' ') {
                dense.append(header.charAt(i));
            }
        }
        return dense.indexOf("\"format\":\"" + FORMAT + "\"") >= 0;
    }

    /**
     * Writes a packed network; the file is replaced as a whole.
     *
     * @return its size by parts
     * @throws IllegalArgumentException in one line, if there is something that the format has no place for
     * @throws WeightFileException if the file cannot be written
     */
    public static PackedSize write(Path file, PackedNetwork network) {
        PackedInfo info = network.info();
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", FORMAT);
        metadata.put("version", VERSION);
        metadata.put("network", info.network());
        metadata.put("structure", info.structure());
        Map<String, Part> parts = new LinkedHashMap<>();
        byte[] names = names(info.classes());
        if (names.length <= LONGEST_NAMES) {
            metadata.put(CLASSES, String.join("\n", info.classes()));
        }
        metadata.put("mean", list(info.normalization().mean()));
        metadata.put("deviation", list(info.normalization().std()));
        metadata.put("input_size", info.height() + "x" + info.width());
        metadata.put("resize", Integer.toString(info.resize()));
        if (info.filter() != ResizeFilter.BILINEAR) {
            metadata.put(INTERPOLATION, info.filter().name().toLowerCase(Locale.ROOT));
        }
        List<PackedWeight> weights = network.weights();
        parts.put(SCALES, floats(weights.stream().map(PackedWeight::numbers).toList()));
        parts.put(NORMALIZATION_SCALES, floats(List.of(network.normalizationScales())));
        parts.put(NORMALIZATION_BIASES, floats(List.of(network.normalizationBiases())));
        parts.put(BIASES, floats(List.of(network.biases())));
        parts.put(ACTIVATION_SCALES,
                floats(network.activations().stream().map(PackedActivation::numbers).toList()));
        parts.put(FLOATS, floats(List.of(network.floats())));
        if (weights.stream().anyMatch(w -> w.large().length > 0)) {
            addLarge(weights, parts);
        }
        parts.put(WEIGHTS, shorts(weights.stream().map(w -> row(w.rule())).toList(), WEIGHT_COLUMNS));
        parts.put(ACTIVATIONS, shorts(network.activations().stream()
                .map(a -> new int[] {a.form().ordinal(), a.bits()}).toList(), ACTIVATION_COLUMNS));
        byte[] codes = joined(weights.stream().map(PackedWeight::codes).toList());
        parts.put(CODES, bytes(codes));
        if (names.length > LONGEST_NAMES) {
            parts.put(CLASSES, bytes(names));
        }
        try {
            int header = Container.write(file, metadata, parts);
            return size(name -> parts.containsKey(name) ? parts.get(name).bytes().length : 0, header);
        } catch (IOException e) {
            throw new WeightFileException(file.toString(), "cannot be written (" + RegularFile.reason(e) + ")", e);
        }
    }

    /** Bytes of an array by name, 0 where it is missing. */
    interface Lengths {
        long of(String name);
    }

    static PackedSize size(Lengths lengths, int header) {
        long scales = lengths.of(SCALES) + lengths.of(NORMALIZATION_SCALES) + lengths.of(ACTIVATION_SCALES)
                + lengths.of(LARGE_STEPS);
        long biases = lengths.of(BIASES) + lengths.of(NORMALIZATION_BIASES);
        long other = lengths.of(FLOATS) + lengths.of(LARGE_COUNTS) + lengths.of(LARGE_VALUES)
                + lengths.of(LARGE_PLACES) + lengths.of(WEIGHTS) + lengths.of(ACTIVATIONS) + lengths.of(CLASSES);
        return new PackedSize(lengths.of(CODES), scales, biases, other, header);
    }

    private static byte[] names(List<String> classes) {
        classes.stream().filter(n -> n.indexOf('\n') >= 0).findFirst().ifPresent(n -> {
            throw new IllegalArgumentException("packed model: expected class names without line breaks, got '"
                    + n.replace('\n', '?') + "'");
        });
        return String.join("\n", classes).getBytes(StandardCharsets.UTF_8);
    }

    private static String list(double[] numbers) {
        return Arrays.toString(numbers).replaceAll("[\\[\\] ]", "");
    }

    private static int[] row(LevelRule rule) {
        return new int[] {rule.form().ordinal(), rule.bits(), rule.levels(), rule.groups(), rule.first(),
                rule.stride()};
    }

    private static void addLarge(List<PackedWeight> weights, Map<String, Part> parts) {
        ByteBuffer counts = little(weights.size() * Integer.BYTES);
        weights.forEach(w -> counts.putInt(w.large().length));
        parts.put(LARGE_COUNTS, new Part(Type.I32, new long[] {weights.size()}, counts.array()));
        parts.put(LARGE_STEPS, floats(weights.stream().filter(w -> w.large().length > 0)
                .map(w -> new float[] {w.step()}).toList()));
        ByteBuffer values = little(weights.stream().mapToInt(w -> w.large().length).sum() * Short.BYTES);
        weights.forEach(w -> {
            for (short v : w.large()) {
                values.putShort(v);
            }
        });
        parts.put(LARGE_VALUES,
                new Part(Type.I16, new long[] {values.capacity() / Short.BYTES}, values.array()));
        parts.put(LARGE_PLACES, bytes(joined(weights.stream()
                .map(w -> Codes.pack(w.places(), PackedWeight.placeBits(Math.max(1, w.elements())))).toList())));
    }

    private static Part bytes(byte[] all) {
        return new Part(Type.U8, new long[] {all.length}, all);
    }

    private static Part floats(List<float[]> lists) {
        int count = lists.stream().mapToInt(l -> l.length).sum();
        ByteBuffer all = little(count * Float.BYTES);
        lists.forEach(l -> {
            for (float x : l) {
                all.putFloat(x);
            }
        });
        return new Part(Type.F32, new long[] {count}, all.array());
    }

    private static Part shorts(List<int[]> rows, int columns) {
        ByteBuffer all = little(rows.size() * columns * Short.BYTES);
        for (int[] row : rows) {
            for (int number : row) {
                if (number != (short) number) {
                    throw new IllegalArgumentException(
                            "packed model: expected at most " + Short.MAX_VALUE + " groups and levels, got " + number);
                }
                all.putShort((short) number);
            }
        }
        return new Part(Type.I16, new long[] {rows.size(), columns}, all.array());
    }

    private static byte[] joined(List<byte[]> lists) {
        ByteArrayOutputStream all = new ByteArrayOutputStream(lists.stream().mapToInt(l -> l.length).sum());
        lists.forEach(all::writeBytes);
        return all.toByteArray();
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
