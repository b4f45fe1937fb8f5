package dev.goshawk.spark;

import dev.goshawk.graph.Value;
import dev.goshawk.models.Layers;
import dev.goshawk.models.Network;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkEnv;

/**
 * The small network, which fills the heap of an executor that builds it.
 *
 * @param once a file that the first executor makes, after which no other is filled; where it cannot be made all of them are
 */
record GreedyNetwork(String once) implements Network, Serializable {
    private static final SmallNetwork SMALL = new SmallNetwork(3);

    @Override
    public String name() {
        return "greedy";
    }

    @Override
    public int inputSize() {
        return SMALL.inputSize();
    }

    @Override
    public int classes() {
        return SMALL.classes();
    }

    @Override
    public Value logits(Layers net, Value images) {
        SparkEnv here = SparkEnv.get();
        if (here != null && !here.executorId().equals("driver") && isFirst()) {
            List<long[]> all = new ArrayList<>();
            while (all.size() < Integer.MAX_VALUE) {
                all.add(new long[1 << 17]);
            }
        }
        return SMALL.logits(net, images);
    }

    private boolean isFirst() {
        try {
            Files.createFile(Path.of(once));
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
