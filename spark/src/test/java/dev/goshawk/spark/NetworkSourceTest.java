package dev.goshawk.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.goshawk.hawq.cluster.ClusterException;
import dev.goshawk.models.Network;
import dev.goshawk.models.Networks;
import dev.goshawk.onnx.OnnxBytes;
import dev.goshawk.onnx.OnnxNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkSourceTest {
    @Test
    void networksOfOtherImagesAreStillOurs() {
        Network named = Networks.byName("resnet18", 7);
        Network smaller = named.forImages(64);
        assertEquals(smaller, NetworkSource.of(smaller).network());
        assertEquals(smaller, NetworkSource.of(named.byLayer().forImages(64)).network(), "by layer");
        assertEquals(named, NetworkSource.of(named.forImages(named.inputSize())).network(), "as defined");
    }

    @Test
    void anOnnxFileIsSentAloneAndRefusedIfItsWeightsAreNotInIt(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("net.onnx");
        Files.copy(Path.of("../models/src/test/resources/fuzz/onnx/sound-shapes"), file);
        OnnxNetwork network = OnnxNetwork.read(file);
        NetworkSource source = NetworkSource.of(network);
        Files.delete(file);
        assertEquals(network.describe().elementCount(), source.network().describe().elementCount());

        Files.write(folder.resolve("weights.bin"), new byte[3 * 3 * Float.BYTES]);
        Files.write(file, new OnnxBytes(17).input("x", 1, 1, 3, 8, 8).initializer(OnnxBytes.message(out -> {
            for (int d : new int[] {3, 3, 1, 1}) {
                out.writeInt64(1, d);
            }
            out.writeInt32(2, 1);
            out.writeString(8, "w");
            out.writeByteArray(13, OnnxBytes.message(e -> {
                e.writeString(1, "location");
                e.writeString(2, "weights.bin");
            }));
            out.writeInt32(14, 1);
        })).node("Conv", List.of("x", "w"), List.of("c")).node("GlobalAveragePool", List.of("c"), List.of("p"))
                .node("Flatten", List.of("p"), List.of("y")).output("y").toBytes());
        Network beside = OnnxNetwork.read(file);
        assertEquals(
                file + ": executors are sent this file alone, and it cannot be read without the files beside it that"
                        + " hold its weights: save it with its weights inside",
                assertThrows(ClusterException.class, () -> NetworkSource.of(beside)).getMessage());
    }
}
