package dev.goshawk.hawq.run;

import dev.goshawk.hawq.quantize.family.StoredActivations;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.weights.WeightFileException;
import dev.goshawk.weights.Weights;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A network's parameters from a weight file, and how a quantized network's activations are rounded.
 *
 * @param activations null where they are computed as floats
 * @param clips trained by PACT for some sites' activations, of which the floats know nothing; empty where the file has none
 */
public record LoadedWeights(Parameters parameters, @Nullable StoredActivations activations,
        SequencedMap<String, Double> clips) {
    /** Without clips. */
    public LoadedWeights(Parameters parameters, @Nullable StoredActivations activations) {
        this(parameters, activations, new LinkedHashMap<>());
    }

    /**
     * Reads what a file holds.
     *
     * @param quantized whether activations are rounded where the file says how; otherwise a note says that they are not
     * @param notes given a line about each thing that was chosen or passed over
     * @throws dev.goshawk.models.parameters.ParameterMismatchException if these are not the network's weights
     * @throws WeightFileException if what the file says of activations is damaged
     */
    public static LoadedWeights of(Weights weights, Network network, DType dtype, boolean quantized,
            Consumer<String> notes) {
        StoredActivations activations = quantized ? activations(weights) : null;
        long ranges = StoredActivations.count(weights.metadata());
        if (ranges > 0 && activations == null) {
            notes.accept("a quantized network's weights; its " + ranges
                    + " activation ranges are not applied, activations are computed in " + dtype
                    + (quantized ? " (the file does not say their width)" : ""));
        }
        ActivationClips clips = ActivationClips.of(weights, network, dtype);
        clips.describe().ifPresent(notes);
        return new LoadedWeights(Parameters.load(network, clips.weights(), dtype, notes), activations, clips.clips());
    }

    private static @Nullable StoredActivations activations(Weights weights) {
        try {
            return StoredActivations.of(weights.metadata()).filter(a -> !a.ranges().isEmpty()).orElse(null);
        } catch (IllegalArgumentException e) {
            throw new WeightFileException(weights.source(), String.valueOf(e.getMessage()), e);
        }
    }
}
