package dev.goshawk.onnx.form;

import static dev.goshawk.onnx.OnnxBytes.attribute;
import static dev.goshawk.onnx.OnnxBytes.floats;
import static dev.goshawk.onnx.OnnxBytes.real;
import static dev.goshawk.onnx.OnnxBytes.tensor;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import dev.goshawk.autodiff.ReverseMode;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.cpu.reference.ReferenceBackend;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.onnx.GraphInputs;
import dev.goshawk.onnx.OnnxBytes;
import dev.goshawk.onnx.OnnxFunction;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Layers of whole numbers give ONNX Runtime's codes, and derivatives go through their roundings. */
class IntegerLayersTest {
    private static final int UINT8 = 2;
    private static final int INT8 = 3;
    private static final int INT32 = 6;
    private static final String MICROSOFT = "com.microsoft";
    private static final float X_SCALE = 0.0173f;
    private static final float Y_SCALE = 0.0311f;

    @TempDir
    private Path folder;

    private record Sample(String name, OnnxBytes model, int... shape) {
    }

    private static byte[] codes(String name, int type, long... dims) {
        byte[] bytes = new byte[(int) Arrays.stream(dims).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 37 + name.length());
        }
        return tensor(name, type, dims, bytes);
    }

    private static byte[] zero(String name, int type, int... values) {
        byte[] bytes = new byte[values.length];
        IntStream.range(0, bytes.length).forEach(i -> bytes[i] = (byte) values[i]);
        return tensor(name, type, values.length == 1 ? new long[0] : new long[] {values.length}, bytes);
    }

    private static byte[] bias(int... values) {
        ByteBuffer raw = ByteBuffer.allocate(values.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        Arrays.stream(values).forEach(raw::putInt);
        return tensor("bias", INT32, new long[] {values.length}, raw.array());
    }

    /** A graph with the codes "q" of x, and how those of the result are rounded. */
    private static OnnxBytes codes(int type, long... shape) {
        return new OnnxBytes(13).input("x", 1, shape).initializer(floats("xs", new long[0], X_SCALE))
                .initializer(zero("xz", type, type == UINT8 ? 121 : -3))
                .initializer(floats("ys", new long[0], Y_SCALE)).initializer(zero("yz", type, type == UINT8 ? 97 : 5))
                .initializer(floats("ws", new long[0], 0.011f)).initializer(zero("wz", INT8, 0))
                .node("QuantizeLinear", List.of("x", "xs", "xz"), List.of("q"));
    }

    private static OnnxBytes ends(OnnxBytes model) {
        return model.node("DequantizeLinear", List.of("r", "ys", "yz"), List.of("y")).output("y");
    }

    private static List<Sample> samples() {
        List<Sample> all = new ArrayList<>();
        for (int type : new int[] {UINT8, INT8}) {
            all.add(new Sample("QLinearConv " + type, ends(codes(type, 2, 3, 6, 6)
                    .initializer(codes("w", INT8, 4, 3, 3, 3)).initializer(bias(100, -900, 7, 0))
                    .node("QLinearConv", List.of("q", "xs", "xz", "w", "ws", "wz", "ys", "yz", "bias"), List.of("r"),
                            attribute("pads", 1L, 1L, 1L, 1L), attribute("strides", 2L, 2L))),
                    2, 3, 6, 6));
            all.add(new Sample("QLinearConv by channel " + type, ends(codes(type, 2, 3, 6, 6)
                    .initializer(codes("w", INT8, 4, 3, 3, 3)).initializer(bias(100, -900, 7, 0))
                    .initializer(floats("cs", new long[] {4}, 0.01f, 0.02f, 0.005f, 0.013f))
                    .initializer(zero("cz", INT8, 0, 0, 0, 0))
                    .node("QLinearConv", List.of("q", "xs", "xz", "w", "cs", "cz", "ys", "yz", "bias"), List.of("r"))),
                    2, 3, 6, 6));
            all.add(new Sample("QLinearMatMul " + type, ends(codes(type, 5, 7).initializer(codes("w", INT8, 7, 4))
                    .node("QLinearMatMul", List.of("q", "xs", "xz", "w", "ws", "wz", "ys", "yz"), List.of("r"))), 5,
                    7));
            all.add(new Sample("moves " + type, ends(codes(type, 2, 3, 6, 6)
                    .initializer(OnnxBytes.integers("rows", new long[] {2}, 2, 27)).initializer(codes("w", INT8, 27, 4))
                    .node("MaxPool", List.of("q"), List.of("m"), attribute("kernel_shape", 2L, 2L),
                            attribute("strides", 2L, 2L))
                    .node("Transpose", List.of("m"), List.of("t"), attribute("perm", 0L, 2L, 3L, 1L))
                    .node("Reshape", List.of("t", "rows"), List.of("f"))
                    .node("QLinearMatMul", List.of("f", "xs", "xz", "w", "ws", "wz", "ys", "yz"), List.of("r"))),
                    2, 3, 6, 6));
            for (String operator : List.of("QLinearAdd", "QLinearMul")) {
                all.add(new Sample(operator + " " + type, ends(codes(type, 2, 3, 4).named(MICROSOFT, "", operator,
                        List.of("q", "xs", "xz", "q", "xs", "xz", "ys", "yz"), List.of("r"))), 2, 3, 4));
            }
            for (String operator : List.of("QLinearSigmoid", "QLinearLeakyRelu", "QLinearGlobalAveragePool",
                    "QLinearAveragePool")) {
                byte[][] attributes = switch (operator) {
                    case "QLinearLeakyRelu" -> new byte[][] {real("alpha", 0.1f)};
                    case "QLinearAveragePool" -> new byte[][] {attribute("kernel_shape", 2L, 2L),
                            attribute("strides", 2L, 2L)};
                    default -> new byte[0][];
                };
                all.add(new Sample(operator + " " + type, ends(codes(type, 2, 3, 4, 4).named(MICROSOFT, "", operator,
                        List.of("q", "xs", "xz", "ys", "yz"), List.of("r"), attributes)), 2, 3, 4, 4));
            }
            all.add(new Sample("QLinearConcat " + type, ends(codes(type, 2, 3, 4).named(MICROSOFT, "", "QLinearConcat",
                    List.of("ys", "yz", "q", "xs", "xz", "q", "ys", "yz"), List.of("r"), attribute("axis", 1))), 2, 3,
                    4));
            all.add(new Sample("QGemm " + type, ends(codes(type, 5, 7).initializer(codes("w", INT8, 4, 7))
                    .initializer(bias(100, -900, 7, 0)).named(MICROSOFT, "", "QGemm",
                            List.of("q", "xs", "xz", "w", "ws", "wz", "bias", "ys", "yz"), List.of("r"),
                            attribute("transB", 1))),
                    5, 7));
            all.add(new Sample("QGemm to floats " + type, codes(type, 5, 7).initializer(codes("w", INT8, 7, 4))
                    .initializer(bias(100, -900, 7, 0)).named(MICROSOFT, "", "QGemm",
                            List.of("q", "xs", "xz", "w", "ws", "wz", "bias"), List.of("y"), real("alpha", 0.5f))
                    .output("y"), 5, 7));
        }
        all.add(new Sample("ConvInteger", codes(UINT8, 2, 3, 6, 6).initializer(codes("w", UINT8, 4, 3, 3, 3))
                .initializer(zero("k", UINT8, 100)).node("ConvInteger", List.of("q", "w", "xz", "k"), List.of("i"),
                        attribute("pads", 1L, 0L, 1L, 2L))
                .node("Cast", List.of("i"), List.of("y"), attribute("to", 1)).output("y"), 2, 3, 6, 6));
        all.add(new Sample("MatMulInteger", codes(UINT8, 5, 7).initializer(codes("w", INT8, 7, 4))
                .initializer(zero("k", INT8, 1, -2, 3, 0))
                .node("MatMulInteger", List.of("q", "w", "xz", "k"), List.of("i"))
                .node("Cast", List.of("i"), List.of("y"), attribute("to", 1)).output("y"), 5, 7));
        all.add(new Sample("DynamicQuantizeLinear", new OnnxBytes(13).input("x", 1, 5, 7)
                .initializer(codes("w", INT8, 7, 4)).initializer(floats("ws", new long[0], 0.011f))
                .node("DynamicQuantizeLinear", List.of("x"), List.of("q", "s", "z"))
                .node("MatMulInteger", List.of("q", "w", "z"), List.of("i"))
                .node("Cast", List.of("i"), List.of("f"), attribute("to", 1))
                .node("Mul", List.of("s", "ws"), List.of("worth")).node("Mul", List.of("f", "worth"), List.of("y"))
                .output("y"), 5, 7));
        return all;
    }

    @TestFactory
    Stream<DynamicTest> codesAreTheSame() {
        return samples().stream().map(s -> DynamicTest.dynamicTest(s.name(), () -> compare(s)));
    }

    private void compare(Sample sample) throws IOException, OrtException {
        Path file = Files.write(folder.resolve("f.onnx"), sample.model().toBytes());
        Tensor x = Tensor.zeros(DType.FLOAT32, Shape.of(sample.shape()));
        for (int i = 0; i < x.size(); i++) {
            x.set(i, (float) (1.9 * Math.sin(0.7 * i)));
        }
        double[] expected = Runtime.output(file, x);
        double most = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        assertTrue(Arrays.stream(expected).distinct().count() > 3);
        assertArrayEquals(expected, run(file, x, DType.FLOAT64, new ReferenceBackend(), false).toDoubles(),
                1e-6 * most);
        assertArrayEquals(expected, run(file, x, DType.FLOAT32, Backends.defaultBackend(), false).toDoubles(),
                1e-6 * most);
        // Where nothing is rounded the slope is that of the float network, which is not 0.
        Tensor slope = run(file, x, DType.FLOAT64, new ReferenceBackend(), true);
        assertEquals(x.shape(), slope.shape());
        assertTrue(Arrays.stream(slope.toDoubles()).filter(v -> v != 0).count() > x.size() / 10);
    }

    private static Tensor run(Path file, Tensor x, DType dtype, Backend backend, boolean slope) {
        OnnxFunction.Traced traced = OnnxFunction.read(file).trace(dtype, Map.of("x", x.shape()), Map.of());
        Value y = traced.outputs().get("y");
        Executable run = backend.compile(Graph.of("y", slope
                ? ReverseMode.gradient(y.sum(), List.of(GraphInputs.of(y).get("x"))).getFirst()
                : y));
        Map<String, Tensor> bound = new HashMap<>(traced.parameters());
        bound.put("x", x.to(dtype));
        run.inputs().forEach(name -> run.bind(name, bound.get(name)));
        run.run();
        return run.output("y");
    }
}
