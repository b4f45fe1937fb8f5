package dev.goshawk.benchmarks.work;

import dev.goshawk.autodiff.ReverseMode;
import dev.goshawk.backend.Workers;
import dev.goshawk.cpu.kernel.ProductKernels;
import dev.goshawk.cpu.kernel.conv.ConvKernel;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import dev.goshawk.tensor.DType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** One convolution kernel alone. */
public final class Convolution implements Workload {
    private final ConvGeometry geometry;
    private final ConvKernel kernel;
    private final float[] first;
    private final float[] second;
    private final float[] result;
    private final float[] scratch;
    private final Workers workers;

    /** The kernel that the engine takes for the role and geometry, on seeded operands. */
    public Convolution(ConvRole role, ConvGeometry geometry, Workers workers) {
        this.geometry = geometry;
        this.workers = workers;
        kernel = ProductKernels.conv(role, geometry);
        int input = geometry.inputShape().size();
        int filter = geometry.filterShape().size();
        int output = geometry.outputShape().size();
        first = Lines.of(Gemm.numbers(role == ConvRole.INPUT_GRAD ? filter : input, 1));
        second = Lines.of(Gemm.numbers(role == ConvRole.OUTPUT ? filter : output, 2));
        result = Lines.floats(switch (role) {
            case OUTPUT -> output;
            case INPUT_GRAD -> input;
            case WEIGHT_GRAD -> filter;
        });
        scratch = Lines.floats(kernel.scratchFloats(workers.threads()));
    }

    /** A convolution and its role in a network's gradient. */
    public record Shape(ConvRole role, ConvGeometry geometry) {
        /** Floating point operations, padding taps included. */
        public double flop() {
            return 2.0 * geometry.multiplyAdds();
        }
    }

    /** What the gradient of a network by all its weights is made of, and how often, for images of the size it was made for. */
    public static SequencedMap<Shape, Integer> of(Network network, int batch) {
        TracedNetwork traced = network.trace(DType.FLOAT32, batch, Mode.EVALUATION);
        List<Value> weights = traced.trainable().stream().map(p -> traced.parameter(p.name())).toList();
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        for (Value g : ReverseMode.gradient(traced.loss(), weights)) {
            outputs.put("gradient/" + outputs.size(), g);
        }
        SequencedMap<Shape, Integer> shapes = new LinkedHashMap<>();
        for (Value v : Graph.of(outputs).nodes()) {
            if (v.op() instanceof Op.Conv(ConvRole role, ConvGeometry geometry)) {
                shapes.merge(new Shape(role, geometry), 1, Integer::sum);
            }
        }
        return shapes;
    }

    /** The kernel's class: which way of computing was taken. */
    public String kernel() {
        return kernel.getClass().getSimpleName();
    }

    @Override
    public Map<String, Double> facts() {
        return Map.of(FLOP, 2.0 * geometry.multiplyAdds());
    }

    @Override
    public void run() {
        kernel.run(first, Lines.START, second, Lines.START, result, Lines.START, false, scratch, Lines.START,
                workers);
    }
}
