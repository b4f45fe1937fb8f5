package dev.goshawk.hawq.cli.data;

import dev.goshawk.data.Normalization;
import dev.goshawk.data.image.Preprocessing;
import dev.goshawk.data.ResizeFilter;

import dev.goshawk.models.Network;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a network sees of an image: its size and how its pixels become numbers. What is not given comes from timm's file. */
public final class InputOptions {
    /** Names of the options. */
    public static final String SIZE = "--input-size";
    public static final String MEAN = "--mean";
    public static final String STD = "--std";
    /** The largest side in pixels. */
    static final int LARGEST = 4096;

    @Option(names = SIZE, paramLabel = "N",
            description = "Side of the network's input in pixels (default: that of timm's config.json beside the weights, or "
                    + "what the network was made for).")
    private @Nullable Integer size;

    @Option(names = MEAN, paramLabel = "R,G,B",
            description = "What is subtracted from pixels of 0 to 1: three numbers, or one for all (default: timm's "
                    + "config.json, or 0.485,0.456,0.406).")
    private @Nullable String mean;

    @Option(names = STD, paramLabel = "R,G,B",
            description = "What they are divided by then (default: timm's config.json, or 0.229,0.224,0.225).")
    private @Nullable String std;

    private @Nullable PretrainedConfig config;

    /**
     * Fails with one line, before any work, if a number is out of its range.
     *
     * @throws IllegalArgumentException if so
     */
    public void check() {
        if (size != null && (size < 1 || size > LARGEST)) {
            throw new IllegalArgumentException(SIZE + ": expected 1 to " + LARGEST + " pixels, got " + size);
        }
        normalization();
    }

    /**
     * Reads timm's config.json where one is beside a file of weights, unless the options leave nothing to ask it for.
     *
     * @throws IllegalArgumentException in one line, if there is one that cannot be used
     */
    public void readBeside(Path weights, PrintWriter err) {
        if (size == null || mean == null || std == null) {
            config = PretrainedConfig.beside(weights, err);
        }
    }

    /** Side in pixels that was asked for, or 0. */
    public int size() {
        if (size != null) {
            return size;
        }
        return config == null ? 0 : config.inputSize();
    }

    /** The network for images of the side that was asked for. */
    public Network of(Network network) {
        return size() == 0 ? network : network.forImages(size());
    }

    /** What bytes of images become. */
    public Normalization normalization() {
        double[] means = mean != null ? numbers(MEAN, mean) : config == null ? null : config.mean();
        double[] deviations = std != null ? numbers(STD, std) : config == null ? null : config.std();
        if (means == null && deviations == null) {
            return Normalization.IMAGENET;
        }
        return new Normalization(means == null ? Normalization.IMAGENET.mean() : means,
                deviations == null ? Normalization.IMAGENET.std() : deviations);
    }

    private static double[] numbers(String option, String text) {
        String[] parts = text.split(",", -1);
        double[] numbers = new double[3];
        boolean sound = parts.length == 1 || parts.length == numbers.length;
        for (int i = 0; sound && i < numbers.length; i++) {
            String part = parts[parts.length == 1 ? 0 : i].strip();
            numbers[i] = part.matches("[0-9]*\\.?[0-9]*([eE][+-]?[0-9]+)?") && part.matches("\\.?[0-9].*")
                    ? Double.parseDouble(part)
                    : -1;
            sound = PretrainedConfig.isSound(option.equals(STD), numbers[i]);
        }
        if (!sound) {
            throw new IllegalArgumentException(option + ": expected three numbers R,G,B or one, "
                    + PretrainedConfig.range(option.equals(STD)) + ", got '" + text + "'");
        }
        return numbers;
    }

    /** How photographs of any size become images of that side. */
    Preprocessing preprocessing(int side, @Nullable Integer resize) {
        if (resize != null) {
            return new Preprocessing(resize, side, config == null ? ResizeFilter.BILINEAR : config.filter());
        }
        return config == null ? Preprocessing.forInput(side) : config.preprocessing(side);
    }

    /**
     * Checks that a network is one that the weights' file speaks of.
     *
     * @throws IllegalArgumentException in one line, if it has another number of classes
     */
    public void requireClasses(int classes) {
        if (config != null && config.classes() > 0 && config.classes() != classes) {
            throw new IllegalArgumentException(config.file() + ": num_classes: expected " + classes
                    + ", those of the data, got " + config.classes());
        }
    }

    /** Everything here that results depend on; empty where all is as usual. */
    String describe() {
        Normalization n = normalization();
        boolean usual = Arrays.equals(n.mean(), Normalization.IMAGENET.mean())
                && Arrays.equals(n.std(), Normalization.IMAGENET.std());
        return (size() == 0 ? "" : ", input " + size())
                + (usual ? "" : ", mean " + Arrays.toString(n.mean()) + ", std " + Arrays.toString(n.std()))
                + (config == null
                        ? ""
                        : ", crop " + config.cropFraction() + ", "
                                + config.filter().name().toLowerCase(Locale.ROOT));
    }
}
