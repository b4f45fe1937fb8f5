package dev.goshawk.hawq.cli;

import dev.goshawk.data.ImageDataset;
import dev.goshawk.models.Network;
import dev.goshawk.models.Networks;
import dev.goshawk.models.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.weights.WeightFile;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** A network with weights from a file. */
final class ModelOptions {
    @Option(names = "--model", paramLabel = "NAME", defaultValue = "resnet20",
            description = "Network: resnet20 (default), resnet32, resnet44, resnet56; a wrong name lists all.")
    private String model = "resnet20";

    @Option(names = "--weights", paramLabel = "FILE", required = true,
            description = "Weights: a state dict saved by PyTorch (zip or legacy format, 'module.' before names tolerated) or "
                    + "safetensors.")
    private Path weights = Path.of("");

    /** The network with as many classes as the data. */
    Network network(ImageDataset dataset) {
        return Networks.byName(model, dataset.classes().size());
    }

    /** Fails with one line before anything slow if there is no such network. */
    void check() {
        Networks.byName(model);
    }

    /** Side of the network's input images. */
    int inputSize() {
        return Networks.byName(model).inputSize();
    }

    Parameters parameters(Network network, DType dtype) {
        return Parameters.load(network, WeightFile.read(weights), dtype);
    }

    String model() {
        return model;
    }
}
