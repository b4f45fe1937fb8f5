package dev.goshawk.hawq;

import dev.goshawk.backend.Backends;
import dev.goshawk.hawq.search.SearchPolicy;
import dev.goshawk.hawq.training.TrainingSettings;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * What a run's files say of where it comes from, for people and for those who resume it.
 *
 * @param command what was called
 * @param values everything that the results depend on in addition to images and weights, by name; a run is resumed with the same alone
 * @param weights where the float weights come from
 * @param data name of the data set, or null for its number of classes
 * @param location where the images are
 * @param threads number of threads that compute
 */
public record RunOrigin(String command, SequencedMap<String, String> values, String weights, @Nullable String data,
        String location, int threads) {

    /** Of a call from a program. */
    public static RunOrigin of(HawqOptions options) {
        SequencedMap<String, String> values = new LinkedHashMap<>();
        for (Method m : options.methods()) {
            values.put("method " + m.name(),
                    m.policy().describe(options.target()) + ", widths " + m.policy().widths() + "; "
                            + (m.policy() instanceof SearchPolicy s ? s.describeSettings() + "; " : "")
                            + m.quantizer().describeWeights()
                            + "; " + m.quantizer().describeActivations()
                            + (m.reverseOrder() ? "; order reversed" : ""));
        }
        CurvatureSettings curvature = options.curvature();
        values.put("curvature", (curvature.sample() == null ? curvature.sampleSize() + " drawn" : "given")
                + ", tolerance " + curvature.tolerance() + ", micro-batch " + curvature.microBatch() + ", subsample "
                + curvature.subsample() + ", draws " + curvature.draws());
        values.put("fine-tuning", options.fineTuning().toString());
        TrainingSettings t = options.training();
        values.put("training", "batch " + t.batch() + ", seed " + t.seed() + ", momentum " + t.momentum()
                + ", weight decay " + t.weightDecay() + ", " + t.augmentation() + ", activations of "
                + t.activationBits()
                + " bits, " + t.calibrationBatches() + " calibration batches, " + t.statisticsBatches()
                + " statistics batches, an evaluation every " + t.evaluateEvery() + " epochs");
        values.put("untrained weights", Boolean.toString(options.untrained()));
        values.put("backend", options.backend().name());
        return new RunOrigin("Hawq.quantize", values, "given", null, "given", Backends.defaultThreads());
    }
}
