package dev.goshawk.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Readings taken in turn: the i-th of each list belong together. */
final class Readings {
    final List<Double> ours = new ArrayList<>();
    final List<Double> peers = new ArrayList<>();
    final List<Double> peak = new ArrayList<>();

    int size() {
        return ours.size();
    }

    static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    Result result(Bar bar, @Nullable Double gflops, @Nullable Double share, @Nullable String configuration,
            @Nullable Double check) {
        if (peers.isEmpty()) {
            return new Result(bar, median(ours), null, null, null, null, gflops, share, null, null);
        }
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < ours.size(); i++) {
            ratios.add(peers.get(i) / ours.get(i));
        }
        return new Result(bar, median(ours), median(peers), median(ratios),
                ratios.stream().min(Double::compare).orElseThrow(), ratios.stream().max(Double::compare).orElseThrow(),
                gflops,
                share, configuration, check);
    }
}
