package dev.goshawk.benchmarks.compare;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.ThreadPool;
import dev.goshawk.backend.Workers;
import dev.goshawk.benchmarks.work.Density;
import dev.goshawk.benchmarks.work.Eigenvalues;
import dev.goshawk.benchmarks.function.Forward;
import dev.goshawk.benchmarks.work.Gemm;
import dev.goshawk.benchmarks.work.Gradient;
import dev.goshawk.benchmarks.work.Logits;
import dev.goshawk.benchmarks.function.Operation;
import dev.goshawk.benchmarks.work.Peak;
import dev.goshawk.benchmarks.work.Problem;
import dev.goshawk.benchmarks.work.Product;
import dev.goshawk.benchmarks.work.Traces;
import dev.goshawk.benchmarks.function.TransformerBlock;
import dev.goshawk.benchmarks.work.Workload;
import dev.goshawk.models.Mode;
import java.io.IOException;

/** Goshawk's side of the comparison, in a process of its own. */
public final class EngineWorker {
    private EngineWorker() {
    }

    /** Takes the number of threads. */
    public static void main(String[] arguments) throws IOException {
        Workers workers = ThreadPool.ofThreads(Integer.parseInt(arguments[0]));
        Backend backend = Backends.select(workers);
        Worker.serve(name -> make(name, backend, workers));
    }

    private static Workload make(String name, Backend backend, Workers workers) {
        String[] parts = name.split("/");
        Mode mode = parts[parts.length - 1].equals("train") ? Mode.TRAINING : Mode.EVALUATION;
        return switch (parts[0]) {
            case "peak" -> new Peak();
            case "sgemm" -> {
                int n = Integer.parseInt(parts[1]);
                yield new Gemm(n, n, n, workers);
            }
            case "gradient" -> new Gradient(Problem.byName(parts[1]), mode, backend);
            case "training" -> new Gradient.Training(Problem.byName(parts[1]), backend);
            case "hvp" -> Product.full(Problem.byName(parts[1]), mode, backend);
            case "convs" -> Product.convolutions(Problem.byName(parts[1]), mode, backend);
            case "blocks" -> Product.blocks(Problem.byName(parts[1]), mode, backend);
            case "eigen" -> new Eigenvalues(Problem.byName(parts[1]), backend);
            case "density" -> new Density(Problem.byName(parts[1]), backend);
            case "float" -> Logits.floats(Problem.byName(parts[1]), backend);
            case "packed" -> Logits.integers(Problem.byName(parts[1]), Integer.parseInt(parts[2]), backend);
            case "op" -> new Forward(Operation.byKey(parts[1]), backend);
            case "transformer" -> parts[1].equals("hvp")
                    ? TransformerBlock.product(backend)
                    : TransformerBlock.gradient(backend);
            case "traces" -> new Traces(Problem.byName(parts[1]), backend);
            default -> throw new IllegalArgumentException("no such work: " + name);
        };
    }
}
