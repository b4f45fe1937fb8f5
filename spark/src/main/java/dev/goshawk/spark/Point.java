package dev.goshawk.spark;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.ThreadPool;
import dev.goshawk.backend.Workers;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.run.Engine;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import dev.goshawk.weights.Weights;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;

/** A network, its parameters and the driver's engine: sent to each executor once, opened there once. */
final class Point implements Serializable {
    private static final long serialVersionUID = 1;
    private static final Map<String, Backend> BACKENDS = new LinkedHashMap<>();

    private final NetworkSource source;
    private final NetworkSource.Loss loss;
    private final DType dtype;
    private final LinkedHashMap<String, TensorData> parameters = new LinkedHashMap<>();
    private final Engine engine;
    private transient @Nullable Opened opened;

    /** What was sent, as this process uses it. */
    private record Opened(Network network, Parameters parameters, Backend backend) {
    }

    /** The point of a problem, its parameters copied. */
    Point(LossProblem problem, NetworkSource source, Engine engine) {
        this.source = source;
        this.loss = NetworkSource.Loss.of(problem.objective());
        this.dtype = problem.dtype();
        this.engine = engine;
        problem.parameters().toWeights("driver").tensors()
                .forEach((name, tensor) -> parameters.put(name, TensorData.of(tensor)));
    }

    /**
     * The same point over other images.
     *
     * @throws ShardException if this executor does not compute as the driver does
     */
    LossProblem problem(Tensor images, Tensor labels) {
        Opened here = open();
        return new LossProblem(here.network, here.parameters, images, labels, loss.objective(), here.backend);
    }

    private synchronized Opened open() {
        if (opened == null) {
            Backend backend = backend(engine.backend());
            Engines.difference(engine, Engine.here(backend)).ifPresent(difference -> {
                throw new ShardException("executor " + SparkEnv.get().executorId() + ": " + difference
                        + "; executors need the driver's JDK, kind of processor and JVM options");
            });
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            parameters.forEach((name, data) -> tensors.put(name, data.tensor()));
            try {
                Network network = source.network();
                opened = new Opened(network, Parameters.load(network, Weights.of("the driver's", tensors), dtype),
                        backend);
            } catch (IllegalArgumentException e) {
                throw new ShardException(e);
            }
        }
        return opened;
    }

    /** One backend a process, on as many threads as a task has cores: tasks themselves run side by side. */
    private static Backend backend(String name) {
        synchronized (BACKENDS) {
            return BACKENDS.computeIfAbsent(name, n -> {
                int threads = TaskContext.get().cpus();
                try {
                    return Backends.select(n, threads == 1 ? Workers.SINGLE : ThreadPool.ofThreads(threads));
                } catch (IllegalArgumentException e) {
                    throw new ShardException("executor " + SparkEnv.get().executorId() + ": " + e.getMessage());
                }
            });
        }
    }
}
