package dev.goshawk.hawq.cli.option;

import dev.goshawk.models.parameters.ParameterMismatchException;
import dev.goshawk.weights.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Entries of a weight file that are left out by name. */
public final class IgnoredWeights {
    private static final String NAME = "--ignore-weights";

    @Option(names = NAME, paramLabel = "NAME", split = ",",
            description = "Entries of the weight file to skip: names, or their last parts after a dot, with '*' as a wildcard; "
                    + "for example total_ops,total_params.")
    private List<String> patterns = new ArrayList<>();

    /** What of the weights is left; a note says how many entries are gone. */
    Weights apply(Weights weights, List<String> notes) {
        Weights left = weights;
        for (String pattern : patterns) {
            left = left.without(pattern);
        }
        if (!patterns.isEmpty()) {
            int before = weights.names().size() + weights.skipped().size();
            int after = left.names().size() + left.skipped().size();
            notes.add((before - after) + " of " + before + " entries left out by name");
        }
        return left;
    }

    /** Fails with one line if there is no file whose entries could be left out. */
    void check(@Nullable Path weights) {
        if (!patterns.isEmpty() && (weights == null || StartWeights.isRandomWord(weights))) {
            throw new IllegalArgumentException(NAME + ": expected a weight file to leave entries out of, got "
                    + (weights == null ? "none" : weights));
        }
    }

    /** Adds the option to a run's settings, where it was given. */
    void putInto(Map<String, String> settings) {
        if (!patterns.isEmpty()) {
            settings.put(NAME, String.join(",", patterns));
        }
    }

    /** The mismatch, with the switch that mends it where there is one. */
    static IllegalArgumentException withRemedy(ParameterMismatchException e) {
        if (e.tooMany().isEmpty()) {
            return e;
        }
        boolean quoted = e.tooMany().stream().anyMatch(p -> p.contains("*"));
        String patterns = e.tooMany().stream().collect(Collectors.joining(",", quoted ? "'" : "", quoted ? "'" : ""));
        return new IllegalArgumentException(e.getMessage() + "; to leave them out: " + NAME + " " + patterns, e);
    }
}
