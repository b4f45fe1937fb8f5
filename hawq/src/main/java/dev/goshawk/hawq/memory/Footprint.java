package dev.goshawk.hawq.memory;

import java.util.ArrayList;
import java.util.List;

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

    /** Bytes at the fullest moment. */
    public long bytes() {
        return heldBytes() + phases.stream().mapToLong(Part::bytes).max().orElse(0);
    }
}
