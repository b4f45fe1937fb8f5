package dev.goshawk.hawq.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Memory wanted by a computation of several phases. What is held throughout is there in every phase; phases follow each
 * other, and each gives back what it took.
 *
 * @param held parts that live to the end
 * @param phases parts of which one lives at a time
 */
public record Footprint(List<Part> held, List<Part> phases) {
    /** Nothing. */
    public static final Footprint NONE = new Footprint(List.of(), List.of());

    /**
     * One purpose's memory.
     *
     * @param what in a few words, with the sizes it follows from
     */
    public record Part(String what, long bytes) {
    }

    public Footprint {
        held = List.copyOf(held);
        phases = List.copyOf(phases);
    }

    /** With something more that lives to the end. */
    public Footprint hold(String what, long bytes) {
        return new Footprint(with(held, new Part(what, bytes)), phases);
    }

    /** With one more phase. */
    public Footprint phase(String what, long bytes) {
        return new Footprint(held, with(phases, new Part(what, bytes)));
    }

    private static List<Part> with(List<Part> parts, Part more) {
        List<Part> all = new ArrayList<>(parts);
        all.add(more);
        return all;
    }

    /** Bytes of what is held throughout. */
    public long heldBytes() {
        return held.stream().mapToLong(Part::bytes).sum();
    }

    /**
     * The largest halving of a batch that would fit, if what does not live to the end is in proportion to it.
     *
     * @param batch images at once, which this is the memory of
     * @param limit bytes there are
     */
    public OptionalInt fitting(int batch, long limit) {
        long each = (bytes() - heldBytes()) / batch;
        for (int images = batch / 2; images >= 1; images /= 2) {
            if (heldBytes() + each * images <= limit) {
                return OptionalInt.of(images);
            }
        }
        return OptionalInt.empty();
    }

    /** Bytes at the fullest moment. */
    public long bytes() {
        return heldBytes() + phases.stream().mapToLong(Part::bytes).max().orElse(0);
    }
}
