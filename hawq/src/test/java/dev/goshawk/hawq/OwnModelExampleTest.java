package dev.goshawk.hawq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.documentation.DocumentedExample;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import dev.goshawk.weights.SafetensorsFile;
import dev.goshawk.weights.WeightFile;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The worked example of a user's own network does all it says. */
class OwnModelExampleTest {
    @Test
    void definesLoadsSolvesQuantizesAndWrites(@TempDir Path classes, @TempDir Path folder) throws Exception {
        DocumentedExample example = DocumentedExample.of("docs/own-model.md", "OwnModel");
        example.compile(classes);
        Network network;
        try (URLClassLoader loader = example.loader(classes)) {
            network = (Network) loader.loadClass("OwnModel").getConstructor().newInstance();
        }
        Parameters start = Parameters.initialize(network, DType.FLOAT32, 4);
        Path file = folder.resolve("own.safetensors");
        SafetensorsFile.write(file, start.toWeights("test").tensors(), Map.of());

        String printed = example.run(classes, file.toString(), folder.resolve("run").toString());

        Matcher blocks = Pattern.compile("(\\w+): (\\d+) weights, lambda ([-0-9.e+]+), residual ([0-9.e+-]+)")
                .matcher(printed);
        for (String block : new String[] {"stem 432", "body 2304", "fc 160"}) {
            assertTrue(blocks.find(), printed);
            assertEquals(block, blocks.group(1) + " " + blocks.group(2));
            double lambda = Math.abs(Double.parseDouble(blocks.group(3)));
            assertTrue(lambda > 0 && Double.parseDouble(blocks.group(4)) <= 1e-3 * lambda, printed);
        }
        Matcher chosen = Pattern.compile("bits (\\d+),(\\d+),(\\d+), ([0-9.]+) times smaller").matcher(printed);
        assertTrue(chosen.find(), printed);
        assertTrue(Double.parseDouble(chosen.group(4)) >= 8, printed);
        assertTrue(printed.contains("accuracy ") && Files.exists(folder.resolve("run/report.html")), printed);
        Parameters quantized = Parameters.load(network,
                WeightFile.read(folder.resolve("run/model.safetensors")), DType.FLOAT32);
        Tensor filter = quantized.get("body.conv.weight");
        int channels = filter.shape().dim(-1);
        for (int c = 0; c < channels; c++) {
            int channel = c;
            long levels = IntStream.range(0, filter.size() / channels)
                    .mapToDouble(i -> filter.get(i * channels + channel)).distinct().count();
            assertTrue(levels <= 1L << Integer.parseInt(chosen.group(2)), levels + " levels in channel " + c);
        }
    }
}
