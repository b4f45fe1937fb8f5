package dev.goshawk.spark;

import dev.goshawk.graph.Value;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.models.Layers;
import dev.goshawk.models.Network;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkEnv;

/**
 * A network whose executors run out of memory: while the folder holds files, each of which one of them takes away.
 *
 * @param folder of the files
 */
record GreedyNetwork(SmallNetwork small, String folder) implements Network, Serializable {
    @Override
    public String name() {
        return "greedy";
    }

    @Override
    public int inputSize() {
        return small.inputSize();
    }

    @Override
    public int classes() {
        return small.classes();
    }

    @Override
    public Value logits(Layers net, Value images) {
        if (SparkEnv.get() != null && !SparkEnv.get().executorId().equals("driver") && isTaken()) {
            List<long[]> all = new ArrayList<>();
            while (true) {
                all.add(new long[1 << 20]);
            }
        }
        return small.logits(net, images);
    }

    private boolean isTaken() {
        try (var files = Files.list(Path.of(folder))) {
            for (Path file : files.toList()) {
                if (Files.deleteIfExists(file)) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The problem of the small network, of which it has the parameters. */
    static LossProblem problem(LossProblem small, Path folder) {
        GreedyNetwork network = new GreedyNetwork((SmallNetwork) small.network(), folder.toString());
        return new LossProblem(network, small.parameters(), small.images(), small.labels(), small.backend());
    }
}
