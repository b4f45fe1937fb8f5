package dev.goshawk.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.autodiff.HessianVectorProduct;
import dev.goshawk.autodiff.SampleValues;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Workers;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.models.Networks;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** ResNet20's gradient and Hessian-vector products on the emulated device against plain loops in float64. */
class NetworkHessianOnEmulatedDeviceTest {
    private static final int BATCH = 2;
    private static final int SIZE = 8;

    /** Loss, gradient and two products, the second from a recording. */
    private record Results(double loss, List<double[]> gradient, List<double[]> first, List<double[]> second) {
        static Results of(Backend backend, DType dtype) {
            Network network = Networks.byName("resnet20");
            TracedNetwork net = network.trace(dtype, BATCH, SIZE, SIZE, Mode.EVALUATION, LayerHooks.NONE);
            List<String> names = net.trainable().stream().map(ParameterSpec::name).toList();
            HessianVectorProduct h = HessianVectorProduct.of(net.loss(), names.stream().map(net::parameter).toList(),
                    backend);
            Parameters.initialize(network, DType.FLOAT32, 5).to(dtype).tensors().forEach(h::bind);
            h.bind(TracedNetwork.IMAGES, SampleValues.normal(7, BATCH, SIZE, SIZE, 3).to(DType.FLOAT32).to(dtype));
            Tensor labels = Tensor.zeros(dtype, Shape.of(BATCH, 10));
            labels.set(3, 1);
            labels.set(10, 1);
            h.bind(TracedNetwork.LABELS, labels).linearize();
            List<double[]> gradient = names.stream().map(n -> h.gradient(n).toDoubles()).toList();
            List<List<double[]>> products = new ArrayList<>();
            for (int seed = 1; seed <= 2; seed++) {
                long s = seed;
                names.forEach(n -> h.direction(n).copyFrom(
                        SampleValues.normal(s, h.direction(n).shape().dims()).to(DType.FLOAT32).to(dtype)));
                h.apply();
                products.add(names.stream().map(n -> h.product(n).toDoubles()).toList());
            }
            return new Results(h.value(), gradient, products.get(0), products.get(1));
        }
    }

    @Test
    void agreesWithPlainLoops() {
        Results expected = Results.of(Backends.select("reference", Workers.SINGLE), DType.FLOAT64);
        Results single = Results.of(EmulatedBackend.backend(), DType.FLOAT32);
        assertEquals(expected.loss(), single.loss(), 1e-5 * Math.abs(expected.loss()));
        compare(expected.gradient(), single.gradient(), 1e-4);
        compare(expected.first(), single.first(), 1e-4);
        compare(expected.second(), single.second(), 1e-4);
    }

    @Test
    void givesTheSameBitsInWhateverOrderThreadsRun() {
        Results forwards = Results.of(EmulatedBackend.on(EmulatedBackend.device(1L << 30, false)), DType.FLOAT32);
        Results backwards = Results.of(EmulatedBackend.on(EmulatedBackend.device(1L << 30, true)), DType.FLOAT32);
        assertEquals(forwards.loss(), backwards.loss());
        for (int i = 0; i < forwards.second().size(); i++) {
            assertArrayEquals(forwards.gradient().get(i), backwards.gradient().get(i));
            assertArrayEquals(forwards.second().get(i), backwards.second().get(i));
        }
    }

    /** Every parameter's part, relative to the largest element of all. */
    private static void compare(List<double[]> expected, List<double[]> actual, double tolerance) {
        double scale = expected.stream().flatMapToDouble(java.util.Arrays::stream).map(Math::abs).max().orElseThrow();
        assertTrue(scale > 0);
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i), tolerance * scale, "parameter " + i);
        }
    }
}
