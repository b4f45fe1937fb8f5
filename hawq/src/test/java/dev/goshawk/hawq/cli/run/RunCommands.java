package dev.goshawk.hawq.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.goshawk.hawq.cli.CliRun;
import dev.goshawk.hawq.cli.NoisyImages;
import dev.goshawk.models.Networks;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Commands that train, on a few noisy images.
 *
 * @param run their folder, which is not there yet
 */
record RunCommands(Path data, Path weights, Path run) {
    static RunCommands in(Path folder) throws IOException {
        RunCommands commands = new RunCommands(NoisyImages.write(folder.resolve("data")),
                folder.resolve("w.safetensors"),
                folder.resolve("run"));
        commands.writeWeights(3);
        return commands;
    }

    void writeWeights(long seed) {
        Parameters parameters = Parameters.initialize(Networks.byName("resnet20", 2), DType.FLOAT32, seed);
        SafetensorsFile.write(weights, parameters.toWeights("test").tensors(), Map.of());
    }

    List<String> train(String... more) {
        return command("train", more, "--epochs", "0.5");
    }

    List<String> quantize(String... more) {
        return command("quantize", more, "--weights", weights.toString());
    }

    private List<String> command(String name, String[] more, String... always) {
        List<String> all = new ArrayList<>(List.of(name));
        all.addAll(List.of(always));
        all.addAll(List.of(more));
        if (!all.contains("--data")) {
            all.addAll(List.of("--data", data.toString()));
        }
        if (!all.contains("--batch")) {
            all.addAll(List.of("--batch", "4"));
        }
        all.addAll(List.of("--out", run.toString()));
        return all;
    }

    static CliRun ends(List<String> command) {
        CliRun run = CliRun.of(command.toArray(String[]::new));
        assertEquals(0, run.exitCode(), run.err());
        return run;
    }

    static String failure(List<String> command) {
        return CliRun.failure(command.toArray(String[]::new));
    }
}
