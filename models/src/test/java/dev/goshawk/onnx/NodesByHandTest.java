package dev.goshawk.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.goshawk.backend.Executable;
import dev.goshawk.cpu.reference.ReferenceBackend;
import dev.goshawk.graph.Graph;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What ONNX Runtime does not compute, or computes otherwise than the standard says. */
class NodesByHandTest {
    @TempDir
    private Path folder;

    private Tensor run(OnnxBytes model, Map<String, Tensor> inputs) throws IOException {
        Path file = Files.write(folder.resolve("f.onnx"), model.output("z").toBytes());
        Map<String, Shape> shapes = new HashMap<>();
        inputs.forEach((name, t) -> shapes.put(name, t.shape()));
        OnnxFunction.Traced traced = OnnxFunction.read(file).trace(DType.FLOAT64, shapes, Map.of());
        Executable run = new ReferenceBackend().compile(Graph.of(traced.outputs()));
        run.inputs().forEach(name -> run.bind(name, inputs.getOrDefault(name, traced.parameters().get(name))));
        run.run();
        return run.output("z");
    }

    private static Tensor wave(int... dims) {
        Tensor t = Tensor.zeros(DType.FLOAT64, Shape.of(dims));
        for (int i = 0; i < t.size(); i++) {
            t.set(i, Math.sin(i + 0.5 * dims.length));
        }
        return t;
    }

    /** The same recurrent layer with the batch first. */
    @Test
    void recurrentLayersTakeTheBatchFirst() throws IOException {
        byte[] size = OnnxBytes.attribute("hidden_size", 3);
        byte[] both = OnnxBytes.attribute("direction", "bidirectional");
        Map<String, Tensor> inputs = Map.of("x", wave(2, 4, 5), "w", wave(2, 12, 5), "r", wave(2, 12, 3), "h",
                wave(2, 2, 3), "c", wave(2, 2, 3));
        for (List<String> out : List.of(List.of("y", "1,3,0,2"), List.of("h1", "1,0,2"), List.of("c1", "1,0,2"))) {
            OnnxBytes first = recurrent().node("LSTM", List.of("x", "w", "r", "", "", "h", "c"),
                    List.of("y", "h1", "c1"), size, both, OnnxBytes.attribute("layout", 1))
                    .node("Identity", List.of(out.getFirst()), List.of("z"));
            int[] back = out.getFirst().equals("y") ? new int[] {2, 0, 1, 3} : new int[] {1, 0, 2};
            OnnxBytes last = recurrent();
            for (String name : List.of("x", "h", "c")) {
                last.node("Transpose", List.of(name), List.of(name + "t"), OnnxBytes.attribute("perm", 1L, 0L, 2L));
            }
            last.node("LSTM", List.of("xt", "w", "r", "", "", "ht", "ct"), List.of("y", "h1", "c1"), size, both)
                    .node("Transpose", List.of(out.getFirst()), List.of("z"),
                            OnnxBytes.attribute("perm", Arrays.stream(back).asLongStream().toArray()));
            Tensor expected = run(last, inputs);
            Tensor got = run(first, inputs);
            assertEquals(expected.shape(), got.shape());
            assertArrayEquals(expected.toDoubles(), got.toDoubles(), 0);
        }
    }

    private static OnnxBytes recurrent() {
        return new OnnxBytes(14).input("x", 1, 2, 4, 5).input("w", 1, 2, 12, 5).input("r", 1, 2, 12, 3)
                .input("h", 1, 2, 2, 3).input("c", 1, 2, 2, 3);
    }

    @ParameterizedTest
    @CsvSource({"ReduceSum,0", "ReduceProd,1", "ReduceMax,-Infinity", "ReduceMin,Infinity", "ReduceL1,0",
            "ReduceL2,0", "ReduceLogSum,-Infinity", "ReduceLogSumExp,-Infinity", "ReduceSumSquare,0"})
    void reductionsOfNothing(String operator, double none) throws IOException {
        OnnxBytes model = new OnnxBytes(20).input("x", 1, 2, 0, 3)
                .initializer(OnnxBytes.integers("axes", new long[] {1}, 1))
                .node(operator, List.of("x", "axes"), List.of("z"), OnnxBytes.attribute("keepdims", 0));
        Tensor z = run(model, Map.of("x", Tensor.zeros(DType.FLOAT64, Shape.of(2, 0, 3))));
        assertEquals(Shape.of(2, 3), z.shape());
        assertArrayEquals(new double[] {none, none, none, none, none, none}, z.toDoubles());
    }

    @Test
    void productsKeepSmallFactors() throws IOException {
        OnnxBytes model = new OnnxBytes(26).input("x", 1, 4)
                .initializer(OnnxBytes.integers("axis", new long[] {}, 0))
                .node("CumProd", List.of("x", "axis"), List.of("z"));
        assertArrayEquals(new double[] {1e-30, 1e-10, 3e-40, 3e-10},
                run(model, Map.of("x", Tensor.of(Shape.of(4), 1e-30, 1e20, 3e-30, 1e30))).toDoubles(), 1e-42);
    }

    @ParameterizedTest
    @CsvSource({"-Infinity", "-3.4e38", "0.1"})
    void paddingLeavesWhatIsInside(float value) throws IOException {
        OnnxBytes model = new OnnxBytes(20).input("x", 1, 2)
                .initializer(OnnxBytes.integers("pads", new long[] {2}, 1, 2))
                .initializer(OnnxBytes.floats("v", new long[] {}, value))
                .node("Pad", List.of("x", "pads", "v"), List.of("z"));
        assertArrayEquals(new double[] {value, 1e-9, 0.3, value, value},
                run(model, Map.of("x", Tensor.of(Shape.of(2), 1e-9, 0.3))).toDoubles());
    }

    @Test
    void softsignOfInfinity() throws IOException {
        OnnxBytes model = new OnnxBytes(13).input("x", 1, 4).node("Softsign", List.of("x"), List.of("z"));
        assertArrayEquals(new double[] {1, -1, 1, 0.75}, run(model,
                Map.of("x", Tensor.of(Shape.of(4), Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e200, 3)))
                .toDoubles());
    }

    /** Whole numbers that float64 does not tell apart. */
    @Test
    void differentWholeNumbersStayDifferent() throws IOException {
        long large = 1L << 60;
        OnnxBytes model = new OnnxBytes(13).input("x", 1, 1)
                .initializer(OnnxBytes.integers("k", new long[] {4}, large + 1, large, large + 1, -large))
                .node("Unique", List.of("k"), List.of("u", "first", "which", "count"))
                .node("Cast", List.of("which"), List.of("f"), OnnxBytes.attribute("to", 1))
                .node("Mul", List.of("x", "f"), List.of("z"));
        assertArrayEquals(new double[] {2, 1, 2, 0},
                run(model, Map.of("x", Tensor.of(Shape.of(1), 1.0))).toDoubles());
    }

    /** Places are those of the smallest image that holds all windows; a larger one is filled with zeros. */
    @Test
    void unpoolingToALargerImage() throws IOException {
        OnnxBytes model = new OnnxBytes(11).input("x", 1, 1, 1, 4, 4)
                .initializer(OnnxBytes.integers("shape", new long[] {4}, 1, 1, 5, 5))
                .node("MaxPool", List.of("x"), List.of("v", "i"), OnnxBytes.attribute("kernel_shape", 2L, 2L),
                        OnnxBytes.attribute("strides", 2L, 2L))
                .node("MaxUnpool", List.of("v", "i", "shape"), List.of("z"),
                        OnnxBytes.attribute("kernel_shape", 2L, 2L), OnnxBytes.attribute("strides", 2L, 2L));
        double[] x = {0, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 3, 0, 4};
        assertArrayEquals(new double[] {0, 0, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 4, 0, 0, 0, 0, 0, 0},
                run(model, Map.of("x", Tensor.of(Shape.of(1, 1, 4, 4), x))).toDoubles());
    }

    @Test
    void normalizationOfEachElement() throws IOException {
        OnnxBytes model = new OnnxBytes(8).input("x", 1, 2, 2)
                .initializer(OnnxBytes.floats("g", new long[] {2}, 2, 3))
                .initializer(OnnxBytes.floats("b", new long[] {2}, 1, -1))
                .initializer(OnnxBytes.floats("m", new long[] {2}, 0.5f, 0))
                .initializer(OnnxBytes.floats("v", new long[] {2}, 4, 0.25f))
                .node("BatchNormalization", List.of("x", "g", "b", "m", "v"), List.of("z"),
                        OnnxBytes.attribute("spatial", 0), OnnxBytes.real("epsilon", 0));
        assertArrayEquals(new double[] {1.5, 5, 2.5, -7},
                run(model, Map.of("x", Tensor.of(Shape.of(2, 2), 1.0, 1, 2, -1))).toDoubles(), 1e-12);
    }

    /** What a mask does not reach is not seen. */
    @Test
    void aMaskMayBeShorterThanTheKeys() throws IOException {
        Map<String, Tensor> inputs = Map.of("q", wave(1, 2, 3, 4), "k", wave(1, 2, 5, 4), "v", wave(1, 2, 5, 4), "m",
                wave(3, 3));
        OnnxBytes plain = new OnnxBytes(24).input("q", 1).input("k", 1).input("v", 1).input("m", 1);
        Tensor got = run(plain.node("Attention", List.of("q", "k", "v", "m"), List.of("z")), inputs);
        OnnxBytes cut = new OnnxBytes(24).input("q", 1).input("k", 1).input("v", 1).input("m", 1)
                .initializer(OnnxBytes.integers("from", new long[] {1}, 0))
                .initializer(OnnxBytes.integers("to", new long[] {1}, 3))
                .initializer(OnnxBytes.integers("axis", new long[] {1}, 2))
                .node("Slice", List.of("k", "from", "to", "axis"), List.of("k3"))
                .node("Slice", List.of("v", "from", "to", "axis"), List.of("v3"))
                .node("Attention", List.of("q", "k3", "v3", "m"), List.of("z"));
        assertArrayEquals(run(cut, inputs).toDoubles(), got.toDoubles(), 1e-12);
    }
}
