package dev.goshawk.data.source;

import dev.goshawk.data.DataException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A split's class folders: their order, their images, and lines on what was chosen or passed over. */
final class ClassFolders {
    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final Comparator<String> BY_NUMBER = Comparator.<String, String>comparing(
            n -> n.replaceFirst("^0+", ""), Comparator.comparing(String::length).thenComparing(n -> n))
            .thenComparing(n -> n);

    private final Path root;
    private final String split;
    private final List<String> names = new ArrayList<>();
    private final IntStream.Builder labels = IntStream.builder();
    private int below;
    private String firstBelow = "";

    private ClassFolders(Path root, String split) {
        this.root = root;
        this.split = split;
    }

    /** Names in alphabetical order, or by size where all are whole numbers. */
    static List<String> of(Path folder) {
        List<String> names = DataFolder.folders(folder);
        return areNumbers(names) ? names.stream().sorted(BY_NUMBER).toList() : names;
    }

    private static boolean areNumbers(List<String> names) {
        return names.stream().allMatch(n -> NUMBER.matcher(n).matches());
    }

    /** The images of class folders, folder k having label {@code labels[k]} of {@code classes}. */
    static ImageListing listing(Path root, String split, List<String> folders, int[] labels, List<String> classes) {
        ClassFolders all = new ClassFolders(root, split);
        for (int k = 0; k < labels.length; k++) {
            all.add(folders.get(k), labels[k]);
        }
        return new ImageListing(root, all.names, all.labels.build().toArray(), classes, all.notes(folders));
    }

    private void add(String name, int label) {
        Path folder = root.resolve(split).resolve(name);
        int belowBefore = below;
        List<String> inner = new ArrayList<>();
        List<String> files = DataFolder.entries(folder, f -> {
            boolean isFolder = Files.isDirectory(folder.resolve(f));
            if (isFolder) {
                inner.add(f.toString());
            }
            return !isFolder && DataFolder.isImageName(f.toString());
        });
        inner.stream().sorted().forEach(f -> countBelow(folder.resolve(f)));
        if (files.isEmpty()) {
            throw new DataException(folder + ": class folder holds no images (.jpg, .jpeg or .png)"
                    + (below == belowBefore
                            ? ""
                            : ", but folders in it hold " + (below - belowBefore) + ": move them up"));
        }
        for (String file : files) {
            names.add(split + "/" + name + "/" + file);
            labels.add(label);
        }
    }

    private void countBelow(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.filter(f -> DataFolder.isImageName(f.toString()) && Files.isRegularFile(f)).sorted().forEach(f -> {
                if (below++ == 0) {
                    firstBelow = f.toString();
                }
            });
        } catch (IOException | UncheckedIOException e) {
            // A folder that is not read anyway.
        }
    }

    private List<String> notes(List<String> folders) {
        List<String> notes = new ArrayList<>();
        List<String> asText = folders.stream().sorted().toList();
        if (areNumbers(folders) && !folders.equals(asText)) {
            int k = IntStream.range(0, folders.size()).filter(i -> !folders.get(i).equals(asText.get(i))).findFirst()
                    .orElse(0);
            notes.add("class folders are whole numbers and ordered as such: label " + k + " is " + folders.get(k)
                    + " (as text, which PyTorch's ImageFolder orders by, it would be " + asText.get(k) + ")");
        }
        if (below > 0) {
            notes.add("passed over in folders below class folders: " + images(below) + ", the first " + firstBelow);
        }
        List<String> beside = DataFolder.images(root.resolve(split));
        if (!beside.isEmpty()) {
            notes.add("passed over beside class folders: " + images(beside.size()) + ", the first "
                    + root.resolve(split).resolve(beside.getFirst()));
        }
        return notes;
    }

    private static String images(int n) {
        return n == 1 ? "1 image" : n + " images";
    }
}
