package dev.goshawk.models;

import dev.goshawk.models.parameters.Parameters;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.goshawk.autodiff.ForwardMode;
import dev.goshawk.autodiff.ReverseMode;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.BackendProvider;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.backend.ThreadPool;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * Logits, loss, gradient and one Hessian-vector product of a network on the vector backend, in the parameters' element
 * type. Images, labels and directions are rounded to it.
 */
final class SecondOrderRun {
    /** Gives the direction's part for the i-th trainable parameter, in Goshawk's layout. */
    interface Direction {
        Tensor part(ParameterSpec spec, int i);
    }

    final List<ParameterSpec> specs;
    private final Executable executable;
    private final List<Tensor> direction = new ArrayList<>();

    /** Skips the test where the backend is missing: plain loops would take minutes. */
    SecondOrderRun(Network network, Parameters parameters, Tensor images, Tensor labels, Direction v) {
        DType dtype = parameters.tensors().firstEntry().getValue().dtype();
        TracedNetwork net = network.trace(dtype, images.shape().dim(0), images.shape().dim(1),
                images.shape().dim(2), Mode.EVALUATION, LayerHooks.NONE);
        specs = net.trainable();
        List<Value> at = specs.stream().map(s -> net.parameter(s.name())).toList();
        List<Value> moves = specs.stream().map(s -> Value.input("v." + s.name(), dtype, s.shape())).toList();
        List<Value> gradient = ReverseMode.gradient(net.loss(), at);
        List<Value> product = ForwardMode.jvp(gradient, at, moves);
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        outputs.put("logits", net.logits());
        outputs.put("loss", net.loss());
        for (int i = 0; i < specs.size(); i++) {
            outputs.put("g." + specs.get(i).name(), gradient.get(i));
            outputs.put("Hv." + specs.get(i).name(), product.get(i));
        }
        executable = backend().compile(Graph.of(outputs));
        parameters.bindTo(executable);
        executable.bind(TracedNetwork.IMAGES, images.to(dtype));
        executable.bind(TracedNetwork.LABELS, labels.to(dtype));
        for (int i = 0; i < specs.size(); i++) {
            direction.add(v.part(specs.get(i), i).to(dtype));
            executable.bind("v." + specs.get(i).name(), direction.get(i));
        }
        executable.run();
    }

    Tensor logits() {
        return executable.output("logits");
    }

    double loss() {
        return executable.output("loss").item();
    }

    /** Gradient by one parameter. */
    Tensor gradient(ParameterSpec spec) {
        return executable.output("g." + spec.name());
    }

    /** The part of Hv that belongs to one parameter. */
    Tensor product(ParameterSpec spec) {
        return executable.output("Hv." + spec.name());
    }

    double gradientNorm() {
        return Math.sqrt(specs.stream().mapToDouble(s -> dot(gradient(s), gradient(s))).sum());
    }

    double productNorm() {
        return Math.sqrt(specs.stream().mapToDouble(s -> dot(product(s), product(s))).sum());
    }

    /** v'Hv. */
    double curvature() {
        double sum = 0;
        for (int i = 0; i < specs.size(); i++) {
            sum += dot(direction.get(i), product(specs.get(i)));
        }
        return sum;
    }

    static double norm(Tensor t) {
        return Math.sqrt(dot(t, t));
    }

    private static double dot(Tensor a, Tensor b) {
        double sum = 0;
        for (int i = 0; i < a.size(); i++) {
            sum += a.get(i) * b.get(i);
        }
        return sum;
    }

    private static Backend backend() {
        boolean usable = Backends.providers().stream().filter(p -> p.name().equals("vector"))
                .map(BackendProvider::unusableReason).anyMatch(reason -> reason.isEmpty());
        assumeTrue(usable, "skipped: the vector backend is not usable here, plain loops would take minutes");
        return Backends.select("vector", ThreadPool.ofThreads(Backends.defaultThreads()));
    }
}
