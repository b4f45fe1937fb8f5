package dev.goshawk.hawq.packing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Workers;
import dev.goshawk.data.Normalization;
import dev.goshawk.hawq.memory.HeapTooSmallException;
import dev.goshawk.models.Network;
import dev.goshawk.models.Networks;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.packed.PackedModel;
import dev.goshawk.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One byte too few is refused in one line. */
class PackedPlanTest {
    private final Network network = Networks.byName("resnet20");
    private final Backend backend = Backends.select("reference", Workers.SINGLE);

    private static void refusedBelow(String start, LongConsumer plan) {
        HeapTooSmallException refused = assertThrows(HeapTooSmallException.class, () -> plan.accept(0));
        long needed = refused.wantedBytes();
        plan.accept(needed);
        String line = assertThrows(HeapTooSmallException.class, () -> plan.accept(needed - 1)).getMessage();
        assertTrue(line.startsWith(start + " need ") && line.endsWith(" for them: use a larger heap (-Xmx1g)"), line);
        assertEquals(1, line.lines().count());
    }

    @Test
    void filesThatDoNotFit(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("x.onnx"), new byte[1000]);
        refusedBelow("the contents of " + file, limit -> PackedPlan.requireReadable(file, limit));
        PackedPlan.requireReadable(folder.resolve("missing"), 0);
        PackedPlan.requireReadable(folder, 0);
    }

    @Test
    void modelsThatDoNotFit() {
        PackedModel model = PackedModel.of(network, Packer.ofFloats(network,
                Parameters.initialize(network, DType.FLOAT32, 1), Normalization.IMAGENET, backend));
        refusedBelow("weights and activations of resnet20",
                limit -> PackedPlan.requireClassifiable(model, false, backend, limit));
        refusedBelow("weights and activations of resnet20",
                limit -> PackedPlan.requireClassifiable(model, true, backend, limit));
        refusedBelow("the copies that an export of resnet20 makes",
                limit -> PackedPlan.requireExportable(model, limit));
        refusedBelow("the copies that an export of resnet20 makes",
                limit -> PackedPlan.requireExportable(network, limit));
    }
}
