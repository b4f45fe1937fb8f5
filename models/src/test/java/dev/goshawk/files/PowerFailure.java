package dev.goshawk.files;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedSet;
import java.util.LinkedHashSet;

/**
 * What a power failure could take: content that was written and not forced to disk, names that were given in a folder that was not. Some
 * of it may be lost and some not, in any combination, so the order counts as well.
 */
final class PowerFailure {
    private final SequencedSet<Path> contents = new LinkedHashSet<>();
    private final SequencedSet<Path> folders = new LinkedHashSet<>();
    private final List<String> mistakes = new ArrayList<>();

    synchronized void written(Path file) {
        contents.add(file);
    }

    synchronized void forced(Path file) {
        contents.remove(file);
        folders.remove(file);
    }

    /** The name may reach the disk before the content does. */
    synchronized void moved(Path from, Path to) {
        if (contents.remove(from)) {
            contents.add(to);
            mistakes.add(to + " was given its name before its content was forced to disk");
        }
        folders.add(to.toAbsolutePath().getParent());
    }

    synchronized void deleted(Path file) {
        if (!contents.remove(file) && !(contents.isEmpty() && folders.isEmpty())) {
            mistakes.add(file + " was deleted before what replaces it was forced to disk");
        }
    }

    /** One line for each file or folder at risk now, and for each that was at a moment when it must not have been. */
    synchronized List<String> risks() {
        List<String> all = new ArrayList<>(mistakes);
        contents.forEach(file -> all.add(file + ": content not forced to disk"));
        folders.forEach(folder -> all.add(folder + ": names not forced to disk"));
        return all;
    }

    synchronized void forget() {
        contents.clear();
        folders.clear();
        mistakes.clear();
    }
}
