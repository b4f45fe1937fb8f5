package dev.goshawk.benchmarks.peers;

import dev.goshawk.benchmarks.compare.Worker;
import dev.goshawk.benchmarks.work.Groups;
import dev.goshawk.benchmarks.function.Operation;
import dev.goshawk.benchmarks.work.Problem;
import dev.goshawk.benchmarks.work.Workload;
import java.io.IOException;
import java.util.List;
import org.bytedeco.pytorch.global.torch;

/** The peer in libtorch, in a process of its own. */
public final class TorchWorker {
    private TorchWorker() {
    }

    /** Takes the number of threads and the memory format, {@code nchw} or {@code channels_last}. */
    public static void main(String[] arguments) throws IOException {
        torch.set_num_threads(Integer.parseInt(arguments[0]));
        boolean channelsLast = arguments[1].equals("channels_last");
        Worker.serve(name -> make(name, channelsLast));
    }

    private static Workload make(String name, boolean channelsLast) {
        String[] parts = name.split("/");
        if (parts[0].equals("op")) {
            return new TorchOperation(Operation.byKey(parts[1]), channelsLast);
        }
        if (parts[0].equals("transformer")) {
            return new TorchTransformer(parts[1].equals("hvp"));
        }
        boolean training = parts[parts.length - 1].equals("train");
        Problem problem = Problem.byName(parts[1]);
        return switch (parts[0]) {
            case "gradient" -> new TorchGradient(problem, training, channelsLast, false);
            case "training" -> new TorchGradient(problem, true, channelsLast, true);
            case "hvp" -> new TorchProduct(problem, training, channelsLast, List.of(problem.parameters().trainable()));
            case "convs" -> new TorchProduct(problem, training, channelsLast, Groups.convolutions(problem.network()));
            case "blocks" -> new TorchProduct(problem, training, channelsLast, Groups.blocks(problem.network()));
            case "eigen" -> new TorchEigenvalues(problem, channelsLast);
            case "density" -> new TorchDensity(problem, channelsLast);
            case "traces" -> new TorchTraces(problem, channelsLast);
            default -> throw new IllegalArgumentException("no such work: " + name);
        };
    }
}
