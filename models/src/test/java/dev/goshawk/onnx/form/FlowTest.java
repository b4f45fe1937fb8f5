package dev.goshawk.onnx.form;

import static dev.goshawk.onnx.OnnxBytes.array;
import static dev.goshawk.onnx.OnnxBytes.attribute;
import static dev.goshawk.onnx.OnnxBytes.floats;
import static dev.goshawk.onnx.OnnxBytes.graph;
import static dev.goshawk.onnx.OnnxBytes.integers;
import static dev.goshawk.onnx.OnnxBytes.tensor;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.onnxruntime.OrtException;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.graph.Graph;
import dev.goshawk.models.Mode;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.onnx.OnnxBytes;
import dev.goshawk.onnx.OnnxNetwork;
import dev.goshawk.onnx.export.CodeFormat;
import dev.goshawk.onnx.export.OnnxExport;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.packed.PackedModel;
import dev.goshawk.packed.PackedSamples;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks with branches and loops. */
class FlowTest {
    private static final int SIDE = FormSamples.SIDE;
    private static final int BOOL = 9;
    private static final int INT64 = 7;
    private static final String UNKNOWN = " that is known while the network is translated, here it depends on the data";

    @TempDir
    private Path folder;

    private static OnnxBytes body() {
        return new OnnxBytes(1);
    }

    /** A layer whose way depends on the batch, and a loop over two layers that share their weight. */
    private static OnnxBytes network() {
        OnnxBytes grow = body().input("i", INT64).input("on", BOOL).input("v", 1, 0, 4, 8, 8)
                .node("Identity", List.of("on"), List.of("go"))
                .node("Conv", List.of("v", "again"), List.of("c"), attribute("pads", 1, 1, 1, 1))
                .node("Relu", List.of("c"), List.of("r")).output("go", BOOL).output("r");
        OnnxBytes model = FormSamples.pictures(13).initializer(FormSamples.weight("w", 4, 3, 3, 3))
                .initializer(FormSamples.weight("again", 4, 4, 3, 3)).initializer(integers("zero", new long[0], 0))
                .initializer(integers("one", new long[0], 1)).initializer(integers("two", new long[0], 2))
                .initializer(tensor("yes", BOOL, new long[0], new byte[] {1}))
                .initializer(FormSamples.weight("fc", 4, 4))
                .node("Conv", List.of("x", "w"), List.of("a"), attribute("pads", 1, 1, 1, 1))
                .node("Shape", List.of("x"), List.of("shape")).node("Gather", List.of("shape", "zero"), List.of("n"))
                .node("Equal", List.of("n", "one"), List.of("single"))
                .node("If", List.of("single"), List.of("b"),
                        graph("then_branch", body().node("Neg", List.of("a"), List.of("m"))
                                .node("Neg", List.of("m"), List.of("p")).output("p")),
                        graph("else_branch", body().node("Identity", List.of("a"), List.of("p")).output("p")))
                .node("Loop", List.of("two", "yes", "b"), List.of("d"), graph("body", grow));
        return model.node("GlobalAveragePool", List.of("d"), List.of("e")).node("Flatten", List.of("e"), List.of("f"))
                .node("Gemm", List.of("f", "fc"), List.of("y"), attribute("transB", 1)).output("y");
    }

    static double[] logits(OnnxNetwork network, Tensor images) {
        TracedNetwork traced = network.trace(DType.FLOAT32, images.shape().dim(0), Mode.EVALUATION);
        Executable run = Backends.defaultBackend().compile(Graph.of("logits", traced.logits()));
        Parameters.load(network, network.weights(), DType.FLOAT32).bindTo(run);
        run.bind(TracedNetwork.IMAGES, images);
        run.run();
        return run.output("logits").toDoubles();
    }

    static Tensor images(int batch, boolean planes) {
        Tensor images = Tensor.zeros(DType.FLOAT32,
                planes ? Shape.of(batch, 3, SIDE, SIDE) : Shape.of(batch, SIDE, SIDE, 3));
        int area = SIDE * SIDE;
        for (int i = 0; i < images.size(); i++) {
            int pixel = planes ? i / (3 * area) * area + i % area : i / 3;
            images.set(i, (float) Math.cos(0.37 * pixel + (planes ? i / area % 3 : i % 3)));
        }
        return images;
    }

    @Test
    void branchesAndLoopsAreLayersLikeAnyOther() throws IOException, OrtException {
        Path file = Files.write(folder.resolve("f.onnx"), network().toBytes());
        OnnxNetwork network = OnnxNetwork.read(file);
        assertEquals(List.of("w", "again", "fc"), network.parameters().stream().map(ParameterSpec::name).toList());
        for (int batch : new int[] {1, 2}) {
            double[] expected = Runtime.output(file, images(batch, true));
            double most = Arrays.stream(expected).map(Math::abs).max().orElse(0);
            assertArrayEquals(expected, logits(network, images(batch, false)), 2e-6 * most);
        }
        PackedModel packed = PackedModel.of(network, PackedSamples.of(network, 8, SIDE));
        Path left = folder.resolve("left.onnx");
        OnnxExport.write(left, packed, CodeFormat.QCDQ);
        double[] again = Runtime.output(left, images(1, true));
        double most = Arrays.stream(again).map(Math::abs).max().orElse(0);
        assertArrayEquals(logits(OnnxNetwork.read(left), images(1, false)), again, 0.03 * most);
    }

    /** Weights that a body dequantizes and moves, from outside of it and from within, are one weight each. */
    @Test
    void whatIterationsMakeOfAWeightIsOneWeight() throws IOException, OrtException {
        byte[] codes = new byte[4 * 4 * 3 * 3];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (byte) (i * 37);
        }
        OnnxBytes body = body().input("i", INT64).input("on", BOOL).input("v", 1, 0, 4, 8, 8)
                .initializer(tensor("inside", 3, new long[] {4, 4, 3, 3}, codes))
                .node("Identity", List.of("on"), List.of("go"))
                .node("DequantizeLinear", List.of("outside", "s"), List.of("w"))
                .node("Conv", List.of("v", "w"), List.of("c"), attribute("pads", 1, 1, 1, 1))
                .node("Constant", List.of(), List.of("t"), array("value", floats("t", new long[0], 0.003f)))
                .node("DequantizeLinear", List.of("inside", "t"), List.of("d"))
                .node("Transpose", List.of("d"), List.of("u"), attribute("perm", 1, 0, 3, 2))
                .node("Conv", List.of("c", "u"), List.of("e"), attribute("pads", 1, 1, 1, 1))
                .node("Relu", List.of("e"), List.of("r")).output("go", BOOL).output("r");
        OnnxBytes model = FormSamples.pictures(13).initializer(FormSamples.weight("first", 4, 3, 3, 3))
                .initializer(tensor("outside", 3, new long[] {4, 4, 3, 3}, codes))
                .initializer(floats("s", new long[0], 0.002f)).initializer(integers("three", new long[0], 3))
                .node("Conv", List.of("x", "first"), List.of("a"), attribute("pads", 1, 1, 1, 1))
                .node("Loop", List.of("three", "", "a"), List.of("b"), graph("body", body))
                .node("GlobalAveragePool", List.of("b"), List.of("p")).node("Flatten", List.of("p"), List.of("y"));
        Path file = Files.write(folder.resolve("f.onnx"), model.output("y").toBytes());
        OnnxNetwork network = OnnxNetwork.read(file);
        assertEquals(List.of("first", "outside", "inside"),
                network.parameters().stream().map(ParameterSpec::name).toList());
        double[] expected = Runtime.output(file, images(2, true));
        double most = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        assertArrayEquals(expected, logits(network, images(2, false)), 2e-6 * most);
    }

    private String refusal(OnnxBytes model) throws IOException {
        Path file = Files.write(folder.resolve("f.onnx"), model.output("y").toBytes());
        String message = assertThrows(OnnxException.class, () -> OnnxNetwork.read(file)).getMessage();
        return message.substring(file.toString().length() + 2);
    }

    private static byte[] loop(OnnxBytes inner) {
        return graph("body", inner.input("i", INT64).input("on", BOOL).input("v", 1)
                .node("Identity", List.of("on"), List.of("go")).node("Sin", List.of("v"), List.of("s"))
                .output("go", BOOL).output("s"));
    }

    private static OnnxBytes counts() {
        return FormSamples.pictures(13).initializer(integers("many", new long[0], 1_000_000_000))
                .initializer(integers("none", new long[0], 0))
                .initializer(tensor("yes", BOOL, new long[0], new byte[] {1}))
                .node("ReduceMax", List.of("x"), List.of("most"), attribute("keepdims", 0))
                .node("Greater", List.of("most", "most"), List.of("is"));
    }

    @Test
    void whatDependsOnTheDataIsNamedAllAtOnce() throws IOException {
        byte[] then = graph("then_branch", body().node("Sin", List.of("x"), List.of("s")).output("s"));
        byte[] otherwise = graph("else_branch", body().node("Cos", List.of("x"), List.of("s")).output("s"));
        assertEquals(
                "1 node has an operator that is not supported: node 6.0 (Multinomial); 3 nodes cannot be translated: "
                        + "node 2 (If 'first'): expected a condition" + UNKNOWN
                        + "; node 3 (Loop): expected a trip count" + UNKNOWN
                        + "; node 4 (Loop): expected a condition" + UNKNOWN,
                refusal(counts().named("", "first", "If", List.of("is"), List.of("a"), then, otherwise)
                        .node("Loop", List.of("most", "", "x"), List.of("b"), loop(body()))
                        .node("Loop", List.of("", "is", "x"), List.of("c"), loop(body()))
                        .node("Add", List.of("a", "b"), List.of("d"))
                        .node("If", List.of("yes"), List.of("e"), graph("then_branch",
                                body().node("Multinomial", List.of("d"), List.of("s")).output("s")), otherwise)
                        // What is behind something refused says nothing of its own.
                        .node("If", List.of("d"), List.of("f"), then, otherwise)
                        .node("Sum", List.of("c", "e", "f"), List.of("y"))));
    }

    @Test
    void loopsWithoutAnEndAreNamed() throws IOException {
        assertEquals("node 2 (Loop): expected a loop of at most 10000 iterations of 2 nodes, it has 1000000000",
                refusal(counts().node("Loop", List.of("many", "", "x"), List.of("y"), loop(body()))));
        assertEquals(
                "node 2 (Loop): expected a loop of at most 10000 iterations of 2 nodes, it has no end that is known",
                refusal(counts().node("Loop", List.of("", "yes", "x"), List.of("y"), loop(body()))));
        assertEquals("node 2 (Loop): expected a loop with an iteration or more where their results are collected",
                refusal(counts().node("Loop", List.of("none", "", "x"), List.of("l", "y"),
                        loop(body().output("go", BOOL).output("v")))));
        assertEquals("node 2 (Scan): input 0: expected axis 9, got shape [1,3,8,8]",
                refusal(counts().node("Scan", List.of("x"), List.of("y"), attribute("num_scan_inputs", 1),
                        attribute("scan_input_axes", 9L),
                        graph("body", body().input("a", 1).node("Sin", List.of("a"), List.of("s")).output("s")))));
        assertEquals("node 2 (Loop): attribute body: expected a graph",
                refusal(counts().node("Loop", List.of("none", "", "x"), List.of("y"))));
    }

    /** A body that goes on while its number is below a bound. */
    private static byte[] below(String bound) {
        return graph("body", body().input("i", INT64).input("on", BOOL).input("v", 1)
                .node("Less", List.of("i", bound), List.of("go")).node("Sin", List.of("v"), List.of("s"))
                .output("go", BOOL).output("s"));
    }

    @Test
    void computedConditionsHaveABoundOfTheirOwn() throws IOException {
        assertEquals("node 2 (Loop): expected a loop that goes on for at most 100 iterations by a condition that it "
                + "computes, it has more",
                refusal(counts().node("Loop", List.of("", "", "x"), List.of("y"), below("many"))));
        assertEquals("node 2 (Loop): 1 node has an operator that is not supported: node 2.0 (Multinomial)",
                refusal(counts().node("Loop", List.of("", "", "x"), List.of("y"), graph("body", body().input("i", INT64)
                        .input("on", BOOL).input("v", 1).node("Multinomial", List.of("i"), List.of("go"))
                        .node("Sin", List.of("v"), List.of("s")).output("go", BOOL).output("s")))));
        assertEquals("node 2 (Loop): expected an output, got none",
                refusal(counts().node("Loop", List.of("", "", "x"), List.of(), below("none"))
                        .node("Sin", List.of("x"), List.of("y"))));
        byte[] constant = graph("body", body().input("i", INT64).input("on", BOOL).input("v", 1)
                .node("Constant", List.of(), List.of("go"),
                        array("value", tensor("value", BOOL, new long[0], new byte[] {1})))
                .node("Sin", List.of("v"), List.of("s")).output("go", BOOL).output("s"));
        assertEquals(
                "node 2 (Loop): expected a loop of at most 10000 iterations of 2 nodes, it has no end that is known",
                refusal(counts().node("Loop", List.of("", "", "x"), List.of("y"), constant)));
    }

    @Test
    void conditionsAreTruthValues() throws IOException {
        byte[] then = graph("then_branch", body().node("Sin", List.of("x"), List.of("s")).output("s"));
        byte[] otherwise = graph("else_branch", body().node("Cos", List.of("x"), List.of("s")).output("s"));
        OnnxBytes model = counts().initializer(floats("half", new long[0], 0.5f));
        assertEquals("node 2 (If): expected a condition of type bool, got float",
                refusal(model.node("If", List.of("half"), List.of("y"), then, otherwise)));
        assertEquals("node 2 (If): expected a condition of type bool, got int64",
                refusal(counts().node("If", List.of("many"), List.of("y"), then, otherwise)));
        assertEquals("node 3 (Loop): expected a condition of type bool, got float",
                refusal(counts().initializer(floats("half", new long[0], 0.5f))
                        .node("Neg", List.of("half"), List.of("computed"))
                        .node("Loop", List.of("none", "computed", "x"), List.of("y"), loop(body()))));
    }

    /** Each branch ends with a softmax of a value of its own. */
    @Test
    void logitsAreThoseOfTheBranchTaken() throws IOException, OrtException {
        OnnxBytes model = FormSamples.pictures(13).initializer(FormSamples.weight("w", 4, 3, 3, 3))
                .initializer(FormSamples.weight("k", 4)).initializer(integers("zero", new long[0], 0))
                .initializer(integers("one", new long[0], 1))
                .node("Conv", List.of("x", "w"), List.of("c"), attribute("pads", 1, 1, 1, 1))
                .node("GlobalAveragePool", List.of("c"), List.of("e")).node("Flatten", List.of("e"), List.of("a"))
                .node("Shape", List.of("x"), List.of("shape")).node("Gather", List.of("shape", "zero"), List.of("n"))
                .node("Equal", List.of("n", "one"), List.of("single"))
                .node("If", List.of("single"), List.of("y"),
                        graph("then_branch", body().node("Mul", List.of("a", "k"), List.of("t"))
                                .node("Softmax", List.of("t"), List.of("p")).output("p")),
                        graph("else_branch", body().node("Mul", List.of("a", "k"), List.of("t"))
                                .node("Neg", List.of("t"), List.of("u")).node("Softmax", List.of("u"), List.of("p"))
                                .output("p")));
        Path file = Files.write(folder.resolve("f.onnx"), model.output("y").toBytes());
        OnnxNetwork network = OnnxNetwork.read(file);
        for (int batch : new int[] {1, 2}) {
            double[] expected = Runtime.output(file, images(batch, true));
            double[] logits = logits(network, images(batch, false));
            for (int i = 0; i < logits.length; i += 4) {
                double sum = 0;
                for (int c = 0; c < 4; c++) {
                    sum += Math.exp(logits[i + c]);
                }
                for (int c = 0; c < 4; c++) {
                    assertEquals(expected[i + c], Math.exp(logits[i + c]) / sum, 1e-6);
                }
            }
        }
    }

    @Test
    void nestingIsNoDepth() throws IOException {
        OnnxBytes inner = body().node("Sin", List.of("x"), List.of("s")).output("s");
        for (int i = 0; i < 600; i++) {
            OnnxBytes branch = inner;
            inner = body().node("If", List.of("yes"), List.of("s"), graph("then_branch", branch)).output("s");
        }
        String message = refusal(counts().node("If", List.of("yes"), List.of("y"), graph("then_branch", inner)));
        assertEquals("expected at most 500 nodes with graphs", message.substring(message.lastIndexOf(": ") + 2));
    }
}
