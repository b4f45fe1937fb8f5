package dev.goshawk.data;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What becomes of images whose files cannot be decoded: either the first one ends the run, or each is named once,
 * counted and left out, however often a training comes back to it. Used by one thread, which meets the faults in the
 * order of the images.
 */
public final class ImageFaults {
    private static final int KEPT = 20;

    private final boolean strict;
    private final Consumer<String> listener;
    private final List<String> first = new ArrayList<>();
    private final Set<String> met = new HashSet<>();
    private int count;

    private ImageFaults(boolean strict, Consumer<String> listener) {
        this.strict = strict;
        this.listener = listener;
    }

    /** The first fault is thrown. */
    public static ImageFaults strict() {
        return new ImageFaults(true, _ -> {
        });
    }

    /** Faults are counted; the listener receives a line for each, which begins with the file. */
    public static ImageFaults counted(Consumer<String> listener) {
        return new ImageFaults(false, listener);
    }

    /** How many images were left out. */
    public int count() {
        return count;
    }

    /** The lines of the first 20 faults. */
    public List<String> first() {
        return List.copyOf(first);
    }

    /** Takes a fault, or throws it where none is tolerated. */
    void meet(DataException fault) {
        if (strict) {
            throw fault;
        }
        String line = String.valueOf(fault.getMessage());
        if (!met.add(line)) {
            return;
        }
        count++;
        if (first.size() < KEPT) {
            first.add(line);
        }
        listener.accept(line);
    }
}
