package dev.goshawk.packed.integer;

import dev.goshawk.backend.WholeNumbers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** Steps that compute arrays from arrays, one after another. Arrays that nothing reads any more lend their memory to later ones of their kind. */
final class Program {
    /** Computes an array, {@code arrays[to]}, from others. */
    @FunctionalInterface
    interface Action {
        void run(WholeNumbers[] arrays);
    }

    private record Step(Action action, int[] from, int to) {
    }

    /**
     * What an array is.
     *
     * @param inBytes whether its numbers take a byte each
     */
    record Kind(boolean inBytes, int length) {
        WholeNumbers zeros() {
            return WholeNumbers.zeros(inBytes, length);
        }
    }

    private final List<Kind> kinds = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();

    /** An array that is given from outside. */
    int input(Kind kind) {
        kinds.add(kind);
        return kinds.size() - 1;
    }

    Kind kind(int array) {
        return kinds.get(array);
    }

    /** A step and its result; the action is made with the result's number. */
    int add(Kind kind, int[] from, IntFunction<Action> action) {
        int to = input(kind);
        steps.add(new Step(action.apply(to), from, to));
        return to;
    }

    /** Ends the program; what results are made of stays to the end. */
    Memory plan(int[] inputs, int[] results) {
        int[] last = new int[kinds.size()];
        for (int s = 0; s < steps.size(); s++) {
            for (int from : steps.get(s).from()) {
                last[from] = s;
            }
        }
        Arrays.stream(results).forEach(r -> last[r] = steps.size());
        int[] place = new int[kinds.size()];
        List<Kind> pieces = new ArrayList<>();
        Map<Kind, List<Integer>> free = new HashMap<>();
        Arrays.stream(inputs).forEach(i -> place[i] = place(kinds.get(i), pieces, free));
        for (int s = 0; s < steps.size(); s++) {
            Step step = steps.get(s);
            place[step.to()] = place(kinds.get(step.to()), pieces, free);
            for (int from : Arrays.stream(step.from()).distinct().toArray()) {
                if (last[from] == s) {
                    free.computeIfAbsent(kinds.get(from), n -> new ArrayList<>()).add(place[from]);
                }
            }
        }
        return new Memory(List.copyOf(pieces), place);
    }

    private static int place(Kind kind, List<Kind> pieces, Map<Kind, List<Integer>> free) {
        List<Integer> some = free.getOrDefault(kind, List.of());
        if (!some.isEmpty()) {
            return some.removeLast();
        }
        pieces.add(kind);
        return pieces.size() - 1;
    }

    /**
     * Where the arrays are.
     *
     * @param pieces of memory
     * @param place of each array
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Memory(List<Kind> pieces, int[] place) {
        /** Arrays for a run, by number. */
        WholeNumbers[] arrays() {
            List<WholeNumbers> all = pieces.stream().map(Kind::zeros).toList();
            return Arrays.stream(place).mapToObj(all::get).toArray(WholeNumbers[]::new);
        }

        /** Bytes of them. */
        long bytes() {
            return pieces.stream().mapToLong(k -> (long) k.length() * (k.inBytes() ? 1 : Integer.BYTES)).sum();
        }
    }

    /** Some of a run's arrays. */
    static WholeNumbers[] chosen(WholeNumbers[] arrays, int[] some) {
        WholeNumbers[] chosen = new WholeNumbers[some.length];
        Arrays.setAll(chosen, i -> arrays[some[i]]);
        return chosen;
    }

    /** Runs every step. */
    void run(WholeNumbers[] arrays) {
        for (Step step : steps) {
            step.action().run(arrays);
        }
    }
}
