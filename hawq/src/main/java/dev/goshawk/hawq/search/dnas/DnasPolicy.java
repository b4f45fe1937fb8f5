package dev.goshawk.hawq.search.dnas;

import dev.goshawk.hawq.allocate.BitPolicy;
import dev.goshawk.hawq.allocate.PolicySettings;
import dev.goshawk.hawq.allocate.SearchSettings;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.search.Found;
import dev.goshawk.hawq.search.SearchListener;
import dev.goshawk.hawq.search.SearchPolicy;
import dev.goshawk.hawq.search.SearchTask;
import dev.goshawk.hawq.training.Checkpoints;
import dev.goshawk.hawq.training.TrainingPlan;
import java.util.List;

/**
 * Differentiable search (Wu et al. 2018, arXiv 1812.00090): the weights of each block are a mixture of all widths, whose shares are trained
 * by turns with the weights, on other images, against cross-entropy times a power of the logarithm of the size.
 *
 * @param widths that may be chosen, ascending
 * @param settings length, images and exponent
 */
public record DnasPolicy(List<BitWidth> widths, SearchSettings settings) implements SearchPolicy {
    /** With such settings. */
    public static BitPolicy of(PolicySettings settings) {
        return new DnasPolicy(settings.widths(), settings.search());
    }

    @Override
    public String describe() {
        return "the most probable widths after training mixtures of them, Gumbel softmax, loss times a power of log size (Wu et al. 2018)";
    }

    @Override
    public Length countedIn() {
        return Length.EPOCHS;
    }

    @Override
    public String describeSettings() {
        return settings.epochs() + " search epochs, gamma " + settings.gamma() + ", images "
                + (settings.images() == null ? "all" : settings.images());
    }

    @Override
    public double epochs(int images) {
        return settings.epochs() * (settings.images() == null ? 1 : (double) settings.images() / images);
    }

    @Override
    public void requireSearchable(SearchTask task) {
        DnasSearch.split(task, settings);
    }

    @Override
    public List<TrainingPlan> plans(SearchTask task) {
        return List.of(new DnasSearch(task, widths, settings).plan());
    }

    @Override
    public Found search(SearchTask task, Checkpoints checkpoints, SearchListener listener) {
        return new DnasSearch(task, widths, settings).run(checkpoints, listener);
    }
}
