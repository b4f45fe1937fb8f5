package dev.goshawk.models.parameters;

import dev.goshawk.models.Network;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.weights.Weights;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the names of a weight file have more than the network's own: parts that wrappers put anywhere ({@code module},
 * {@code _orig_mod}), and a prefix of the module that the network is in ({@code model.}, {@code net.}).
 */
final class WeightNames {
    private static final Set<String> WRAPPERS = Set.of("module", "_orig_mod", "_fsdp_wrapped_module",
            "_checkpoint_wrapped_module");
    /** A longer name is no network's. */
    private static final int LONGEST = 1000;
    private static final int MOST_PATTERNS = 4;

    private final Network network;
    /** New names by old ones, where they differ and fit; else empty. */
    private final Map<String, String> renamed;
    private final Set<String> taken;
    /** Prefixes under each of which the whole network is there. */
    private final List<String> whole;

    private WeightNames(Network network, Map<String, String> renamed, Set<String> taken, List<String> whole) {
        this.network = network;
        this.renamed = renamed;
        this.taken = taken;
        this.whole = whole;
    }

    static WeightNames of(Network network, Weights weights) {
        Set<String> wanted = network.parameters().stream().map(ParameterSpec::name).collect(Collectors.toSet());
        Set<String> names = new LinkedHashSet<>(weights.names());
        names.addAll(weights.skipped().keySet());
        WeightNames asTheyAre = new WeightNames(network, Map.of(), Set.of(), List.of());
        if (names.containsAll(wanted)) {
            return asTheyAre;
        }
        Map<String, Integer> fitting = fitting(names, wanted);
        List<String> whole = fitting.entrySet().stream().filter(e -> e.getValue() == wanted.size())
                .map(Map.Entry::getKey).toList();
        if (whole.size() > 1) {
            return new WeightNames(network, Map.of(), Set.of(), whole.stream().map(p -> p + "*").toList());
        }
        String prefix = whole.isEmpty() ? common(names, fitting) : whole.getFirst();
        return prefix == null ? asTheyAre : without(network, names, prefix);
    }

    /** How many of the wanted names there are after each prefix. */
    private static Map<String, Integer> fitting(Set<String> names, Set<String> wanted) {
        Map<String, Integer> fitting = new LinkedHashMap<>();
        for (String name : names) {
            String plain = unwrapped(name);
            for (int start = 0; start >= 0 && plain.length() <= LONGEST; start = after(plain, start)) {
                if (wanted.contains(plain.substring(start))) {
                    fitting.merge(plain.substring(0, start), 1, Integer::sum);
                }
            }
        }
        return fitting;
    }

    private static int after(String name, int start) {
        int dot = name.indexOf('.', start);
        return dot < 0 ? -1 : dot + 1;
    }

    /** Where the network is not whole under any prefix: one that all names carry, after which most are the network's. */
    private static @Nullable String common(Set<String> names, Map<String, Integer> fitting) {
        return fitting.entrySet().stream()
                .filter(e -> names.stream().allMatch(name -> unwrapped(name).startsWith(e.getKey())))
                .max(Map.Entry.<String, Integer>comparingByValue()
                        .thenComparing(e -> -e.getKey().length()))
                .map(Map.Entry::getKey).orElse(null);
    }

    private static WeightNames without(Network network, Set<String> names, String prefix) {
        Map<String, String> renamed = new HashMap<>();
        Set<String> taken = new LinkedHashSet<>();
        Set<String> results = new HashSet<>();
        for (String name : names) {
            String plain = unwrapped(name);
            String own = plain.startsWith(prefix) ? plain.substring(prefix.length()) : plain;
            if (!results.add(own)) {
                return new WeightNames(network, Map.of(), Set.of(), List.of());
            }
            if (!plain.equals(name)) {
                Arrays.stream(name.split("\\.")).filter(WRAPPERS::contains).forEach(part -> taken.add(part + "."));
            }
            renamed.put(name, own);
        }
        if (!prefix.isEmpty()) {
            taken.add(prefix);
        }
        return new WeightNames(network, renamed, taken, List.of());
    }

    private static String unwrapped(String name) {
        if (WRAPPERS.stream().noneMatch(name::contains)) {
            return name;
        }
        return Arrays.stream(name.split("\\.", -1)).filter(part -> !WRAPPERS.contains(part))
                .collect(Collectors.joining("."));
    }

    /** The weights under their new names. */
    Weights apply(Weights weights) {
        return renamed.isEmpty() ? weights : weights.renamed(name -> renamed.getOrDefault(name, name));
    }

    /** Tells what came off, if anything did. */
    void note(Consumer<String> notes) {
        if (!taken.isEmpty()) {
            notes.accept("the names fit " + network.name() + " without "
                    + taken.stream().map(part -> "'" + WeightMatch.printable(part) + "'")
                            .collect(Collectors.joining(" and ")));
        }
    }

    /** Patterns of names, one for each prefix under which the whole network is there, where there are several. */
    List<String> whole() {
        return whole;
    }

    boolean isAmbiguous() {
        return whole.size() > 1;
    }

    /** A few patterns that match the names and none of the network's, or nothing where it takes more. */
    static List<String> patterns(Network network, List<String> names) {
        Set<String> ends = new HashSet<>();
        network.parameters().forEach(spec -> {
            for (int start = 0; start >= 0; start = after(spec.name(), start)) {
                ends.add(spec.name().substring(start));
            }
        });
        List<String> patterns = names.stream().map(name -> name.substring(name.lastIndexOf('.') + 1)).distinct()
                .limit(MOST_PATTERNS + 1).toList();
        if (patterns.size() > MOST_PATTERNS || patterns.stream().anyMatch(ends::contains)) {
            patterns = names;
        }
        boolean plain = patterns.stream().allMatch(p -> p.matches("[\\w.-]{1,100}") && !ends.contains(p));
        return plain && patterns.size() <= MOST_PATTERNS ? patterns : List.of();
    }
}
