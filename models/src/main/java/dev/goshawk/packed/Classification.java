package dev.goshawk.packed;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What a model makes of an image.
 *
 * @param ranked all classes, the most probable first; of equally probable ones the lower label first
 */
public record Classification(List<Ranked> ranked) {
    public Classification {
        ranked = List.copyOf(ranked);
    }

    /**
     * A class.
     *
     * @param name as the model has it
     * @param label its number, from 0
     * @param logit what the network gives
     * @param probability softmax of the logits, in [0, 1]
     */
    public record Ranked(String name, int label, double logit, double probability) {
    }

    /**
     * Ranks classes by their logits.
     *
     * @param classes names in label order
     * @param logits one for each class, finite
     */
    public static Classification of(List<String> classes, double[] logits) {
        double most = Double.NEGATIVE_INFINITY;
        for (double z : logits) {
            most = Math.max(most, z);
        }
        double sum = 0;
        for (double z : logits) {
            sum += Math.exp(z - most);
        }
        List<Ranked> all = new ArrayList<>();
        for (int c = 0; c < logits.length; c++) {
            all.add(new Ranked(classes.get(c), c, logits[c], Math.exp(logits[c] - most) / sum));
        }
        // 0 - z, not -z: the two zeros are equal.
        all.sort(Comparator.comparingDouble(r -> 0 - r.logit()));
        return new Classification(all);
    }

    /** The most probable class. */
    public Ranked best() {
        return ranked.getFirst();
    }

    /** The most probable classes, at most so many. */
    public List<Ranked> top(int count) {
        return ranked.subList(0, Math.min(count, ranked.size()));
    }
}
