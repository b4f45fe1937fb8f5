package dev.goshawk.hawq.packing;

import dev.goshawk.backend.Backend;
import dev.goshawk.hawq.evaluation.Evaluator;
import dev.goshawk.hawq.memory.HeapTooSmallException;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.packed.PackedModel;
import dev.goshawk.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What files of whole networks, and what is done with them, take of the heap: refused in one line before it is taken. */
public final class PackedPlan {
    /** A file's bytes, and what they say. */
    private static final int COPIES_READ = 2;
    /** Of an exported file: its graph, the model around it, and the buffers of both, which grow by doubling. */
    private static final int COPIES_WRITTEN = 4;

    private PackedPlan() {
    }

    /**
     * Passes if a file can be read into the heap; one that cannot be read at all is left to its reader.
     *
     * @param limit bytes there are
     * @throws HeapTooSmallException if there is no room for it
     */
    public static void requireReadable(Path file, long limit) {
        try {
            if (Files.isRegularFile(file)) {
                require("the contents of " + file, COPIES_READ * Files.size(file), limit);
            }
        } catch (IOException e) {
            // Told by the reader.
            return;
        }
    }

    /**
     * Passes if a packed network can classify an image at a time.
     *
     * @param integer whether in integers alone
     * @param limit bytes there are
     * @throws HeapTooSmallException if there is no room for it
     */
    public static void requireClassifiable(PackedModel model, boolean integer, Backend backend, long limit) {
        long weights = model.description().elementCount();
        long forward = Evaluator.plannedBytes(model.network().trace(DType.FLOAT32, 1, model.info().height(),
                model.info().width(), Mode.EVALUATION, LayerHooks.NONE), backend);
        require("weights and activations of " + model.network().name(),
                held(model) + weights * (integer ? Short.BYTES : Float.BYTES) + forward, limit);
    }

    /**
     * Passes if a packed network can be exported.
     *
     * @param limit bytes there are
     * @throws HeapTooSmallException if there is no room for it
     */
    public static void requireExportable(PackedModel model, long limit) {
        require("the copies that an export of " + model.network().name() + " makes",
                held(model) + COPIES_WRITTEN * model.description().elementCount(), limit);
    }

    /**
     * Passes if a float network can be exported.
     *
     * @param limit bytes there are
     * @throws HeapTooSmallException if there is no room for it
     */
    public static void requireExportable(Network network, long limit) {
        require("the copies that an export of " + network.name() + " makes",
                (2L + COPIES_WRITTEN) * Float.BYTES * network.describe().elementCount(), limit);
    }

    private static long held(PackedModel model) {
        return model.size().bytes();
    }

    private static void require(String what, long wanted, long limit) {
        if (wanted > limit) {
            throw new HeapTooSmallException(what, wanted, limit);
        }
    }
}
