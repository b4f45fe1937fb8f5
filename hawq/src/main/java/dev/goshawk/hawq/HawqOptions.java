package dev.goshawk.hawq;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.hawq.allocate.SizeTarget;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.family.StartingClips;
import dev.goshawk.hawq.run.RunFolder;
import dev.goshawk.hawq.search.SearchTask;
import dev.goshawk.hawq.training.TrainingData;
import dev.goshawk.hawq.training.TrainingSettings;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import java.util.HashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/**
 * How a network is quantized: everything that the result depends on in addition to network, weights and data.
 *
 * @param methods each is run from the float weights, the first one's network is the run's model; at least one, no two of one name
 * @param target size of the weights
 * @param curvature over which images and how closely curvature is found
 * @param fineTuning how long and at which rate
 * @param training batch, seed, width of activations and the like; each method brings its own quantizer
 * @param untrained whether the weights are random: batch normalization's running statistics are then measured on the first training images
 * @param backend what computes
 */
public record HawqOptions(List<Method> methods, SizeTarget target, CurvatureSettings curvature, FineTuning fineTuning,
        TrainingSettings training, boolean untrained, Backend backend) {
    private static final double STANDARD_RATIO = 13.1;

    public HawqOptions {
        methods = List.copyOf(methods);
        if (methods.isEmpty()) {
            throw new IllegalArgumentException("methods: expected at least one, got none");
        }
        Set<String> names = new HashSet<>();
        for (Method method : methods) {
            if (!names.add(method.name())) {
                throw new IllegalArgumentException(
                        "methods: expected different names, got '" + method.name() + "' twice");
            }
            if (!method.equals(methods.getFirst()) && !RunFolder.writes(method.file())) {
                throw new IllegalArgumentException("methods: expected a known name for a method after the first, got '"
                        + method.name() + "'");
            }
        }
    }

    /**
     * The paper's setting for images of 32 pixels: bits by curvature, 13.1 times smaller, activations of 4 bits, 128 images' curvature, an
     * epoch after each block, seed 0, the best CPU backend.
     */
    public static HawqOptions standard() {
        return new HawqOptions(List.of(Method.hawq()), SizeTarget.ratio(STANDARD_RATIO), CurvatureSettings.standard(),
                FineTuning.standard(), TrainingSettings.standard(0, BitWidth.B4), false, Backends.defaultBackend());
    }

    /** What a method that chooses by training works on. */
    SearchTask searchTask(Method method, Network network, Parameters weights, TrainingData data) {
        return new SearchTask(network, network.describe().blocks(), weights, data,
                training.withQuantizer(method.quantizer()), target, backend);
    }

    /** The same with other methods. */
    public HawqOptions withMethods(List<Method> value) {
        return new HawqOptions(value, target, curvature, fineTuning, training, untrained, backend);
    }

    /**
     * The same with activations that start from ranges found before, for methods of any quantizer.
     *
     * @param clips the largest value of a site's activations, by site; nothing changes if there are none
     */
    public HawqOptions withStartingClips(SequencedMap<String, Double> clips) {
        return clips.isEmpty()
                ? this
                : withMethods(methods.stream().map(m -> m.withQuantizer(new StartingClips(m.quantizer(), clips)))
                        .toList());
    }

    /** The same with another size. */
    public HawqOptions withTarget(SizeTarget value) {
        return new HawqOptions(methods, value, curvature, fineTuning, training, untrained, backend);
    }

    /** The same with another way to find curvature. */
    public HawqOptions withCurvature(CurvatureSettings value) {
        return new HawqOptions(methods, target, value, fineTuning, training, untrained, backend);
    }

    /** The same with another length of training. */
    public HawqOptions withFineTuning(FineTuning value) {
        return new HawqOptions(methods, target, curvature, value, training, untrained, backend);
    }

    /** The same with other steps of training. */
    public HawqOptions withTraining(TrainingSettings value) {
        return new HawqOptions(methods, target, curvature, fineTuning, value, untrained, backend);
    }

    /** The same for weights that are, or are not, random. */
    public HawqOptions withUntrained(boolean value) {
        return new HawqOptions(methods, target, curvature, fineTuning, training, value, backend);
    }

    /** The same on another backend. */
    public HawqOptions withBackend(Backend value) {
        return new HawqOptions(methods, target, curvature, fineTuning, training, untrained, value);
    }
}
