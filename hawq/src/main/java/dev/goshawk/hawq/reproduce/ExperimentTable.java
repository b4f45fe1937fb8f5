package dev.goshawk.hawq.reproduce;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The rows of a table, the most important first.
 *
 * @param network name of the network
 * @param rows all of them with the first seed, the float network first
 * @param seeded names of rows whose differences are small enough to need several seeds
 */
public record ExperimentTable(String network, List<Experiment> rows, Set<String> seeded) {
    public ExperimentTable {
        rows = List.copyOf(rows);
        seeded = Set.copyOf(seeded);
    }

    /** What can be chosen. */
    public Set<String> names() {
        return rows.stream().map(Experiment::row).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /**
     * The rows to run, in their order; the float network is always among them.
     *
     * @param only names of rows, empty for all
     * @param seeds of the rows that have several; the others have one
     * @throws IllegalArgumentException in one line that lists the names, if there is none of a name
     */
    public List<Experiment> choose(List<String> only, int seeds) {
        for (String name : only) {
            if (!names().contains(name)) {
                throw new IllegalArgumentException(
                        "expected some of " + String.join(", ", names()) + ", got '" + name + "'");
            }
        }
        List<Experiment> first = rows.stream()
                .filter(e -> e.isBaseline() || only.isEmpty() || only.contains(e.row()))
                .toList();
        List<Experiment> all = new ArrayList<>(first);
        for (int seed = 2; seed <= seeds; seed++) {
            for (Experiment e : first) {
                if (seeded.contains(e.row())) {
                    all.add(e.withSeed(seed));
                }
            }
        }
        return all;
    }
}
