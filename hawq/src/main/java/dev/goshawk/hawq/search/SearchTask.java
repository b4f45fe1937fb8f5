package dev.goshawk.hawq.search;

import dev.goshawk.backend.Backend;
import dev.goshawk.hawq.allocate.SizeTarget;
import dev.goshawk.hawq.training.TrainingData;
import dev.goshawk.hawq.training.TrainingSettings;
import dev.goshawk.models.Block;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import java.util.List;

/**
 * What a search works on.
 *
 * @param blocks of the network, in its order
 * @param weights of the float network; a search trains copies
 * @param data training images, and held-out ones where there are any; a search never looks at the test images
 * @param settings how steps are made in the training that follows, with the method's quantizer
 * @param target size that is not exceeded
 */
public record SearchTask(Network network, List<Block> blocks, Parameters weights, TrainingData data,
        TrainingSettings settings, SizeTarget target, Backend backend) {
    public SearchTask {
        blocks = List.copyOf(blocks);
    }
}
