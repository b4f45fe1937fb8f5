package dev.goshawk.hawq.training;

import dev.goshawk.fingerprint.Fingerprint;
import dev.goshawk.tensor.Tensor;
import dev.goshawk.weights.SafetensorsFile;
import dev.goshawk.weights.WeightFile;
import dev.goshawk.weights.WeightFileException;
import dev.goshawk.weights.Weights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints of one training: {@code <name>-<steps>.safetensors} in a folder, of which the newest two stay. Each
 * is written whole or not at all, and an older one is deleted only after a newer one is safe, so that a process may
 * die, or the disk fill up, at any moment. A checksum over tensors and text tells a damaged one.
 */
public final class Checkpoints {
    private static final int KEPT = 2;
    private static final String SUFFIX = ".safetensors";
    private static final String FORMAT = "format";
    private static final String THIS_FORMAT = "goshawk checkpoint 5";
    private static final String CHECKSUM = "checksum";

    private final Path folder;
    private final String name;
    private final Pattern file;
    private final Writer writer;
    private final boolean kept;

    /** Writes a checkpoint's file. */
    @FunctionalInterface
    interface Writer {
        void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata);
    }

    /**
     * Checkpoints in a folder, which need not exist yet.
     *
     * @param name what their files' names begin with, letters, digits and hyphens
     */
    public Checkpoints(Path folder, String name) {
        this(folder, name, SafetensorsFile::write);
    }

    Checkpoints(Path folder, String name, Writer writer) {
        this(folder, name, writer, true);
    }

    private Checkpoints(Path folder, String name, Writer writer, boolean kept) {
        this.kept = kept;
        this.folder = folder;
        this.name = name;
        this.file = Pattern.compile(Pattern.quote(name) + "-(\\d+)" + Pattern.quote(SUFFIX));
        this.writer = writer;
    }

    /** None, and none are written: for a training that is too short to go on with. */
    public static Checkpoints none() {
        return new Checkpoints(Path.of(""), "none", SafetensorsFile::write, false);
    }

    /** Whether there is none yet. */
    public boolean isEmpty() {
        return newestFirst().isEmpty();
    }

    /**
     * Writes a checkpoint and removes those before the last two.
     *
     * @param steps made until now, by which checkpoints are ordered
     * @throws WeightFileException in one line, if it cannot be written; earlier checkpoints are as they were
     */
    public void write(long steps, Map<String, Tensor> tensors, Map<String, String> metadata) {
        if (!kept) {
            return;
        }
        Path target = folder.resolve(name + "-" + steps + SUFFIX);
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new WeightFileException(target.toString(), "cannot be written (there is no folder " + folder
                    + " and none can be made)", e);
        }
        SequencedMap<String, String> text = new TreeMap<>(metadata);
        text.put(FORMAT, THIS_FORMAT);
        text.put(CHECKSUM, checksum(tensors, text));
        writer.write(target, tensors, text);
        try {
            for (Path old : newestFirst().stream().skip(KEPT).toList()) {
                Files.deleteIfExists(old);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(folder + ": old checkpoints cannot be removed (" + e.getMessage() + ")", e);
        }
    }

    /**
     * The newest checkpoint that is whole, if there is any.
     *
     * @param passedOver receives one line about each newer one that is not
     * @throws IllegalArgumentException in one line, if there are checkpoints, but none is whole
     */
    public Optional<Weights> newest(Consumer<String> passedOver) {
        @Nullable WeightFileException last = null;
        for (Path path : newestFirst()) {
            if (last != null) {
                passedOver.accept(last.getMessage() + "; going back to the checkpoint before");
            }
            try {
                return Optional.of(read(path));
            } catch (WeightFileException e) {
                last = e;
            }
        }
        if (last != null) {
            throw new IllegalArgumentException(last.getMessage() + "; no checkpoint of this training is whole: without "
                    + folder.resolve(name + "-*" + SUFFIX) + " it begins anew", last);
        }
        return Optional.empty();
    }

    private static Weights read(Path path) {
        Weights weights = WeightFile.read(path);
        SequencedMap<String, String> text = new TreeMap<>(weights.metadata());
        String format = text.get(FORMAT);
        if (!THIS_FORMAT.equals(format)) {
            throw new WeightFileException(path.toString(),
                    "expected a checkpoint of this version of goshawk, got a file of another kind or version");
        }
        String checksum = text.remove(CHECKSUM);
        if (!checksum(weights.tensors(), text).equals(checksum)) {
            throw new WeightFileException(path.toString(), "is damaged (its content does not fit its checksum)");
        }
        return weights;
    }

    private static String checksum(Map<String, Tensor> tensors, SequencedMap<String, String> text) {
        return new Fingerprint().addTensors(new TreeMap<>(tensors)).addTexts(text).text();
    }

    private List<Path> newestFirst() {
        if (!kept || !Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            List<Path> found = new ArrayList<>(entries.filter(p -> file.matcher(fileName(p)).matches()).toList());
            found.sort(Comparator.comparingLong(this::steps).reversed());
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(folder + ": checkpoints cannot be listed (" + e.getMessage() + ")", e);
        }
    }

    private long steps(Path path) {
        return Long.parseLong(file.matcher(fileName(path)).replaceFirst("$1"));
    }

    private static String fileName(Path path) {
        return String.valueOf(path.getFileName());
    }
}
