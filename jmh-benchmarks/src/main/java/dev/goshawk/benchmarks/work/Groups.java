package dev.goshawk.benchmarks.work;

import dev.goshawk.models.Block;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.models.ParameterSpec.Kind;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.tensor.DType;
import java.util.List;

/** Groups of parameters that products are taken by. */
public final class Groups {
    private Groups() {
    }

    /** The weight of each convolution, in network order. */
    public static List<List<String>> convolutions(Network network) {
        return network.parameters().stream().filter(s -> s.kind() == Kind.CONV_WEIGHT).map(ParameterSpec::name)
                .map(List::of).toList();
    }

    /** The weights of each HAWQ block, in network order. */
    public static List<List<String>> blocks(Network network) {
        return network.trace(DType.FLOAT32, 1, Mode.EVALUATION).blocks().stream().map(Block::weights).toList();
    }
}
