package dev.goshawk.cpu.kernel.loop;

import java.util.List;

/**
 * What a loop over elements does, without its sizes: passes in order, and what each location they name is. Equal shapes share one
 * generated method.
 */
public record LoopShape(List<ElementPass> passes, List<Place> places) {
    /** Copies the lists. */
    public LoopShape {
        passes = List.copyOf(passes);
        places = List.copyOf(places);
    }

    /** What lies at a location. */
    public enum Place {
        /** One element for each of the loop's. */
        FULL,
        /** A chunk of elements, the same for every chunk. */
        REPEATED,
        /** One number for every element; the first of its chunk is read. */
        SCALAR,
        /** One number for each chunk, one after another. */
        BY_CHUNK,
        /** A chunk of sums, for each worker its own. */
        SUM,
        /** Nothing that outlives an element. */
        TEMPORARY
    }
}
