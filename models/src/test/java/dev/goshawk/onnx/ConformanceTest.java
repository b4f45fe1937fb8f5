package dev.goshawk.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.cpu.reference.ReferenceBackend;
import dev.goshawk.graph.Graph;
import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.OnnxModel;
import dev.goshawk.onnx.format.TensorReader;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The ONNX project's own conformance data, where a folder of it is given by -Dgoshawk.onnx.conformance. */
class ConformanceTest {
    @TestFactory
    Stream<DynamicTest> everyFolderGivesItsOutputs() throws IOException {
        String root = System.getProperty("goshawk.onnx.conformance", "");
        assumeTrue(!root.isEmpty(), "needs -Dgoshawk.onnx.conformance=FOLDER");
        List<Path> models;
        try (Stream<Path> files = Files.walk(Path.of(root))) {
            models = files.filter(f -> f.endsWith("model.onnx")).sorted().toList();
        }
        assertFalse(models.isEmpty(), root);
        return models.stream().map(m -> DynamicTest.dynamicTest(m.getParent().getFileName().toString(), () -> run(m)));
    }

    /** Whole architectures, whose weights are constants: element k of the n of the input is k / n. */
    @TestFactory
    Stream<DynamicTest> wholeArchitecturesGiveTheirOutputs() throws IOException {
        String root = System.getProperty("goshawk.onnx.conformance", "");
        assumeTrue(!root.isEmpty(), "needs -Dgoshawk.onnx.conformance=FOLDER");
        List<Path> models;
        try (Stream<Path> files = Files.walk(Path.of(root))) {
            models = files.filter(f -> f.getFileName().toString().matches("light_.*\\.onnx")).sorted().toList();
        }
        assertFalse(models.isEmpty(), root);
        return models.stream().map(m -> DynamicTest.dynamicTest(m.getFileName().toString(), () -> runWhole(m)));
    }

    private static void runWhole(Path model) throws IOException {
        OnnxFunction function = OnnxFunction.read(model);
        OnnxModel.Input input = function.inputs().getFirst();
        Shape shape = Shape.of(input.dims().stream().mapToInt(d -> Math.max(1, d)).toArray());
        Tensor images = Tensor.zeros(DType.FLOAT32, shape);
        for (int i = 0; i < images.size(); i++) {
            images.set(i, (float) i / images.size());
        }
        OnnxFunction.Traced traced = function.trace(DType.FLOAT32, Map.of(input.name(), shape), Map.of());
        Map<String, Tensor> bound = new HashMap<>(traced.parameters());
        bound.put(input.name(), images);
        Executable run = Backends.defaultBackend().compile(Graph.of(traced.outputs()));
        run.inputs().forEach(name -> run.bind(name, bound.get(name)));
        run.run();
        String name = model.getFileName().toString().replace(".onnx", "_output_0.pb");
        ConstantArray expected = TensorReader.read(Files.readAllBytes(model.resolveSibling(name)), model.getParent())
                .array();
        compare(expected, run.output(function.outputs().getFirst()));
    }

    /** In float64 by plain loops, and in float32 as a user's network is computed. */
    private static void run(Path model) throws IOException {
        run(model, DType.FLOAT64, new ReferenceBackend());
        run(model, DType.FLOAT32, Backends.defaultBackend());
    }

    private static void run(Path model, DType dtype, Backend backend) throws IOException {
        OnnxFunction function = OnnxFunction.read(model);
        Path set = model.resolveSibling("test_data_set_0");
        Map<String, Shape> shapes = new HashMap<>();
        Map<String, ConstantArray> known = new HashMap<>();
        Map<String, Tensor> bound = new HashMap<>();
        int i = 0;
        for (OnnxModel.Input input : function.inputs()) {
            ConstantArray array = TensorReader.read(Files.readAllBytes(set.resolve("input_" + i++ + ".pb")), set)
                    .array();
            if (array.isInteger()) {
                known.put(input.name(), array);
            } else {
                shapes.put(input.name(), array.shape());
                bound.put(input.name(), array.tensor(dtype));
            }
        }
        OnnxFunction.Traced traced = function.trace(dtype, shapes, known);
        bound.putAll(traced.parameters());
        Executable run = backend.compile(Graph.of(traced.outputs()));
        run.inputs().forEach(name -> run.bind(name, bound.get(name)));
        run.run();
        for (int o = 0; o < function.outputs().size(); o++) {
            ConstantArray expected = TensorReader.read(Files.readAllBytes(set.resolve("output_" + o + ".pb")), set)
                    .array();
            Tensor got = run.output(function.outputs().get(o));
            compare(expected, got);
        }
    }

    private static void compare(ConstantArray expected, Tensor got) {
        assertEquals(expected.shape(), got.shape());
        for (int e = 0; e < got.size(); e++) {
            double x = got.dtype() == DType.FLOAT32 ? (float) expected.real(e) : expected.real(e);
            if (Double.isNaN(x)) {
                assertTrue(Double.isNaN(got.get(e)), "element " + e);
            } else {
                assertEquals(x, got.get(e), 1e-5 + 1e-4 * Math.abs(x), "element " + e);
            }
        }
    }
}
