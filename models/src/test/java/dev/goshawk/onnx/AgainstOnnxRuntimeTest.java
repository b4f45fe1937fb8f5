package dev.goshawk.onnx;

import static dev.goshawk.onnx.OnnxBytes.attribute;
import static dev.goshawk.onnx.OnnxBytes.integers;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.cpu.reference.ReferenceBackend;
import dev.goshawk.graph.Graph;
import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.io.IOException;
import java.nio.FloatBuffer;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Operators at awkward shapes, axes and operator sets give what ONNX Runtime gives. */
class AgainstOnnxRuntimeTest {
    private static final long[] X = {2, 3, 5};

    @TempDir
    private Path folder;

    /** In float64 by plain loops, and twice in float32 as a user's network is computed. */
    @TestFactory
    Stream<DynamicTest> resultsAreTheSame() {
        return OperatorCases.all().map(c -> DynamicTest.dynamicTest(c.name(), () -> compare(c)));
    }

    private void compare(OperatorCases.Case c) throws IOException, OrtException {
        Path file = Files.write(folder.resolve("f.onnx"), c.model().output("z").toBytes());
        SplittableRandom random = new SplittableRandom(7);
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        c.inputs().forEach((name, dims) -> {
            Shape shape = Shape.of(Stream.of(dims).flatMapToInt(d -> Arrays.stream(d).mapToInt(e -> (int) e))
                    .toArray());
            double[] all = random.doubles(shape.size(), -2, 2).map(v -> (float) v).toArray();
            inputs.put(name, Tensor.of(shape, all));
        });
        double[] expected = onnxRuntime(file, inputs);
        same(expected, run(file, inputs, DType.FLOAT64, new ReferenceBackend()));
        same(expected, run(file, inputs, DType.FLOAT32, Backends.defaultBackend()));
    }

    private static double[] run(Path file, Map<String, Tensor> inputs, DType dtype, Backend backend) {
        OnnxFunction.Traced traced = OnnxFunction.read(file).trace(dtype, shapes(inputs), Map.of());
        Executable run = backend.compile(Graph.of(traced.outputs()));
        run.inputs().forEach(name -> run.bind(name, inputs.containsKey(name)
                ? ConstantArray.of(inputs.get(name), false).tensor(dtype)
                : traced.parameters().get(name)));
        run.run();
        double[] first = run.output("z").toDoubles();
        run.run();
        assertArrayEquals(first, run.output("z").toDoubles(), "the second run");
        return first;
    }

    private static void same(double[] expected, double[] got) {
        assertEquals(expected.length, got.length);
        double most = Arrays.stream(expected).map(Math::abs).filter(Double::isFinite).max().orElse(0);
        for (int i = 0; i < got.length; i++) {
            assertEquals(expected[i], got[i], 3e-6 * most, "element " + i);
        }
    }

    private static Map<String, Shape> shapes(Map<String, Tensor> inputs) {
        Map<String, Shape> shapes = new HashMap<>();
        inputs.forEach((name, t) -> shapes.put(name, t.shape()));
        return shapes;
    }

    private static double[] onnxRuntime(Path file, Map<String, Tensor> inputs) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        Map<String, OnnxTensor> bound = new HashMap<>();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
                OrtSession session = session(environment, file, options)) {
            for (var e : inputs.entrySet()) {
                float[] f = new float[e.getValue().size()];
                for (int i = 0; i < f.length; i++) {
                    f[i] = (float) e.getValue().get(i);
                }
                long[] dims = Arrays.stream(e.getValue().shape().dims()).asLongStream().toArray();
                bound.put(e.getKey(), OnnxTensor.createTensor(environment, FloatBuffer.wrap(f), dims));
            }
            try (OrtSession.Result result = session.run(bound)) {
                FloatBuffer z = ((OnnxTensor) result.get(0)).getFloatBuffer();
                double[] all = new double[z.remaining()];
                for (int i = 0; i < all.length; i++) {
                    all[i] = z.get(i);
                }
                return all;
            }
        } finally {
            bound.values().forEach(OnnxTensor::close);
        }
    }

    private static OrtSession session(OrtEnvironment environment, Path file, OrtSession.SessionOptions options)
            throws OrtException {
        options.setIntraOpNumThreads(1);
        return environment.createSession(file.toString(), options);
    }

    private String refused(OnnxBytes model) throws IOException {
        Path file = Files.write(folder.resolve("f.onnx"), model.output("z").toBytes());
        OnnxFunction function = OnnxFunction.read(file);
        String message = assertThrows(OnnxException.class,
                () -> function.trace(DType.FLOAT64, Map.of("x", Shape.of(2, 3, 5)), Map.of())).getMessage();
        return message.substring(file.toString().length() + 2);
    }

    private static OnnxBytes x() {
        return new OnnxBytes(18).input("x", 1, X);
    }

    @Test
    void whatDoesNotFitIsNamed() throws IOException {
        assertEquals("node 0 (GatherND): index 3 along an axis of 3", refused(x()
                .initializer(integers("at", new long[] {1, 2}, 0, 3))
                .node("GatherND", List.of("x", "at"), List.of("z"))));
        assertEquals("node 0 (GatherElements): indices of shape [3,1,1] for data of shape [2,3,5]",
                refused(x().initializer(integers("at", new long[] {3, 1, 1}, 0, 0, 0))
                        .node("GatherElements", List.of("x", "at"), List.of("z"), attribute("axis", 2))));
        assertEquals("node 0 (ScatterND): expected updates of shape [1,5], got [2,3,5]",
                refused(x().initializer(integers("at", new long[] {1, 2}, 0, 2))
                        .node("ScatterND", List.of("x", "at", "x"), List.of("z"))));
        assertEquals("node 0 (TopK): expected k of 1 to 5, got 6",
                refused(x().initializer(integers("k", new long[] {1}, 6)).node("TopK", List.of("x", "k"),
                        List.of("z"))));
        assertEquals("node 0 (Einsum): einsum 'ij': expected 2 axes for 'ij', got [2,3,5]",
                refused(x().node("Einsum", List.of("x"), List.of("z"), attribute("equation", "ij"))));
        assertEquals("node 0 (Attention): input 0: expected [batch, heads, length, width], or [batch, length, width] "
                + "of q_num_heads heads, got shape [2,3,5] and q_num_heads 0",
                refused(x().node("Attention", List.of("x", "x", "x"), List.of("z"))));
    }
}
