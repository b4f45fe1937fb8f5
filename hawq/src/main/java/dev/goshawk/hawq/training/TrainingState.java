package dev.goshawk.hawq.training;

import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.QuantizedNetwork;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.Tensor;
import dev.goshawk.weights.Weights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Everything that a step of training depends on and changes, in a form that can be saved and resumed without
 * the loss of a bit. What is random in training is no part of it: that is a function of the seed and of the position.
 */
final class TrainingState {
    private static final int LONGEST_SHOWN = 160;
    private static final String IDENTITY = "identity/";
    private static final String PARAMETER = "parameter/";
    private static final String OPTIMIZER = "optimizer/";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Parameters parameters;
    private final StepRule rule;
    private final QuantizedNetwork quantized;
    private final Map<String, String> identity;

    /** Stages that are over. */
    int stage;
    /** Steps made, of all stages. */
    long done;
    /** Since the last evaluation: steps, the sum of their losses, and images classified correctly. */
    int steps;
    double lossSum;
    long correct;
    /** Time training took since the last evaluation. */
    double seconds;
    /** Results of the evaluations so far. */
    final List<EpochResult> history = new ArrayList<>();

    /** @param identity what tells this training from others, by what it is */
    TrainingState(Parameters parameters, StepRule rule, QuantizedNetwork quantized,
            Map<String, String> identity) {
        this.identity = new LinkedHashMap<>(identity);
        this.parameters = parameters;
        this.rule = rule;
        this.quantized = quantized;
    }

    /** Takes a step's result into the means. */
    void count(double loss, int right) {
        done++;
        steps++;
        lossSum += loss;
        correct += right;
    }

    /** Begins new means. */
    void evaluated(EpochResult epoch) {
        history.add(epoch);
        steps = 0;
        lossSum = 0;
        correct = 0;
        seconds = 0;
    }

    void save(Checkpoints checkpoints) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        parameters.tensors().forEach((name, t) -> tensors.put(PARAMETER + name, t));
        rule.state().forEach((name, t) -> tensors.put(OPTIMIZER + name, t));
        tensors.putAll(quantized.state());
        Map<String, String> bits = new LinkedHashMap<>();
        quantized.blocks().forEach((block, width) -> bits.put(block, width.toString()));
        Map<String, String> text = new LinkedHashMap<>();
        identity.forEach((what, value) -> text.put(IDENTITY + what, value));
        text.put("stage", Integer.toString(stage));
        text.put("done", Long.toString(done));
        text.put("steps", Integer.toString(steps));
        text.put("lossSum", Double.toString(lossSum));
        text.put("correct", Long.toString(correct));
        text.put("seconds", Double.toString(seconds));
        text.put("bits", JSON.writeValueAsString(bits));
        text.put("history", JSON.writeValueAsString(history));
        checkpoints.write(done, tensors, text);
    }

    /**
     * Takes up what {@link #save} wrote.
     *
     * @throws IllegalArgumentException if it is not a checkpoint of a training of the same network
     */
    void restore(Weights saved) {
        Map<String, String> text = saved.metadata();
        requireIdentity(saved);
        try {
            parameters.tensors().forEach((name, t) -> t.copyFrom(saved.get(PARAMETER + name)));
            Map<String, BitWidth> widths = new LinkedHashMap<>();
            JSON.readValue(entry(text, "bits"), new TypeReference<LinkedHashMap<String, String>>() {
            }).forEach((block, width) -> widths.put(block, BitWidth.of(Integer.parseInt(width))));
            quantized.restore(widths, saved.tensors());
            rule.state().forEach((name, t) -> t.copyFrom(saved.get(OPTIMIZER + name)));
            stage = Integer.parseInt(entry(text, "stage"));
            done = Long.parseLong(entry(text, "done"));
            steps = Integer.parseInt(entry(text, "steps"));
            lossSum = Double.parseDouble(entry(text, "lossSum"));
            correct = Long.parseLong(entry(text, "correct"));
            seconds = Double.parseDouble(entry(text, "seconds"));
            history.addAll(JSON.readValue(entry(text, "history"), new TypeReference<List<EpochResult>>() {
            }));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(saved.source() + ": expected a checkpoint of this training, got: "
                    + e.getMessage(), e);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    saved.source() + ": expected a checkpoint of this training, its text is damaged",
                    e);
        }
    }

    private void requireIdentity(Weights saved) {
        for (Map.Entry<String, String> e : identity.entrySet()) {
            String value = saved.metadata().get(IDENTITY + e.getKey());
            if (!e.getValue().equals(value)) {
                boolean shown = value != null && value.length() + e.getValue().length() <= LONGEST_SHOWN;
                throw new IllegalArgumentException(saved.source() + ": is a checkpoint of another training, its "
                        + e.getKey()
                        + (shown ? ": expected " + e.getValue() + ", got " + value : " is not this one's"));
            }
        }
    }

    private static String entry(Map<String, String> text, String key) {
        String value = text.get(key);
        if (value == null) {
            throw new IllegalArgumentException("no entry '" + key + "'");
        }
        return value;
    }
}
