package dev.goshawk.hawq.cli.data;

import dev.goshawk.data.image.Preprocessing;
import dev.goshawk.data.ResizeFilter;
import dev.goshawk.files.Printable;
import dev.goshawk.files.RegularFile;
import dev.goshawk.json.JsonModule;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The {@code config.json} that timm writes beside a network's weights, as far as it says what the network is fed.
 *
 * @param file where it was read
 * @param inputSize side in pixels, or 0 where it says nothing
 * @param mean by channel, or null
 * @param std by channel, or null
 * @param cropFraction side of the input over the short side before the center is cut out, in (0, 1]
 * @param filter that photographs are resized with
 * @param classes of the network, or 0 where it says nothing
 */
@SuppressWarnings("ArrayRecordComponent")
record PretrainedConfig(Path file, int inputSize, double @Nullable [] mean, double @Nullable [] std,
        double cropFraction, ResizeFilter filter, int classes) {
    private static final String NAME = "config.json";
    private static final long LONGEST = 1 << 20;
    /** Smaller ones give pixels whose squares float32 cannot hold, and logits that are no numbers. */
    private static final double LEAST_STD = 1e-6;
    /** timm's own default. */
    private static final double CROP = 0.875;
    /** What {@link #number} gives for what is none, or is beyond float64: in no range. */
    private static final double NONE = Double.NaN;
    private static final String REMEDY = "; or give " + InputOptions.SIZE + ", " + InputOptions.MEAN + " and "
            + InputOptions.STD + ", and it is not read";

    /**
     * The file beside a file of weights, or null where there is none or another program's, which a line says.
     *
     * @throws IllegalArgumentException in one line, if it is timm's and cannot be used
     */
    static @Nullable PretrainedConfig beside(Path weights, PrintWriter err) {
        Path file = weights.resolveSibling(NAME);
        if (!Files.exists(file)) {
            return null;
        }
        JsonNode root = parse(file);
        JsonNode fields = root.has("pretrained_cfg") ? root.get("pretrained_cfg") : root;
        if (!root.has("pretrained_cfg") && !(root.has("architecture") && root.has("input_size"))) {
            err.println("goshawk: " + file + ": is none of timm's, which have a pretrained_cfg, and is passed over");
            err.flush();
            return null;
        }
        if (!fields.isObject()) {
            throw refusal(file, "pretrained_cfg", "an object", fields);
        }
        PretrainedConfig config = new PretrainedConfig(file, inputSize(file, fields.get("input_size")),
                channels(file, "mean", fields.get("mean")), channels(file, "std", fields.get("std")),
                crop(file, fields.get("crop_pct")), filter(file, fields), classes(file, root, fields));
        err.println("goshawk: " + file + ": " + config.describe());
        err.flush();
        return config;
    }

    private static JsonNode parse(Path file) {
        try {
            long size = RegularFile.size(file);
            if (size > LONGEST) {
                throw new IllegalArgumentException(file + ": expected at most 1 MiB of JSON, got " + size + " bytes"
                        + REMEDY);
            }
            JsonModule.require();
            JsonNode root = JsonMapper.builder().build().readTree(RegularFile.read(file, size));
            if (!root.isObject()) {
                throw new IllegalArgumentException(file + ": is not a JSON object" + REMEDY);
            }
            return root;
        } catch (IOException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage() + REMEDY, e);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(file + ": is not JSON, or is damaged or cut short" + REMEDY, e);
        }
    }

    private static IllegalArgumentException refusal(Path file, String field, String expected, JsonNode got) {
        return new IllegalArgumentException(
                file + ": " + field + ": expected " + expected + ", got " + Printable.shown(got) + REMEDY);
    }

    private static boolean isMissing(@Nullable JsonNode node) {
        return node == null || node.isNull();
    }

    private static int inputSize(Path file, @Nullable JsonNode node) {
        if (node == null || node.isNull()) {
            return 0;
        }
        boolean sound = node.isArray() && node.size() == 3;
        for (int i = 0; sound && i < 3; i++) {
            sound = node.get(i).isInt() && node.get(i).asInt() >= 1 && node.get(i).asInt() <= InputOptions.LARGEST;
        }
        if (!sound || node.get(0).asInt() != 3 || node.get(1).asInt() != node.get(2).asInt()) {
            throw refusal(file, "input_size", "[3, side, side] with a side of 1 to " + InputOptions.LARGEST, node);
        }
        return node.get(1).asInt();
    }

    private static double number(JsonNode node) {
        return node.isNumber() ? node.asDouble(NONE) : NONE;
    }

    /** Whether a number can be a channel's mean or deviation. */
    static boolean isSound(boolean deviation, double number) {
        return deviation ? number >= LEAST_STD && number < Double.POSITIVE_INFINITY : number >= 0 && number <= 1;
    }

    /** The numbers that can. */
    static String range(boolean deviation) {
        return deviation ? "each of 1e-6 or more" : "each of 0 to 1 (pixels are divided by 255)";
    }

    private static double @Nullable [] channels(Path file, String field, @Nullable JsonNode node) {
        if (node == null || node.isNull()) {
            return null;
        }
        boolean deviation = field.equals("std");
        double[] numbers = new double[3];
        boolean sound = node.isArray() && node.size() == 3;
        for (int i = 0; sound && i < 3; i++) {
            numbers[i] = number(node.get(i));
            sound = isSound(deviation, numbers[i]);
        }
        if (!sound) {
            throw refusal(file, field, "three numbers, " + range(deviation), node);
        }
        return numbers;
    }

    private static double crop(Path file, @Nullable JsonNode node) {
        if (node == null || node.isNull()) {
            return CROP;
        }
        double fraction = number(node);
        if (!(fraction > 0.01 && fraction <= 1)) {
            throw refusal(file, "crop_pct", "a number above 0.01 and at most 1", node);
        }
        return fraction;
    }

    private static ResizeFilter filter(Path file, JsonNode fields) {
        JsonNode mode = fields.get("crop_mode");
        if (!isMissing(mode) && !(mode.isString() && mode.asString().equals("center"))) {
            throw refusal(file, "crop_mode", "center", mode);
        }
        JsonNode node = fields.get("interpolation");
        if (node == null || node.isNull()) {
            return ResizeFilter.BILINEAR;
        }
        for (ResizeFilter filter : ResizeFilter.values()) {
            if (node.isString() && node.asString().equals(filter.name().toLowerCase(Locale.ROOT))) {
                return filter;
            }
        }
        throw refusal(file, "interpolation", "bilinear or bicubic", node);
    }

    private static int classes(Path file, JsonNode root, JsonNode fields) {
        JsonNode node = isMissing(root.get("num_classes")) ? fields.get("num_classes") : root.get("num_classes");
        if (node == null || node.isNull()) {
            return 0;
        }
        if (!node.isInt() || node.asInt() < 2) {
            throw refusal(file, "num_classes", "a whole number of 2 or more", node);
        }
        return node.asInt();
    }

    /** How photographs become images of a side. */
    Preprocessing preprocessing(int side) {
        return new Preprocessing(Math.max(side, (int) (side / cropFraction)), side, filter);
    }

    private String describe() {
        return (inputSize == 0 ? "" : "images of " + inputSize + "x" + inputSize + ", ")
                + (mean == null ? "" : "mean " + Arrays.toString(mean) + ", ")
                + (std == null ? "" : "std " + Arrays.toString(std) + ", ") + "crop_pct " + cropFraction + ", "
                + filter.name().toLowerCase(Locale.ROOT);
    }
}
