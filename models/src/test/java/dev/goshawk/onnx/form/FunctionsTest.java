package dev.goshawk.onnx.form;

import static dev.goshawk.onnx.OnnxBytes.attribute;
import static dev.goshawk.onnx.OnnxBytes.graph;
import static dev.goshawk.onnx.OnnxBytes.reference;
import static dev.goshawk.onnx.OnnxBytes.tensor;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.onnxruntime.OrtException;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.onnx.OnnxBytes;
import dev.goshawk.onnx.OnnxNetwork;
import dev.goshawk.onnx.export.CodeFormat;
import dev.goshawk.onnx.export.OnnxExport;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.packed.PackedModel;
import dev.goshawk.packed.PackedSamples;
import dev.goshawk.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks with operators that their files define. */
class FunctionsTest {
    private static final String OWN = "pkg.own";

    @TempDir
    private Path folder;

    /** Layers in functions, as exporters that keep modules write them: weights are given to the function. */
    private static OnnxBytes network() {
        OnnxBytes layer = new OnnxBytes(18)
                .node("Conv", List.of("v", "weight", "bias"), List.of("c"), reference("pads", "edge", 7))
                .node("Relu", List.of("c"), List.of("r")).takes("edge");
        OnnxBytes stage = new OnnxBytes(18)
                .named(OWN, "one", "Layer", List.of("v", "a", "b"), List.of("t"), attribute("edge", 1, 1, 1, 1))
                .named(OWN, "two", "Layer", List.of("t", "c", "d"), List.of("u"), attribute("edge", 0, 0, 0, 0))
                .node("Sigmoid", List.of("u"), List.of("s"));
        OnnxBytes model = FormSamples.pictures(18)
                .function(OWN, "Layer", List.of("v", "weight", "bias"), List.of("r"), layer)
                .function(OWN, "Stage", List.of("v", "a", "b", "c", "d"), List.of("s"), stage);
        return model.initializer(FormSamples.weight("one.weight", 4, 3, 3, 3))
                .initializer(FormSamples.weight("one.bias", 4))
                .initializer(FormSamples.weight("two.weight", 5, 4, 3, 3))
                .initializer(FormSamples.weight("two.bias", 5)).initializer(FormSamples.weight("fc", 4, 5))
                .named(OWN, "stage", "Stage", List.of("x", "one.weight", "one.bias", "two.weight", "two.bias"),
                        List.of("d"))
                .node("GlobalAveragePool", List.of("d"), List.of("e")).node("Flatten", List.of("e"), List.of("f"))
                .node("Gemm", List.of("f", "fc"), List.of("y"), attribute("transB", 1)).output("y");
    }

    @Test
    void layersInFunctionsAreLayersLikeAnyOther() throws IOException, OrtException {
        Path file = Files.write(folder.resolve("f.onnx"), network().toBytes());
        OnnxNetwork network = OnnxNetwork.read(file);
        assertEquals(List.of("one.weight", "one.bias", "two.weight", "two.bias", "fc"),
                network.parameters().stream().map(ParameterSpec::name).toList());
        Tensor images = FlowTest.images(2, true);
        double[] expected = Runtime.output(file, images);
        double most = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        assertArrayEquals(expected, FlowTest.logits(network, FlowTest.images(2, false)), 2e-6 * most);
        PackedModel packed = PackedModel.of(network, PackedSamples.of(network, 8, FormSamples.SIDE));
        Path left = folder.resolve("left.onnx");
        OnnxExport.write(left, packed, CodeFormat.QCDQ);
        assertArrayEquals(FlowTest.logits(OnnxNetwork.read(left), FlowTest.images(2, false)),
                Runtime.output(left, images), 0.03 * most);
    }

    /** What is no file that ONNX Runtime takes can still be read: results left out, and inputs that are results. */
    @Test
    void resultsMayBeLeftOutAndInputs() throws IOException {
        OnnxBytes both = new OnnxBytes(18).node("Neg", List.of("a"), List.of("n"));
        OnnxBytes model = FormSamples.pictures(18)
                .function(OWN, "Both", List.of("a", "b"), List.of("n", "a", "n"), both)
                .initializer(FormSamples.weight("w", 4, 3)).node("GlobalAveragePool", List.of("x"), List.of("p"))
                .node("Flatten", List.of("p"), List.of("n"));
        Path file = Files.write(folder.resolve("f.onnx"),
                model.named(OWN, "", "Both", List.of("n"), List.of("", "same", "m"))
                        .node("Sub", List.of("same", "m"), List.of("twice"))
                        .named(OWN, "", "Both", List.of("twice", "m"), List.of("k"))
                        .node("Gemm", List.of("k", "w"), List.of("y"), attribute("transB", 1)).output("y").toBytes());
        OnnxBytes plain = FormSamples.pictures(18).initializer(FormSamples.weight("w", 4, 3))
                .node("GlobalAveragePool", List.of("x"), List.of("p")).node("Flatten", List.of("p"), List.of("n"))
                .node("Add", List.of("n", "n"), List.of("t")).node("Neg", List.of("t"), List.of("k"))
                .node("Gemm", List.of("k", "w"), List.of("y"), attribute("transB", 1)).output("y");
        Path same = Files.write(folder.resolve("g.onnx"), plain.toBytes());
        assertArrayEquals(FlowTest.logits(OnnxNetwork.read(same), FlowTest.images(1, false)),
                FlowTest.logits(OnnxNetwork.read(file), FlowTest.images(1, false)), 1e-6);
    }

    private String refusal(OnnxBytes model) throws IOException {
        Path file = Files.write(folder.resolve("f.onnx"), model.output("y").toBytes());
        String message = assertThrows(OnnxException.class, () -> OnnxNetwork.read(file)).getMessage();
        return message.substring(file.toString().length() + 2);
    }

    private static OnnxBytes calls(String name) {
        return FormSamples.pictures(18).named(OWN, "", name, List.of("x"), List.of("y"));
    }

    private static OnnxBytes call(String name) {
        return new OnnxBytes(18).named(OWN, "", name, List.of("a"), List.of("r"));
    }

    private static OnnxBytes defined(OnnxBytes model, String name, OnnxBytes body) {
        return model.function(OWN, name, List.of("a"), List.of("r"), body);
    }

    @Test
    void functionsThatCannotBeTakenApartAreRefused() throws IOException {
        assertEquals("the function 'pkg.own.A' calls itself", refusal(defined(calls("A"), "A", call("A"))));
        OnnxBytes hidden = new OnnxBytes(18).node("If", List.of("yes"), List.of("r"),
                graph("then_branch", call("A").output("r")),
                graph("else_branch", call("A").output("r")));
        assertEquals("the function 'pkg.own.A' calls itself",
                refusal(defined(defined(calls("A").initializer(tensor("yes", 9, new long[0], new byte[] {1})), "A",
                        call("B")), "B", call("A"))));
        assertEquals("the function 'pkg.own.A' uses 'yes', which nothing in it makes",
                refusal(defined(calls("A"), "A", hidden)));
        OnnxBytes closed = new OnnxBytes(18).node("Constant", List.of(), List.of("yes"),
                OnnxBytes.array("value", tensor("v", 9, new long[0], new byte[] {1}))).node("If", List.of("yes"),
                        List.of("r"),
                        graph("then_branch", call("A").output("r")), graph("else_branch", call("A").output("r")));
        assertEquals("the function 'pkg.own.A' calls itself", refusal(defined(calls("A"), "A", closed)));
        assertEquals("node 0 (pkg.own.A): expected at most 1 inputs and 1 outputs, got 2 and 1",
                refusal(defined(FormSamples.pictures(18).named(OWN, "", "A", List.of("x", "x"), List.of("y")), "A",
                        new OnnxBytes(18).node("Sin", List.of("a"), List.of("r")))));
        assertEquals("two functions are named 'pkg.own.A'",
                refusal(defined(defined(calls("A"), "A", call("B")), "A", call("B"))));
        assertEquals("1 node has an operator that is not supported: node 0.0.0 (pkg.own.C)",
                refusal(defined(defined(calls("A"), "A", call("B")), "B", call("C"))));
        assertEquals("the function 'pkg.own.A' is of operator set 11 and the file of 18, which differ in Softmax",
                refusal(defined(calls("A"), "A", new OnnxBytes(11).node("Softmax", List.of("a"), List.of("r")))));
    }

    /** A function of a branch that is taken and one that is not. */
    private static OnnxBytes branching(OnnxBytes taken) {
        return new OnnxBytes(11).node("Constant", List.of(), List.of("yes"),
                OnnxBytes.array("value", tensor("v", 9, new long[0], new byte[] {1})))
                .node("If", List.of("yes"), List.of("r"), graph("then_branch", taken.output("s")),
                        graph("else_branch", new OnnxBytes(11).node("Sin", List.of("a"), List.of("s")).output("s")));
    }

    /** What graphs in a function hold is held to the same as its own nodes. */
    @Test
    void graphsInFunctionsSeeNothingAroundThemEither() throws IOException {
        assertEquals("the function 'pkg.own.A' uses 'x', which nothing in it makes", refusal(defined(calls("A"), "A",
                branching(new OnnxBytes(11).node("Add", List.of("a", "x"), List.of("s"))))));
        assertEquals("the function 'pkg.own.A' uses 'x', which nothing in it makes", refusal(defined(calls("A"), "A",
                branching(new OnnxBytes(11).node("Identity", List.of("yes"), List.of("t")).node("If", List.of("t"),
                        List.of("s"), graph("then_branch", new OnnxBytes(11).output("x")))))));
        assertEquals("the function 'pkg.own.A' is of operator set 11 and the file of 18, which differ in Softmax",
                refusal(defined(calls("A"), "A",
                        branching(new OnnxBytes(11).node("Softmax", List.of("a"), List.of("s"))))));
    }

    /** Nothing is said of functions that nothing calls. */
    @Test
    void functionsThatAreNotCalledRefuseNothing() throws IOException {
        OnnxBytes model = FormSamples.pictures(18).initializer(FormSamples.weight("w", 4, 3))
                .node("GlobalAveragePool", List.of("x"), List.of("p")).node("Flatten", List.of("p"), List.of("f"))
                .named(OWN, "", "Good", List.of("f"), List.of("g"))
                .node("Gemm", List.of("g", "w"), List.of("y"), attribute("transB", 1)).output("y");
        defined(model, "Itself", call("Itself"));
        defined(model, "Open", new OnnxBytes(18).node("Add", List.of("a", "x"), List.of("r")));
        defined(model, "Old", new OnnxBytes(11).node("Softmax", List.of("a"), List.of("r")));
        defined(model, "Good", new OnnxBytes(18).node("Sin", List.of("a"), List.of("r")));
        OnnxNetwork network = OnnxNetwork.read(Files.write(folder.resolve("f.onnx"), model.toBytes()));
        assertEquals(List.of("w"), network.parameters().stream().map(ParameterSpec::name).toList());
    }

    @Test
    void functionsThatGrowHaveABound() throws IOException {
        OnnxBytes model = calls("F0");
        for (int i = 0; i < 40; i++) {
            OnnxBytes twice = new OnnxBytes(18).named(OWN, "", "F" + (i + 1), List.of("a"), List.of("t"))
                    .named(OWN, "", "F" + (i + 1), List.of("t"), List.of("r"));
            defined(model, "F" + i, twice);
        }
        assertEquals("expected graphs of at most 20000 nodes when they are unrolled",
                refusal(defined(model, "F40", new OnnxBytes(18).node("Sin", List.of("a"), List.of("r")))));
        OnnxBytes deep = calls("F0");
        for (int i = 0; i < 5000; i++) {
            defined(deep, "F" + i, call("F" + (i + 1)));
        }
        assertEquals("expected functions and graphs at most 100 deep within each other", refusal(deep));
    }
}
