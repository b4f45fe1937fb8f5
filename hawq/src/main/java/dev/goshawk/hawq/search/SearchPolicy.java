package dev.goshawk.hawq.search;

import dev.goshawk.hawq.allocate.AllocationTask;
import dev.goshawk.hawq.allocate.BitAllocation;
import dev.goshawk.hawq.allocate.BitPolicy;
import dev.goshawk.hawq.training.Checkpoints;
import dev.goshawk.hawq.training.TrainingPlan;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Chooses widths by training: it is given network, images and a place for checkpoints in addition to the size. Nothing of second order is
 * measured for it.
 */
public interface SearchPolicy extends BitPolicy {
    /** What a search's length is counted in. */
    enum Length {
        /** Passes over training images. */
        EPOCHS,
        /** Choices that are tried. */
        EPISODES
    }

    /** What the length is counted in. */
    Length countedIn();

    /** The settings that its result depends on, for people and to tell runs apart. */
    String describeSettings();

    /**
     * About how long the search takes, in epochs of training.
     *
     * @param images of the training set
     */
    double epochs(int images);

    /**
     * Passes if the search can be made.
     *
     * @throws IllegalArgumentException in one line, if not
     */
    void requireSearchable(SearchTask task);

    /** What the search takes in memory, where that may be more than the training after it. */
    default List<TrainingPlan> plans(SearchTask task) {
        return List.of();
    }

    /**
     * Searches, from the newest checkpoint where there is one. The result is a function of the task and the policy alone, however often
     * the search was interrupted.
     *
     * @throws dev.goshawk.hawq.training.DivergedException if a training that the search cannot do without diverges
     */
    Found search(SearchTask task, Checkpoints checkpoints, SearchListener listener);

    @Override
    default Set<Need> needs() {
        return Set.of();
    }

    @Override
    default BitAllocation choose(AllocationTask task, Consumer<String> notes) {
        throw new UnsupportedOperationException("a search needs the network and images: call search");
    }
}
