package com.example.modular;

import dev.goshawk.backend.BackendProvider;
import dev.goshawk.backend.Backends;
import dev.goshawk.hawq.report.JsonFiles;
import dev.goshawk.models.Networks;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.weights.SafetensorsFile;
import dev.goshawk.weights.WeightFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** On the module path, without a flag. */
public class Modular {
    public static void main(String[] args) throws Exception {
        check(Modular.class.getModule().isNamed() && Backends.class.getModule().isNamed(), "both are modules");
        check(Backends.defaultBackend().name().equals("vector"), "the vector backend is chosen");
        check(Backends.providers().stream().map(BackendProvider::name).toList().equals(List.of("vector", "reference")),
                "both backends of tensor-core are offered");
        var weights = Parameters.initialize(Networks.byName("resnet20"), DType.FLOAT32, 1).toWeights("x");
        Path file = Files.createTempFile("modular", ".safetensors");
        SafetensorsFile.write(file, weights.tensors(), Map.of());
        check(WeightFile.read(file).tensors().size() == weights.tensors().size(), "weights are read back");
        JsonFiles.write(file, Map.of("answer", 42));
        check(JsonFiles.read(file, Map.class).get("answer").equals(42), "JSON is written and read");
        Files.delete(file);
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
