package dev.goshawk.hawq.quantize.family;

import dev.goshawk.hawq.quantize.UniformQuantizer;
import dev.goshawk.hawq.quantize.Quantizer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/** The quantizers that can be chosen by name. */
public final class Quantizers {
    private static final SequencedMap<String, Quantizer> BY_NAME = new LinkedHashMap<>();

    static {
        BY_NAME.put("uniform", UniformQuantizer.standard());
        BY_NAME.put("lsq", new LearnedStepQuantizer());
        BY_NAME.put("pact", PactQuantizer.standard());
        BY_NAME.put("dorefa", new DorefaQuantizer());
        BY_NAME.put("lq-nets", new LqNetsQuantizer());
        BY_NAME.put("rvquant", ValueAwareQuantizer.standard());
    }

    private Quantizers() {
    }

    /** All of them, with their usual settings. */
    public static SequencedMap<String, Quantizer> all() {
        return Collections.unmodifiableSequencedMap(BY_NAME);
    }

    /** The name of a quantizer with its usual settings, or empty. */
    static Optional<String> nameOf(Quantizer quantizer) {
        Quantizer family = quantizer instanceof StartingClips starting ? starting.quantizer() : quantizer;
        return BY_NAME.entrySet().stream().filter(e -> e.getValue().equals(family)).map(Map.Entry::getKey)
                .findFirst();
    }

    /**
     * The quantizer of a name.
     *
     * @throws IllegalArgumentException in one line that lists the names, if there is none
     */
    public static Quantizer byName(String name) {
        Quantizer quantizer = BY_NAME.get(name);
        if (quantizer == null) {
            throw new IllegalArgumentException(
                    "quantizer: expected one of " + String.join(", ", BY_NAME.sequencedKeySet())
                            + ", got '" + name + "'");
        }
        return quantizer;
    }
}
