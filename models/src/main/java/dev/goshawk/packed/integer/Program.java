package dev.goshawk.packed.integer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** Steps that compute arrays from arrays, one after another. Arrays that nothing reads any more lend their memory to later ones of their length. */
final class Program {
    /** Computes an array, {@code arrays[to]}, from others. */
    @FunctionalInterface
    interface Action {
        void run(int[][] arrays);
    }

    private record Step(Action action, int[] from, int to) {
    }

    private final List<Integer> lengths = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();

    /** An array that is given from outside. */
    int input(int length) {
        lengths.add(length);
        return lengths.size() - 1;
    }

    /** A step and its result; the action is made with the result's number. */
    int add(int length, int[] from, IntFunction<Action> action) {
        int to = input(length);
        steps.add(new Step(action.apply(to), from, to));
        return to;
    }

    /** Ends the program; what results are made of stays to the end. */
    Memory plan(int[] inputs, int[] results) {
        int[] last = new int[lengths.size()];
        for (int s = 0; s < steps.size(); s++) {
            for (int from : steps.get(s).from()) {
                last[from] = s;
            }
        }
        Arrays.stream(results).forEach(r -> last[r] = steps.size());
        int[] place = new int[lengths.size()];
        List<Integer> sizes = new ArrayList<>();
        Map<Integer, List<Integer>> free = new HashMap<>();
        Arrays.stream(inputs).forEach(i -> place[i] = place(lengths.get(i), sizes, free));
        for (int s = 0; s < steps.size(); s++) {
            Step step = steps.get(s);
            place[step.to()] = place(lengths.get(step.to()), sizes, free);
            for (int from : Arrays.stream(step.from()).distinct().toArray()) {
                if (last[from] == s) {
                    free.computeIfAbsent(lengths.get(from), n -> new ArrayList<>()).add(place[from]);
                }
            }
        }
        return new Memory(sizes.stream().mapToInt(n -> n).toArray(), place);
    }

    private static int place(int length, List<Integer> sizes, Map<Integer, List<Integer>> free) {
        List<Integer> some = free.getOrDefault(length, List.of());
        if (!some.isEmpty()) {
            return some.removeLast();
        }
        sizes.add(length);
        return sizes.size() - 1;
    }

    /**
     * Where the arrays are.
     *
     * @param sizes of the pieces of memory
     * @param place of each array
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Memory(int[] sizes, int[] place) {
        /** Arrays for a run, by number. */
        int[][] arrays() {
            int[][] pieces = Arrays.stream(sizes).mapToObj(int[]::new).toArray(int[][]::new);
            return Arrays.stream(place).mapToObj(p -> pieces[p]).toArray(int[][]::new);
        }

        /** Bytes of them. */
        long bytes() {
            return Arrays.stream(sizes).asLongStream().sum() * Integer.BYTES;
        }
    }

    /** Runs every step. */
    void run(int[][] arrays) {
        for (Step step : steps) {
            step.action().run(arrays);
        }
    }
}
