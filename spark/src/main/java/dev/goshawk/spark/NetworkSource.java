package dev.goshawk.spark;

import dev.goshawk.hawq.cluster.ClusterException;
import dev.goshawk.models.Network;
import dev.goshawk.models.Networks;
import dev.goshawk.models.Objective;
import dev.goshawk.onnx.BlockPatterns;
import dev.goshawk.onnx.OnnxNetwork;
import dev.goshawk.onnx.format.OnnxException;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** How an executor comes to a network: by its name, as the bytes of an ONNX file, or serialized. */
sealed interface NetworkSource extends Serializable {
    /** The network; what its blocks are is not known there, and not needed. */
    Network network();

    /** One of Goshawk's own, for images of a side in pixels. */
    record Named(String name, int classes, int side) implements NetworkSource {
        @Override
        public Network network() {
            Network defined = Networks.byName(name, classes);
            return side == defined.inputSize() ? defined : defined.forImages(side);
        }
    }

    record OnnxFile(String name, int inputSize, boolean rounded, byte[] bytes) implements NetworkSource {
        @Override
        public Network network() {
            try {
                Path folder = Files.createTempDirectory("goshawk-onnx");
                Path file = folder.resolve(name);
                try {
                    return OnnxNetwork.read(Files.write(file, bytes),
                            new OnnxNetwork.Settings(BlockPatterns.NONE, inputSize, rounded));
                } finally {
                    Files.deleteIfExists(file);
                    Files.deleteIfExists(folder);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** An object that is both. */
    record Serialized(Serializable object) implements NetworkSource {
        @Override
        public Network network() {
            return (Network) object;
        }
    }

    /**
     * The way for a network.
     *
     * @throws ClusterException in one line, if there is none
     */
    static NetworkSource of(Network network) {
        if (network instanceof OnnxNetwork onnx) {
            return onnx(onnx);
        }
        if (network instanceof Serializable object) {
            return new Serialized(object);
        }
        if (Networks.names().contains(network.name())) {
            Network defined = Networks.byName(network.name(), network.classes());
            int side = network.inputSize();
            if (Stream.of(defined, defined.byLayer(), defined.forImages(side), defined.byLayer().forImages(side))
                    .anyMatch(network::equals)) {
                return new Named(network.name(), network.classes(), side);
            }
        }
        throw new ClusterException("network " + network.name()
                + ": executors know Goshawk's own networks, ONNX files and classes that implement java.io.Serializable");
    }

    private static NetworkSource onnx(OnnxNetwork network) {
        try {
            NetworkSource alone = new OnnxFile(String.valueOf(network.file().getFileName()), network.inputSize(),
                    network.isRounded(), Files.readAllBytes(network.file()));
            alone.network();
            return alone;
        } catch (OnnxException e) {
            throw new ClusterException(
                    network.file() + ": executors are sent this file alone, and it cannot be read without"
                            + " the files beside it that hold its weights: save it with its weights inside",
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How an executor comes to a loss. */
    enum Loss {
        CROSS_ENTROPY(Objective.CROSS_ENTROPY), MEAN_SQUARED_ERROR(Objective.MEAN_SQUARED_ERROR);

        private final Objective objective;

        Loss(Objective objective) {
            this.objective = objective;
        }

        Objective objective() {
            return objective;
        }

        /**
         * The loss that this is.
         *
         * @throws ClusterException in one line, if executors do not know it
         */
        static Loss of(Objective objective) {
            for (Loss loss : values()) {
                if (loss.objective == objective) {
                    return loss;
                }
            }
            throw new ClusterException("loss: executors know cross-entropy and the mean squared error only");
        }
    }
}
