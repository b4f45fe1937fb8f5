package dev.goshawk.data.source;

import dev.goshawk.data.DataException;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.Subset;
import dev.goshawk.data.image.Preprocessing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
        List<TextLines.Line> lines = TextLines.read(list, WHAT);
        requireFolder(root);
        String first = lines.getFirst().text();
        if (CifarBinary.isPresent(root)
                && !Files.isDirectory(root.resolve(first.startsWith("test") ? "test" : "train"))) {
            boolean test = first.startsWith("test");
            return select(list, CifarBinary.open(root, test ? "test" : "train"));
        }
        return ImageFolder.decode(folder(lines, root), ImageFolder.DEFAULT_SIDE, ImageFolder.DEFAULT_SIDE);
    }

    /**
     * Reads a list and opens the photographs it names, to be decoded when they are asked for.
     *
     * @param root a data folder as {@link ImageNetFolder#open} takes it
     * @throws DataException naming the line that is not an image of the folder
     */
    public static ImageDataset read(Path list, Path root, Preprocessing preprocessing) {
        List<TextLines.Line> lines = TextLines.read(list, WHAT);
        requireFolder(root);
        boolean inFolders = ImageListing.parts(lines.getFirst().text()).size() == FOLDER_PARTS;
        return new ImageFiles(inFolders ? folder(lines, root) : flat(lines, root), preprocessing);
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
        List<TextLines.Line> lines = TextLines.read(list, WHAT);
        int[] picked = new int[lines.size()];
        for (int i = 0; i < picked.length; i++) {
            Integer position = positions.get(lines.get(i).text());
            if (position == null) {
                throw lines.get(i)
                        .refused("is not in the data set, whose first image is '" + dataset.name(0) + "'");
            }
            picked[i] = position;
        }
        return new Subset(dataset, picked);
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
            List<String> parts = ImageListing.parts(line.text());
            if (parts.size() != FOLDER_PARTS) {
                throw line.refused("is not of the form split/class/file");
            }
            requireFile(line, root);
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
            names.add(line.text());
        }
        return new ImageListing(root, names, labels, classes);
    }

    private static ImageListing flat(List<TextLines.Line> lines, Path root) {
        List<String> names = new ArrayList<>();
        int[] labels = new int[lines.size()];
        for (int i = 0; i < labels.length; i++) {
            TextLines.Line line = lines.get(i);
            List<String> parts = ImageListing.parts(line.text());
            if (parts.isEmpty()) {
                throw line.refused("names no path inside the data folder");
            }
            requireFile(line, root);
            labels[i] = ImageNetClasses.labelOfName(parts.getLast())
                    .orElseThrow(() -> line.refused("is neither of the form split/class/file nor does its name begin"
                            + " with a WordNet id of ImageNet"));
            names.add(line.text());
        }
        return new ImageListing(root, names, labels, ImageNetClasses.names());
    }

    private static void requireFolder(Path root) {
        if (!Files.isDirectory(root)) {
            throw new DataException(root + ": no such data folder");
        }
    }

    private static void requireFile(TextLines.Line line, Path root) {
        if (!Files.isRegularFile(root.resolve(line.text()))) {
            throw line.refused("is no file in " + root);
        }
    }
}
