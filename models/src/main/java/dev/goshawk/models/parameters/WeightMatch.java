package dev.goshawk.models.parameters;

import dev.goshawk.models.Network;
import dev.goshawk.models.Networks;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import dev.goshawk.weights.Weights;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * How weights differ from what a network takes.
 *
 * @param missing names of parameters the weights lack
 * @param unexpected names the network has no use for
 * @param misshapen a line for each tensor of another shape or type, in PyTorch's layout
 */
record WeightMatch(List<String> missing, List<String> unexpected, List<String> misshapen) {
    private static final int SHOWN = 4;
    private static final int LONGEST_NAME = 120;
    private static final String COUNTER = ".num_batches_tracked";

    static WeightMatch of(Network network, Weights weights) {
        List<String> missing = new ArrayList<>();
        List<String> misshapen = new ArrayList<>();
        Set<String> known = new HashSet<>();
        for (ParameterSpec spec : network.parameters()) {
            known.add(spec.name());
            String other = weights.skipped().get(spec.name());
            if (other != null) {
                misshapen
                        .add(spec.name() + ": expected floating numbers " + TorchLayout.shape(spec) + ", got " + other);
                continue;
            }
            if (!weights.contains(spec.name())) {
                missing.add(spec.name());
                continue;
            }
            Tensor t = weights.get(spec.name());
            Shape expected = TorchLayout.shape(spec);
            if (!t.shape().equals(expected) || !t.dtype().isFloating()) {
                misshapen.add(spec.name() + ": expected " + expected + ", got " + t.dtype() + t.shape());
            }
        }
        List<String> unexpected = weights.names().stream()
                .filter(n -> !known.contains(n) && !n.endsWith(COUNTER) && !network.ignores(n)).toList();
        return new WeightMatch(missing, unexpected, misshapen);
    }

    /**
     * The weights under the network's names: what frameworks put before names comes off where that makes them fit.
     *
     * @param notes told what came off
     * @throws ParameterMismatchException saying everything that differs, and which network they would fit
     */
    static Weights fit(Network network, Weights file, Consumer<String> notes) {
        Weights weights = named(network, file);
        WeightNames names = WeightNames.of(network, weights);
        Weights fitting = names.apply(weights);
        WeightMatch match = of(network, fitting);
        if (match.isExact()) {
            names.note(notes);
            return fitting;
        }
        String subject = weights.source() + ": not the weights of " + network.name() + " with " + network.classes()
                + " classes: ";
        if (names.isAmbiguous()) {
            throw new ParameterMismatchException(subject + "they are there more than once, as "
                    + String.join(" and ", names.whole().stream().map(WeightMatch::printable).toList()),
                    names.whole().subList(1, names.whole().size()));
        }
        String other = Networks.names().stream().filter(name -> {
            Network candidate = Networks.byName(name);
            Weights theirs = named(candidate, file);
            return of(candidate, WeightNames.of(candidate, theirs).apply(theirs)).isExact();
        }).findFirst().map(name -> "; these are the weights of " + name).orElse("");
        boolean onlyMore = match.missing.isEmpty() && match.misshapen.isEmpty() && other.isEmpty();
        throw new ParameterMismatchException(subject + match.describe() + other,
                onlyMore ? WeightNames.patterns(network, match.unexpected) : List.of());
    }

    /** The weights by the names that the network has for them, unless that would make two of one. */
    private static Weights named(Network network, Weights weights) {
        Set<String> names = new HashSet<>(weights.names());
        names.addAll(weights.skipped().keySet());
        return names.stream().map(network::nameOf).distinct().count() == names.size()
                ? weights.renamed(network::nameOf)
                : weights;
    }

    private boolean isExact() {
        return missing.isEmpty() && unexpected.isEmpty() && misshapen.isEmpty();
    }

    private String describe() {
        List<String> parts = new ArrayList<>();
        add(parts, "missing", missing);
        add(parts, "unexpected", unexpected);
        add(parts, "of another shape or type", misshapen);
        return String.join("; ", parts);
    }

    private static void add(List<String> parts, String what, List<String> names) {
        if (!names.isEmpty()) {
            List<String> shown = names.stream().limit(SHOWN).map(WeightMatch::printable).toList();
            parts.add(names.size() + " " + what + " (" + String.join(", ", shown)
                    + (names.size() > SHOWN ? ", ...)" : ")"));
        }
    }

    /** Names come from a file: they may hold anything, but a message is one line. */
    static String printable(String name) {
        String shortened = name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME) + "...";
        return shortened.replaceAll("[\\p{Cntrl}\\u2028\\u2029]", "?");
    }
}
