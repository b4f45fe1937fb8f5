package dev.goshawk.spark;

import dev.goshawk.hawq.cluster.ClusterException;
import dev.goshawk.models.Network;
import dev.goshawk.models.Networks;
import dev.goshawk.models.Objective;
import dev.goshawk.onnx.BlockPatterns;
import dev.goshawk.onnx.OnnxNetwork;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How an executor comes to a network: by its name, as the bytes of an ONNX file, or serialized. */
sealed interface NetworkSource extends Serializable {
    /** The network; what its blocks are is not known there, and not needed. */
    Network network();

    record Named(String name, int classes) implements NetworkSource {
        @Override
        public Network network() {
            return Networks.byName(name, classes);
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
            try {
                return new OnnxFile(String.valueOf(onnx.file().getFileName()), onnx.inputSize(),
                        onnx.isRounded(), Files.readAllBytes(onnx.file()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        if (network instanceof Serializable object) {
            return new Serialized(object);
        }
        if (Networks.names().contains(network.name())) {
            Network named = Networks.byName(network.name(), network.classes());
            if (network.equals(named) || network.equals(named.byLayer())) {
                return new Named(network.name(), network.classes());
            }
        }
        throw new ClusterException("network " + network.name()
                + ": executors know Goshawk's own networks, ONNX files and classes that implement java.io.Serializable");
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
