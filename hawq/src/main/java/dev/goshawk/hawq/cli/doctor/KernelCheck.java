package dev.goshawk.hawq.cli.doctor;

import dev.goshawk.autodiff.ReverseMode;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Executable;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;

/**
 * A short check of a backend: the three roles of a convolution against another backend, then the speed of the first role.
 *
 * @param deviations of each kernel; empty where the backend is the other one itself
 * @param gigaflops 10^9 floating-point operations a second in the best run
 */
record KernelCheck(List<Deviation> deviations, double gigaflops) {
    /** The best run counts once none has beaten it for so long: the kernels are then compiled. */
    private static final long STEADY_NANOS = 600_000_000L;
    private static final long LONGEST_NANOS = 10_000_000_000L;
    private static final double BEATEN = 0.95;
    private static final Shape SMALL = Shape.of(2, 9, 11, 16);
    private static final Shape LARGE = Shape.of(32, 16, 16, 32);
    /** Numbers that different kernels are for. */
    private static final int[] CHANNELS = {24, 32};
    private static final String[] OUTPUTS = {"convolution", "input gradient", "filter gradient"};

    /**
     * The largest difference of a kernel's results, relative to the largest element.
     *
     * @param allowed what rounding explains
     */
    record Deviation(String kernel, DType dtype, double size, double allowed) {
        /** Whether rounding explains it; a NaN is never within. */
        boolean within() {
            return size <= allowed;
        }
    }

    static KernelCheck of(Backend backend, Backend oracle) {
        List<Deviation> deviations = new ArrayList<>();
        List<DType> dtypes = backend.name().equals(oracle.name()) ? List.of() : List.of(DType.FLOAT32, DType.FLOAT64);
        for (DType dtype : dtypes) {
            double[] worst = new double[OUTPUTS.length];
            for (int channels : CHANNELS) {
                Executable tested = run(graph(dtype, SMALL, channels), backend);
                Executable right = run(graph(dtype, SMALL, channels), oracle);
                for (int i = 0; i < worst.length; i++) {
                    worst[i] = Math.max(worst[i], distance(tested.output(OUTPUTS[i]), right.output(OUTPUTS[i])));
                }
            }
            for (int i = 0; i < worst.length; i++) {
                deviations.add(new Deviation(OUTPUTS[i], dtype, worst[i], dtype == DType.FLOAT32 ? 1e-5 : 1e-13));
            }
        }
        return new KernelCheck(deviations, speed(backend));
    }

    /** A 3x3 convolution y and the gradients of (y . y) / 2. */
    private static Graph graph(DType dtype, Shape images, int outChannels) {
        Value x = Value.input("x", dtype, images);
        Value w = Value.input("w", dtype, Shape.of(3, 3, images.dim(3), outChannels));
        Value y = Functions.conv2d(x, w, 1, 1);
        List<Value> gradients = ReverseMode.vjp(List.of(y), List.of(y), List.of(x, w));
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        outputs.put(OUTPUTS[0], y);
        outputs.put(OUTPUTS[1], gradients.get(0));
        outputs.put(OUTPUTS[2], gradients.get(1));
        return Graph.of(outputs);
    }

    private static Executable run(Graph graph, Backend backend) {
        Executable e = backend.compile(graph);
        SplittableRandom random = new SplittableRandom(1);
        for (Map.Entry<String, Value> in : graph.inputs().entrySet()) {
            Tensor t = Tensor.zeros(in.getValue().dtype(), in.getValue().shape());
            for (int i = 0; i < t.size(); i++) {
                t.set(i, random.nextDouble(-1, 1));
            }
            e.bind(in.getKey(), t);
        }
        e.run();
        return e;
    }

    private static double distance(Tensor a, Tensor b) {
        double difference = 0;
        double largest = 0;
        for (int i = 0; i < a.size(); i++) {
            // Math.max keeps a NaN.
            difference = Math.max(difference, Math.abs(a.get(i) - b.get(i)));
            largest = Math.max(largest, Math.abs(b.get(i)));
        }
        return difference / largest;
    }

    private static double speed(Backend backend) {
        Value x = Value.input("x", DType.FLOAT32, LARGE);
        Value w = Value.input("w", DType.FLOAT32, Shape.of(3, 3, LARGE.dim(3), LARGE.dim(3)));
        Executable e = run(Graph.of("y", Functions.conv2d(x, w, 1, 1)), backend);
        double operations = 2.0 * LARGE.size() * 9 * LARGE.dim(3);
        long start = System.nanoTime();
        long now = start;
        long best = Long.MAX_VALUE;
        long bestAt = start;
        while (now - bestAt < STEADY_NANOS && now - start < LONGEST_NANOS) {
            e.run();
            long end = System.nanoTime();
            long took = Math.max(1, end - now);
            bestAt = took < BEATEN * best ? end : bestAt;
            best = Math.min(best, took);
            now = end;
        }
        return operations / best;
    }
}
