package dev.goshawk;

import java.util.Arrays;
import java.util.stream.IntStream;

/** Walks over the elements of a symmetric array of equal sides, of each set of equal ones the one whose index ascends. */
final class SymmetricIndex {
    private final int side;
    private final int[] at;

    /**
     * At the first element.
     *
     * @param side length of each side, at least 1
     * @param rank number of sides; 0 has one element
     */
    SymmetricIndex(int side, int rank) {
        this.side = side;
        this.at = new int[rank];
    }

    /** The index, a number for each side; changed by {@link #next}. */
    int[] at() {
        return at;
    }

    /** Elements of the whole array. */
    int count() {
        int count = 1;
        for (int i = 0; i < at.length; i++) {
            count *= side;
        }
        return count;
    }

    /** Goes on; false after the last. */
    boolean next() {
        for (int i = at.length - 1; i >= 0; i--) {
            if (at[i] + 1 < side) {
                Arrays.fill(at, i, at.length, at[i] + 1);
                return true;
            }
        }
        return false;
    }

    /** The places, in row-major order, of all elements that are equal to this one; each once. */
    int[] places() {
        return places(at.clone(), 0).distinct().toArray();
    }

    private IntStream places(int[] index, int from) {
        if (from >= index.length - 1) {
            return IntStream.of(Arrays.stream(index).reduce(0, (place, i) -> place * side + i));
        }
        return IntStream.range(from, index.length).flatMap(i -> {
            int[] swapped = index.clone();
            swapped[from] = index[i];
            swapped[i] = index[from];
            return places(swapped, from + 1);
        });
    }
}
