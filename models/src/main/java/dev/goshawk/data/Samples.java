package dev.goshawk.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A list of exact images: one path a line, relative to the data folder and with {@code /} between its parts, in the
 * order wanted. Blank lines and lines starting with {@code #} are passed over.
 */
public final class Samples {
    private static final int FOLDER_PARTS = 3;

    private record Line(int number, String path) {
    }

    private Samples() {
    }

    /**
     * Reads a list and opens the images it names, decoding no others.
     *
     * @param root the data folder, of a kind that {@link Datasets#open} takes
     * @throws DataException naming the line that is not an image of the folder
     */
    public static ImageDataset read(Path list, Path root) {
        List<Line> lines = lines(list);
        if (!Files.isDirectory(root)) {
            throw new DataException(root + ": no such data folder");
        }
        String first = lines.getFirst().path();
        if (CifarBinary.isPresent(root)
                && !Files.isDirectory(root.resolve(first.startsWith("test") ? "test" : "train"))) {
            boolean test = first.startsWith("test");
            return select(list, CifarBinary.open(root, test ? "test" : "train"));
        }
        return folder(list, lines, root);
    }

    /**
     * Reads a list and picks its images out of a data set by {@link ImageDataset#name}.
     *
     * @throws DataException naming the line that is not an image of the data set
     */
    public static ImageDataset select(Path list, ImageDataset dataset) {
        Map<String, Integer> positions = new HashMap<>();
        for (int i = 0; i < dataset.size(); i++) {
            positions.put(dataset.name(i), i);
        }
        List<Line> lines = lines(list);
        int[] picked = new int[lines.size()];
        for (int i = 0; i < picked.length; i++) {
            Integer position = positions.get(lines.get(i).path());
            if (position == null) {
                throw unknown(list, lines.get(i),
                        "is not in the data set, whose first image is '" + dataset.name(0) + "'");
            }
            picked[i] = position;
        }
        return new Subset(dataset, picked);
    }

    private static ImageDataset folder(Path list, List<Line> lines, Path root) {
        Map<String, List<String>> classesOfSplit = new LinkedHashMap<>();
        List<String> names = new ArrayList<>();
        int[] labels = new int[lines.size()];
        List<String> classes = List.of();
        for (int i = 0; i < labels.length; i++) {
            Line line = lines.get(i);
            String[] parts = line.path().split("/", -1);
            if (parts.length != FOLDER_PARTS || !Arrays.stream(parts).allMatch(Samples::isPlain)) {
                throw unknown(list, line, "is not of the form split/class/file");
            }
            if (!Files.isRegularFile(root.resolve(line.path()))) {
                throw unknown(list, line, "is no file in " + root);
            }
            List<String> own = classesOfSplit.computeIfAbsent(parts[0], split -> ImageFolder.classes(root, split));
            if (classes.isEmpty()) {
                classes = own;
            } else if (!classes.equals(own)) {
                throw unknown(list, line, "is of a split with other classes than the lines before");
            }
            labels[i] = own.indexOf(parts[1]);
            if (labels[i] < 0) {
                throw unknown(list, line, "is in no class folder");
            }
            names.add(line.path());
        }
        return ImageFolder.decode(root, names, labels, classes, ImageFolder.DEFAULT_SIDE, ImageFolder.DEFAULT_SIDE);
    }

    /** Whether a part of a path stays where it is put. */
    private static boolean isPlain(String part) {
        return !part.isEmpty() && !part.equals(".") && !part.equals("..")
                && part.chars().noneMatch(Character::isISOControl);
    }

    private static List<Line> lines(Path list) {
        List<Line> lines = new ArrayList<>();
        try {
            int number = 0;
            for (String raw : Files.readAllLines(list, StandardCharsets.UTF_8)) {
                number++;
                String path = raw.strip();
                if (!path.isEmpty() && !path.startsWith("#")) {
                    lines.add(new Line(number, path));
                }
            }
        } catch (IOException e) {
            throw new DataException(list + ": the sample list cannot be read (" + e.getClass().getSimpleName() + ")",
                    e);
        }
        if (lines.isEmpty()) {
            throw new DataException(list + ": the sample list names no images");
        }
        return lines;
    }

    private static DataException unknown(Path list, Line line, String problem) {
        return new DataException(list + " line " + line.number() + ": '" + line.path() + "' " + problem);
    }
}
