package dev.goshawk.cuda.check;

import dev.goshawk.autodiff.HessianVectorProduct;
import dev.goshawk.autodiff.SampleValues;
import dev.goshawk.backend.Backend;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.models.Networks;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.List;

/** A network with seeded weights, images and labels, and its Hessian by all parameters. */
final class NetworkProblem {
    private static final long SEED = 5;

    final Network network;
    final int batch;

    NetworkProblem(String name, int batch) {
        this.network = Networks.byName(name);
        this.batch = batch;
    }

    TracedNetwork trace(Mode mode) {
        return network.trace(DType.FLOAT32, batch, network.inputSize(), network.inputSize(), mode, LayerHooks.NONE);
    }

    Parameters parameters() {
        return Parameters.initialize(network, DType.FLOAT32, SEED);
    }

    Tensor images() {
        return SampleValues.normal(SEED, batch, network.inputSize(), network.inputSize(), 3).to(DType.FLOAT32);
    }

    Tensor labels() {
        Tensor labels = Tensor.zeros(DType.FLOAT32, Shape.of(batch, network.classes()));
        for (int i = 0; i < batch; i++) {
            labels.set(i * network.classes() + i * 7 % network.classes(), 1);
        }
        return labels;
    }

    /** Linearized, with the first direction in place. */
    HessianVectorProduct hessian(Backend backend) {
        TracedNetwork net = trace(Mode.EVALUATION);
        HessianVectorProduct h = HessianVectorProduct.of(net.loss(),
                net.trainable().stream().map(ParameterSpec::name).map(net::parameter).toList(), backend);
        parameters().tensors().forEach(h::bind);
        h.bind(TracedNetwork.IMAGES, images()).bind(TracedNetwork.LABELS, labels());
        setDirection(h, direction(h.names(), h));
        return h.linearize();
    }

    private static double[] direction(List<String> names, HessianVectorProduct h) {
        return SampleValues.normal(SEED + 1, names.stream().mapToInt(n -> h.direction(n).size()).sum()).toDoubles();
    }

    static void setDirection(HessianVectorProduct h, double[] v) {
        int at = 0;
        for (String name : h.names()) {
            Tensor t = h.direction(name);
            for (int i = 0; i < t.size(); i++) {
                t.set(i, v[at++]);
            }
        }
    }

    static double[] product(HessianVectorProduct h) {
        return flat(h, h::product);
    }

    static double[] direction(HessianVectorProduct h) {
        return flat(h, h::direction);
    }

    private static double[] flat(HessianVectorProduct h, java.util.function.Function<String, Tensor> part) {
        return h.names().stream().flatMapToDouble(n -> java.util.Arrays.stream(part.apply(n).toDoubles())).toArray();
    }
}
