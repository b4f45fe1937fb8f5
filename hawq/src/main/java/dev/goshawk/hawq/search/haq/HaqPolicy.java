package dev.goshawk.hawq.search.haq;

import dev.goshawk.hawq.allocate.BitPolicy;
import dev.goshawk.hawq.allocate.PolicySettings;
import dev.goshawk.hawq.allocate.SearchSettings;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.search.Found;
import dev.goshawk.hawq.search.SearchListener;
import dev.goshawk.hawq.search.SearchPolicy;
import dev.goshawk.hawq.search.SearchTask;
import dev.goshawk.hawq.training.Checkpoints;
import java.util.List;

/**
 * HAQ (Wang et al. 2019, arXiv 1811.08886): an agent chooses a width for one block after another, and learns from the accuracy that the
 * network has with them after a short training. The best choice it tried is taken.
 *
 * @param widths that may be chosen, ascending
 * @param settings length and images
 */
public record HaqPolicy(List<BitWidth> widths, SearchSettings settings) implements SearchPolicy {
    /** With such settings. */
    public static BitPolicy of(PolicySettings settings) {
        return new HaqPolicy(settings.widths(), settings.search());
    }

    @Override
    public String describe() {
        return "the best of the choices that an agent tries, learning from their accuracy after a short training (Wang et al. 2019)";
    }

    @Override
    public Length countedIn() {
        return Length.EPISODES;
    }

    @Override
    public String describeSettings() {
        return settings.episodes() + " episodes, images " + (settings.images() == null ? "usual" : settings.images());
    }

    @Override
    public double epochs(int images) {
        return settings.episodes() * Trial.epochs(settings.images(), images);
    }

    @Override
    public void requireSearchable(SearchTask task) {
        new Trial(task, settings.images());
    }

    @Override
    public Found search(SearchTask task, Checkpoints checkpoints, SearchListener listener) {
        return new HaqSearch(task, widths, settings).run(checkpoints, listener);
    }
}
