package dev.goshawk.cuda.check;

import dev.goshawk.autodiff.HessianVectorProduct;
import dev.goshawk.autodiff.HessianVectorProduct.Mode;
import dev.goshawk.autodiff.Linearization;
import dev.goshawk.autodiff.ReverseMode;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Executable;
import dev.goshawk.cuda.lower.Precision;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Times of convolutions, gradients, Hessian-vector products and training steps, inputs and results staying on the GPU, beside
 * PyTorch's for the same work: float32, TF32 off, its product the second of a double backward whose graph is retained.
 */
final class Benchmarks {
    private static final double TRILLION = 1e12;
    private static final double RATE = 0.1;
    private static final double MOMENTUM = 0.9;

    /** A network at a batch size, and what is asked of it beside PyTorch. */
    private record Case(String network, int batch) {
    }

    private static final List<Case> CASES = List.of(new Case("resnet20", 128), new Case("resnet50", 32));
    /** Least ratio of PyTorch's time to ours. */
    private static final Map<String, Double> BARS = Map.of("product", 1.0, "step", 0.8);

    private static final List<ConvGeometry> CONVOLUTIONS = List.of(square(128, 32, 16, 16, 3, 1),
            square(128, 16, 32, 32, 3, 1),
            square(128, 8, 64, 64, 3, 1), square(32, 224, 3, 64, 7, 2), square(32, 56, 64, 64, 3, 1),
            square(32, 56, 64, 256, 1, 1), square(32, 28, 128, 128, 3, 1), square(32, 14, 256, 256, 3, 1),
            square(32, 14, 1024, 256, 1, 1), square(32, 7, 512, 512, 3, 1));

    private Benchmarks() {
    }

    private static ConvGeometry square(int batch, int size, int in, int out, int kernel, int stride) {
        int pad = kernel / 2;
        return new ConvGeometry(batch, size, size, in, out, kernel, kernel, stride, stride, pad, pad, pad, pad, 1);
    }

    static void run(CheckTable table) {
        Optional<Map<String, Double>> peer = PyTorch.times(table);
        run(CheckOnGpu.gpu(Precision.FP32), "", peer, table);
        run(CheckOnGpu.gpu(Precision.F32X3), " (f32x3)", peer, table);
    }

    private static void run(Backend gpu, String label, Optional<Map<String, Double>> peer, CheckTable table) {
        Timing timing = new Timing(gpu);
        for (ConvGeometry g : CONVOLUTIONS) {
            for (ConvRole role : ConvRole.values()) {
                double seconds = timing.seconds(convolution(gpu, role, g));
                String speed = String.format(Locale.ROOT, "%.3f ms, %.1f TFLOP/s", 1e3 * seconds,
                        2 * g.multiplyAdds() / seconds / TRILLION);
                table.measure(name(role, g) + label, speed + beside(peer, name(role, g), seconds));
            }
        }
        for (Case c : CASES) {
            NetworkProblem problem = new NetworkProblem(c.network(), c.batch());
            String name = c.network() + " b" + c.batch();
            compare(name + " gradient", label, timing.seconds(gradient(gpu, problem)), peer, table);
            compare(name + " product", label, timing.seconds(product(gpu, problem)), peer, table);
            compare(name + " step", label, timing.seconds(step(gpu, problem)), peer, table);
        }
    }

    private static String name(ConvRole role, ConvGeometry g) {
        return String.format(Locale.ROOT, "conv %s b%d %dx%d %d->%d k%d s%d", role.name().toLowerCase(Locale.ROOT),
                g.batch(),
                g.inHeight(), g.inWidth(), g.inChannels(), g.outChannels(), g.kernelHeight(), g.strideHeight());
    }

    private static Executable convolution(Backend gpu, ConvRole role, ConvGeometry g) {
        Shape first = role == ConvRole.INPUT_GRAD ? g.filterShape() : g.inputShape();
        Shape second = role == ConvRole.OUTPUT ? g.filterShape() : g.outputShape();
        Value a = Value.input("a", DType.FLOAT32, first);
        Value b = Value.input("b", DType.FLOAT32, second);
        Executable e = gpu.compile(Graph.of("y", Value.of(new Op.Conv(role, g), a, b)));
        bind(e, Map.of("a", Tensor.zeros(DType.FLOAT32, first), "b", Tensor.zeros(DType.FLOAT32, second)));
        return e;
    }

    /** The bars are for float32 throughout. */
    private static void compare(String name, String label, double seconds, Optional<Map<String, Double>> peer,
            CheckTable table) {
        String seen = String.format(Locale.ROOT, "%.2f ms", 1e3 * seconds) + beside(peer, name, seconds);
        Double bar = BARS.get(name.substring(name.lastIndexOf(' ') + 1));
        Double other = peer.map(p -> p.get(name)).orElse(null);
        if (bar == null || other == null || !label.isEmpty()) {
            table.measure(name + label, seen);
        } else {
            table.check(name, seen, String.format(Locale.ROOT, "at least %.1fx PyTorch", bar), other / seconds >= bar);
        }
    }

    private static String beside(Optional<Map<String, Double>> peer, String name, double seconds) {
        return peer.map(p -> p.get(name)).map(other -> String.format(Locale.ROOT, "; PyTorch %.3f ms, %.2fx",
                1e3 * other, other / seconds)).orElse("");
    }

    private static Graph graph(Map<String, Value> outputs) {
        return Graph.of(new LinkedHashMap<>(outputs));
    }

    private static void bind(Executable e, Map<String, Tensor> tensors) {
        tensors.forEach((name, t) -> {
            if (e.inputs().contains(name)) {
                e.bind(name, t);
            }
        });
        e.inputs().forEach(e::hold);
    }

    private static Map<String, Tensor> point(NetworkProblem problem) {
        Map<String, Tensor> at = new LinkedHashMap<>(problem.parameters().tensors());
        at.put(TracedNetwork.IMAGES, problem.images());
        at.put(TracedNetwork.LABELS, problem.labels());
        return at;
    }

    private static Executable gradient(Backend gpu, NetworkProblem problem) {
        TracedNetwork net = problem.trace(dev.goshawk.models.Mode.EVALUATION);
        List<ParameterSpec> by = net.trainable();
        List<Value> gradient = ReverseMode.gradient(net.loss(), by.stream().map(s -> net.parameter(s.name())).toList());
        Map<String, Value> outputs = new LinkedHashMap<>();
        for (int i = 0; i < by.size(); i++) {
            outputs.put(by.get(i).name(), gradient.get(i));
        }
        Executable e = gpu.compile(graph(outputs));
        bind(e, point(problem));
        return e;
    }

    /** The part of a product that depends on the vector, after one run of the part that does not. */
    private static Executable product(Backend gpu, NetworkProblem problem) {
        TracedNetwork net = problem.trace(dev.goshawk.models.Mode.EVALUATION);
        List<Value> by = net.trainable().stream().map(s -> net.parameter(s.name())).toList();
        Linearization parts = HessianVectorProduct.trace(net.loss(), by, Mode.FORWARD_OVER_REVERSE, false);
        Executable primal = gpu.compile(parts.primal());
        primal.inputs().forEach(name -> primal.bind(name, at(point(problem), name)));
        Executable tangent = gpu.compile(graph(parts.tangent().outputs()));
        Map<String, Tensor> tensors = new LinkedHashMap<>(point(problem));
        parts.tangent().inputs()
                .forEach((name, v) -> tensors.computeIfAbsent(name, n -> Tensor.zeros(v.dtype(), v.shape())));
        parts.kept().forEach(tensors::remove);
        bind(tangent, tensors);
        parts.kept().stream().filter(tangent.inputs()::contains).forEach(k -> tangent.connect(k, primal, k));
        primal.run();
        return tangent;
    }

    private static Tensor at(Map<String, Tensor> point, String name) {
        Tensor t = point.get(name);
        if (t == null) {
            throw new IllegalStateException("nothing to bind to " + name);
        }
        return t;
    }

    /** Forward, backward and the update of SGD with momentum, batch normalization in training mode. */
    private static Executable step(Backend gpu, NetworkProblem problem) {
        TracedNetwork net = problem.trace(dev.goshawk.models.Mode.TRAINING);
        List<ParameterSpec> by = net.trainable();
        List<Value> gradient = ReverseMode.gradient(net.loss(), by.stream().map(s -> net.parameter(s.name())).toList());
        Map<String, Value> outputs = new LinkedHashMap<>();
        Map<String, Tensor> tensors = point(problem);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < by.size(); i++) {
            String name = by.get(i).name();
            names.add(name);
            Value momentum = Value.input("momentum/" + name, DType.FLOAT32, by.get(i).shape());
            tensors.put("momentum/" + name, Tensor.zeros(DType.FLOAT32, by.get(i).shape()));
            Value moved = momentum.scale(MOMENTUM).add(gradient.get(i));
            outputs.put("new momentum/" + name, moved);
            outputs.put("new/" + name, net.parameter(name).subtract(moved.scale(RATE)));
        }
        Executable e = gpu.compile(graph(outputs));
        bind(e, tensors);
        return e;
    }
}
