package dev.goshawk.data.source;

import dev.goshawk.data.DataException;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.ReadListener;
import dev.goshawk.data.Subset;
import dev.goshawk.data.image.Preprocessing;
import dev.goshawk.files.RegularFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A list of exact images: one path a line, relative to the data folder or absolute and inside it, in the order wanted.
 * An image may be named more than once, and counts as often, with a {@linkplain ImageDataset#notes note}. Blank lines and lines starting with {@code #} are passed over.
 */
public final class Samples {
    private static final int FOLDER_PARTS = 3;
    private static final String WHAT = "sample list";

    private Samples() {
    }

    /**
     * Reads a list and opens the images it names, decoding no others.
     *
     * @param root the data folder, of a kind that {@link Datasets#open(Path, String)} takes
     * @throws DataException naming the line that is not an image of the folder
     */
    public static ImageDataset read(Path list, Path root) {
        return read(list, root, ReadListener.NONE);
    }

    /**
     * As {@link #read(Path, Path)}.
     *
     * @param listener told of each image that is decoded
     */
    public static ImageDataset read(Path list, Path root, ReadListener listener) {
        List<TextLines.Line> lines = TextLines.read(list, WHAT);
        DataFolder.require(root);
        if (CifarBinary.isPresent(root)) {
            String split = split(lines, root);
            if (!Files.isDirectory(root.resolve(split))) {
                return select(lines, root, CifarBinary.open(root, split));
            }
        }
        return ImageFolder.decode(folder(lines, root), ImageFolder.DEFAULT_SIDE, ImageFolder.DEFAULT_SIDE, listener);
    }

    /**
     * Reads a list and opens the photographs it names, to be decoded when they are asked for.
     *
     * @param root a data folder as {@link ImageNetFolder#open} takes it
     * @throws DataException naming the line that is not an image of the folder
     */
    public static ImageDataset read(Path list, Path root, Preprocessing preprocessing) {
        List<TextLines.Line> lines = TextLines.read(list, WHAT);
        DataFolder.require(root);
        boolean inFolders = DataFolder.parts(root, lines.getFirst().text()).size() == FOLDER_PARTS;
        return new ImageFiles(inFolders ? folder(lines, root) : flat(lines, root), preprocessing);
    }

    /**
     * Reads a list and picks its images out of a data set by {@link ImageDataset#name}.
     *
     * @throws DataException naming the line that is not an image of the data set
     */
    public static ImageDataset select(Path list, ImageDataset dataset) {
        return select(TextLines.read(list, WHAT), Path.of(""), dataset);
    }

    private static ImageDataset select(List<TextLines.Line> lines, Path root, ImageDataset dataset) {
        Map<String, Integer> positions = new HashMap<>();
        for (int i = 0; i < dataset.size(); i++) {
            positions.put(dataset.name(i), i);
        }
        List<String> names = new ArrayList<>();
        int[] picked = new int[lines.size()];
        for (int i = 0; i < picked.length; i++) {
            TextLines.Line line = lines.get(i);
            String name = String.join("/", DataFolder.parts(root, line.text()));
            Integer position = positions.get(name);
            if (position == null) {
                throw line.refused("is not in the data set, whose first image is '" + dataset.name(0) + "'");
            }
            picked[i] = position;
            names.add(name);
        }
        return new Subset(dataset, duplicates(names), picked);
    }

    /**
     * The split that a list's first image is of: {@code test} or {@code train}.
     *
     * @throws DataException if the list cannot be read
     */
    public static String split(Path list) {
        return split(TextLines.read(list, WHAT), Path.of(""));
    }

    private static String split(List<TextLines.Line> lines, Path root) {
        List<String> first = DataFolder.parts(root, lines.getFirst().text());
        return !first.isEmpty() && first.getFirst().startsWith("test") ? "test" : "train";
    }

    /** A line, where a list names images more than once. */
    static List<String> duplicates(List<String> names) {
        int more = names.size() - new HashSet<>(names).size();
        return more == 0
                ? List.of()
                : List.of("the list names " + more + " of its " + names.size()
                        + " images again: each counts as often as it is named");
    }

    /** What the class folders of a split mean. */
    private record Split(List<String> folders, int[] labels, List<String> classes) {
        static Split of(Path root, String split) {
            List<String> folders = ImageFolder.classes(root, split);
            int[] labels = ImageNetFolder.labels(root, split, folders);
            return new Split(folders, labels, labels.length == 0 ? folders : ImageNetClasses.names());
        }

        int label(String folder) {
            int k = folders.indexOf(folder);
            return k < 0 || labels.length == 0 ? k : labels[k];
        }
    }

    private static ImageListing folder(List<TextLines.Line> lines, Path root) {
        Map<String, Split> splits = new LinkedHashMap<>();
        List<String> names = new ArrayList<>();
        int[] labels = new int[lines.size()];
        List<String> classes = List.of();
        for (int i = 0; i < labels.length; i++) {
            TextLines.Line line = lines.get(i);
            List<String> parts = file(line, root, line.text());
            if (parts.size() != FOLDER_PARTS) {
                throw line.refused("is not of the form split/class/file");
            }
            Split split = splits.computeIfAbsent(parts.get(0), name -> Split.of(root, name));
            if (classes.isEmpty()) {
                classes = split.classes();
            } else if (!classes.equals(split.classes())) {
                throw line.refused("is of a split with other classes than the lines before");
            }
            labels[i] = split.label(parts.get(1));
            if (labels[i] < 0) {
                throw line.refused("is in no class folder");
            }
            names.add(String.join("/", parts));
        }
        return new ImageListing(root, names, labels, classes, duplicates(names));
    }

    private static ImageListing flat(List<TextLines.Line> lines, Path root) {
        List<String> names = new ArrayList<>();
        int[] labels = new int[lines.size()];
        for (int i = 0; i < labels.length; i++) {
            TextLines.Line line = lines.get(i);
            List<String> parts = file(line, root, line.text());
            labels[i] = ImageNetClasses.labelOfName(parts.getLast())
                    .orElseThrow(() -> line.refused("is neither of the form split/class/file nor does its name begin"
                            + " with a WordNet id of ImageNet"));
            names.add(String.join("/", parts));
        }
        return new ImageListing(root, names, labels, ImageNetClasses.names(), duplicates(names));
    }

    /** The parts of a line's path, which leads to a regular file in the data folder. */
    static List<String> file(TextLines.Line line, Path root, String path) {
        List<String> parts = DataFolder.parts(root, path);
        if (parts.isEmpty()) {
            throw line.refused("is no path inside the data folder " + root);
        }
        Path file = root.resolve(String.join("/", parts));
        if (!Files.isRegularFile(file)) {
            throw line.refused(problem(file, root));
        }
        return parts;
    }

    private static String problem(Path file, Path root) {
        if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
            return "is not a file in " + root + ", which paths are relative to";
        }
        try {
            RegularFile.size(file);
            return "is not a file";
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
