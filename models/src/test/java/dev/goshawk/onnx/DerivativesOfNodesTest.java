package dev.goshawk.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.goshawk.autodiff.ReverseMode;
import dev.goshawk.backend.Executable;
import dev.goshawk.cpu.reference.ReferenceBackend;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Gradients of operators as they come from a file, against differences of their values in float64. */
class DerivativesOfNodesTest {
    private static final double STEP = 1e-6;
    private static final long SEED = 11;

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicTest> gradientsAreThoseOfDifferences() {
        // Infinite values have no differences, and rounding to codes has another derivative by design.
        return OperatorCases.all().filter(c -> !c.name().startsWith("Is") && !c.name().startsWith("QuantizeLinear"))
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> compare(c)));
    }

    private void compare(CaseList.Case c) throws IOException {
        Path file = Files.write(folder.resolve("f.onnx"), c.model().output("z").toBytes());
        SplittableRandom random = new SplittableRandom(SEED);
        Map<String, Tensor> at = new LinkedHashMap<>();
        Map<String, Shape> shapes = new HashMap<>();
        c.inputs().forEach((name, dims) -> shapes.put(name,
                Shape.of(Arrays.stream(dims).mapToInt(d -> (int) d).toArray())));
        shapes.forEach((name, shape) -> at.put(name, random(random, shape)));
        OnnxFunction.Traced traced = OnnxFunction.read(file).trace(DType.FLOAT64, shapes, Map.of());
        at.putAll(traced.parameters());
        Value z = traced.outputs().firstEntry().getValue();
        Map<String, Value> inputs = GraphInputs.of(z);
        Tensor weights = random(random, z.shape());
        Value loss = z.multiply(Value.input("weights of z", DType.FLOAT64, z.shape())).sum();
        at.put("weights of z", weights);
        inputs.keySet().retainAll(shapes.keySet());
        List<String> names = List.copyOf(inputs.keySet());
        List<Value> gradients = ReverseMode.gradient(loss, names.stream().map(inputs::get).toList());
        double slope = 0;
        Map<String, Tensor> ahead = new HashMap<>(at);
        Map<String, Tensor> behind = new HashMap<>(at);
        for (int i = 0; i < names.size(); i++) {
            Tensor direction = random(random, shapes.get(names.get(i)));
            Tensor gradient = run(gradients.get(i), at);
            Tensor x = at.get(names.get(i));
            Tensor up = Tensor.zeros(DType.FLOAT64, x.shape());
            Tensor down = Tensor.zeros(DType.FLOAT64, x.shape());
            for (int k = 0; k < x.size(); k++) {
                slope += gradient.get(k) * direction.get(k);
                up.set(k, x.get(k) + STEP * direction.get(k));
                down.set(k, x.get(k) - STEP * direction.get(k));
            }
            ahead.put(names.get(i), up);
            behind.put(names.get(i), down);
        }
        double difference = (run(loss, ahead).get(0) - run(loss, behind).get(0)) / (2 * STEP);
        assertEquals(difference, slope, 1e-6 * Math.max(1, Math.abs(difference)), "seed " + SEED);
    }

    private static Tensor random(SplittableRandom random, Shape shape) {
        return Tensor.of(shape, random.doubles(shape.size(), -2, 2).toArray());
    }

    private static Tensor run(Value value, Map<String, Tensor> at) {
        Executable run = new ReferenceBackend().compile(Graph.of("y", value));
        run.inputs().forEach(name -> run.bind(name, at.get(name)));
        run.run();
        return run.output("y");
    }
}
