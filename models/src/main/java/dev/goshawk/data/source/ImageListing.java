package dev.goshawk.data.source;

import dev.goshawk.data.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Which images a data set holds, none of them opened yet.
 *
 * @param root what the names are relative to
 * @param names paths with {@code /} between their parts, in the data set's order
 * @param labels one for each name
 * @param classes names in label order
 */
record ImageListing(Path root, List<String> names, int[] labels, List<String> classes) {

    /** Splits of a path that stays inside its folder, or nothing where it might leave it. */
    static List<String> parts(String path) {
        List<String> parts = Arrays.asList(path.split("/", -1));
        return parts.stream().allMatch(ImageListing::isPlain) ? parts : List.of();
    }

    private static boolean isPlain(String part) {
        return !part.isEmpty() && !part.equals(".") && !part.equals("..")
                && part.chars().noneMatch(Character::isISOControl);
    }

    static boolean isImageName(String file) {
        String lower = file.toLowerCase(Locale.ROOT);
        return lower.endsWith(".jpg") || lower.endsWith(".jpeg") || lower.endsWith(".png");
    }

    /** Names of wanted entries of a folder, sorted; hidden ones are passed over. */
    static List<String> entries(Path folder, Predicate<Path> wanted) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(folder::relativize).filter(f -> !f.toString().startsWith(".")).filter(wanted)
                    .map(Path::toString).sorted().toList();
        } catch (IOException e) {
            throw new DataException(folder + ": cannot be listed (" + e.getMessage() + ")", e);
        }
    }

    /** Names of the folders in a folder, sorted. */
    static List<String> folders(Path folder) {
        return entries(folder, f -> Files.isDirectory(folder.resolve(f)));
    }

    /** Names of the image files in a folder, sorted. */
    static List<String> images(Path folder) {
        return entries(folder, f -> isImageName(f.toString()) && !Files.isDirectory(folder.resolve(f)));
    }
}
