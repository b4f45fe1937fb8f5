package dev.goshawk.data.source;

import java.nio.file.Path;
import java.util.List;

/**
 * Which images a data set holds, none of them opened yet.
 *
 * @param root what the names are relative to
 * @param names paths with {@code /} between their parts, in the data set's order
 * @param labels one for each name
 * @param classes names in label order
 * @param notes lines on what was chosen or passed over
 */
record ImageListing(Path root, List<String> names, int[] labels, List<String> classes, List<String> notes) {
}
