package dev.goshawk.data.source;

import dev.goshawk.data.DataException;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.image.Preprocessing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Photographs of any size, decoded when they are asked for. Laid out in one of three ways:
 * <ul>
 * <li>{@code split/<WordNet id>/file}: labels are ImageNet's own, also where only some of the 1,000 classes are there.
 * Where no folder's name is a WordNet id of ImageNet, folders are the labels 0, 1, ... in {@link ImageFolder}'s order.
 * </li>
 * <li>files named {@code <WordNet id>_<anything>} in one folder, that of the split or the data folder itself;</li>
 * <li>files anywhere below the data folder that a label list names.</li>
 * </ul>
 * Files that are hidden or end in none of .jpg, .jpeg and .png (in any case) are passed over.
 */
public final class ImageNetFolder {
    private ImageNetFolder() {
    }

    /**
     * Lists a split's class folders, or its files that carry a class in their names.
     *
     * @throws DataException naming the folder or file that is missing, empty or of no class
     */
    public static ImageDataset open(Path root, String split, Preprocessing preprocessing) {
        DataFolder.require(root);
        return new ImageFiles(listing(root, DataFolder.splitName(root, split)), preprocessing);
    }

    /**
     * Opens the files that a list names, {@code <path relative to root> <label or WordNet id>} a line, in its order.
     * Blank lines and lines starting with {@code #} are passed over; a path may hold spaces.
     *
     * @throws DataException naming the line that is none of these
     */
    public static ImageDataset openList(Path root, Path list, Preprocessing preprocessing) {
        List<TextLines.Line> lines = TextLines.read(list, "label list");
        List<String> names = new ArrayList<>(lines.size());
        int[] labels = new int[lines.size()];
        for (int i = 0; i < labels.length; i++) {
            TextLines.Line line = lines.get(i);
            String text = line.text();
            int gap = Math.max(text.lastIndexOf(' '), text.lastIndexOf('\t'));
            if (gap < 0) {
                throw line.refused("is not of the form <path> <label or WordNet id>");
            }
            String path = text.substring(0, gap).strip();
            names.add(String.join("/", Samples.file(line, root, path)));
            labels[i] = label(line, text.substring(gap + 1));
        }
        return new ImageFiles(new ImageListing(root, names, labels, ImageNetClasses.names(), Samples.duplicates(names)),
                preprocessing);
    }

    private static int label(TextLines.Line line, String text) {
        int classes = ImageNetClasses.ids().size();
        int label = ImageNetClasses.label(text)
                .orElseGet(() -> text.matches("\\d{1,4}") ? Integer.parseInt(text) : classes);
        if (label >= classes) {
            throw line.refused("ends in '" + text + "', expected a label of 0 to " + (classes - 1)
                    + " or one of ImageNet's WordNet ids");
        }
        return label;
    }

    private static ImageListing listing(Path root, String split) {
        if (!Files.isDirectory(root.resolve(split))) {
            List<String> own = DataFolder.images(root);
            if (!own.isEmpty()) {
                return flat(root, "", own);
            }
        }
        Path folder = DataFolder.split(root, split);
        List<String> folders = ClassFolders.of(folder);
        if (!folders.isEmpty()) {
            return byFolder(root, split, folders);
        }
        List<String> files = DataFolder.images(folder);
        if (files.isEmpty()) {
            throw new DataException(folder + ": holds neither class folders nor images (.jpg, .jpeg or .png)");
        }
        return flat(root, split + "/", files);
    }

    private static ImageListing byFolder(Path root, String split, List<String> folders) {
        int[] labels = labels(root, split, folders);
        if (labels.length == 0) {
            return ClassFolders.listing(root, split, folders, IntStream.range(0, folders.size()).toArray(), folders);
        }
        return ClassFolders.listing(root, split, folders, labels, ImageNetClasses.names());
    }

    /** ImageNet's labels of class folders, or none where no folder is one of ImageNet's. */
    static int[] labels(Path root, String split, List<String> folders) {
        int[] labels = folders.stream().mapToInt(f -> ImageNetClasses.label(f).orElse(-1)).toArray();
        if (IntStream.of(labels).allMatch(label -> label < 0)) {
            return new int[0];
        }
        for (int k = 0; k < labels.length; k++) {
            if (labels[k] < 0) {
                throw new DataException(root.resolve(split).resolve(folders.get(k))
                        + ": is no WordNet id of ImageNet's 1,000 classes, as other class folders beside it are");
            }
        }
        return labels;
    }

    private static ImageListing flat(Path root, String prefix, List<String> files) {
        int[] labels = new int[files.size()];
        List<String> names = new ArrayList<>(labels.length);
        for (int i = 0; i < labels.length; i++) {
            String file = files.get(i);
            names.add(prefix + file);
            labels[i] = ImageNetClasses.labelOfName(file)
                    .orElseThrow(() -> new DataException(root.resolve(prefix + file)
                            + ": expected a file name that begins with a WordNet id of ImageNet, such as"
                            + " n01440764_tench.JPEG, or a label list"));
        }
        return new ImageListing(root, names, labels, ImageNetClasses.names(), List.of());
    }
}
