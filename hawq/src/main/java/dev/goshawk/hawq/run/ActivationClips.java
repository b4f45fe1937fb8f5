package dev.goshawk.hawq.run;

import dev.goshawk.models.ActivationSite;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import dev.goshawk.weights.WeightFileException;
import dev.goshawk.weights.Weights;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The trained clips that a published PACT checkpoint holds beside the weights: {@code layer1.0.alpha1} is where the activations of
 * {@code layer1.0.relu1} end, {@code alpha1} or {@code alpha} of the network itself where those of its {@code relu} do.
 *
 * @param weights the file's other entries
 * @param clips by site, above 0; empty where the file has no such entries, or some that belong to no site of the network
 * @param passedOver sites whose clip is not above 0, which is no range: training can leave such a one where nothing draws it back
 */
record ActivationClips(Weights weights, SequencedMap<String, Double> clips, List<String> passedOver) {
    private static final Pattern ALPHA = Pattern.compile("((?:.*\\.)?)alpha(\\d*)");

    /**
     * Looks for clips.
     *
     * @throws WeightFileException if one is not a number above 0
     */
    static ActivationClips of(Weights file, Network network, DType dtype) {
        List<String> names = file.names().stream().filter(n -> ALPHA.matcher(n).matches()).toList();
        SequencedMap<String, Double> clips = new LinkedHashMap<>();
        List<String> passedOver = new ArrayList<>();
        if (!names.isEmpty()) {
            Set<String> sites = network.trace(dtype, 1, Mode.EVALUATION).activations().stream()
                    .map(ActivationSite::name)
                    .collect(Collectors.toSet());
            int wrapper = commonParts(file.names());
            for (String name : names) {
                String site = site(name.substring(wrapper), sites);
                if (!sites.contains(site)) {
                    return new ActivationClips(file, new LinkedHashMap<>(), List.of());
                }
                double clip = clip(file, name);
                if (clip > 0) {
                    clips.put(site, clip);
                } else {
                    passedOver.add(site);
                }
            }
        }
        return new ActivationClips(names.isEmpty() ? file : file.renamed(n -> names.contains(n) ? null : n), clips,
                passedOver);
    }

    /** Length of the dotted parts that all names begin with, which wrappers put there. */
    private static int commonParts(Set<String> names) {
        String first = names.iterator().next();
        int length = 0;
        while (true) {
            int end = first.indexOf('.', length) + 1;
            if (end == 0 || !names.stream().allMatch(n -> n.startsWith(first.substring(0, end)))) {
                return length;
            }
            length = end;
        }
    }

    private static String site(String name, Set<String> sites) {
        Matcher parts = ALPHA.matcher(name);
        if (!parts.matches()) {
            throw new IllegalStateException(name);
        }
        String site = parts.group(1) + "relu" + parts.group(2);
        return sites.contains(site) ? site : parts.group(1) + "relu";
    }

    private static double clip(Weights file, String name) {
        Tensor tensor = file.get(name);
        double clip = tensor.size() == 1 ? tensor.get(0) : Double.NaN;
        if (!Double.isFinite(clip)) {
            throw new WeightFileException(file.source(), "expected '" + name
                    + "', where activations are clipped, to be one finite number, got "
                    + (tensor.size() == 1 ? tensor.get(0) : "shape " + tensor.shape()));
        }
        return clip;
    }

    /** For people: what was found, if anything. */
    Optional<String> describe() {
        if (clips.isEmpty() && passedOver.isEmpty()) {
            return Optional.empty();
        }
        String range = clips.isEmpty()
                ? "no trained clip of activations that is above 0"
                : String.format(Locale.ROOT,
                        "%d trained clips of activations, %.4g to %.4g: quantize starts from them, floats do "
                                + "not need them",
                        clips.size(), Collections.min(clips.values()),
                        Collections.max(clips.values()));
        return Optional.of(range + (passedOver.isEmpty()
                ? ""
                : "; not above 0, so passed over: " + String.join(", ", passedOver)));
    }
}
