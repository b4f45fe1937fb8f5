package dev.goshawk.onnx;

import static dev.goshawk.onnx.OnnxBytes.attribute;
import static dev.goshawk.onnx.OnnxBytes.floats;
import static dev.goshawk.onnx.OnnxBytes.graph;
import static dev.goshawk.onnx.OnnxBytes.real;
import static dev.goshawk.onnx.OnnxBytes.tensor;

import java.util.List;

/** Branches and loops of which it is known how they go. */
final class FlowCases extends CaseList {
    private static final int BOOL = 9;
    private static final int INT64 = 7;
    private static final long[] X = {2, 3, 5};

    FlowCases() {
        for (int opset : new int[] {11, 13, 19}) {
            branches(opset);
            loops(opset);
            scans(opset);
            functions(opset);
        }
    }

    private static byte[] truth(String name, boolean value) {
        return tensor(name, BOOL, new long[0], new byte[] {(byte) (value ? 1 : 0)});
    }

    private static OnnxBytes body() {
        return new OnnxBytes(1);
    }

    private void branches(int opset) {
        for (boolean taken : new boolean[] {true, false}) {
            add("If " + taken, opset, X).initializer(truth("c", taken))
                    .initializer(floats("w", new long[] {5}, 1, 2, 3, 4, 5))
                    .node("Neg", List.of("x"), List.of("n"))
                    .node("If", List.of("c"), List.of("y"),
                            graph("then_branch", body().node("Mul", List.of("n", "w"), List.of("t")).output("t")),
                            graph("else_branch", body().initializer(floats("v", new long[] {5}, 5, 4, 3, 2, 1))
                                    .node("Mul", List.of("x", "v"), List.of("t"))
                                    .node("Exp", List.of("t"), List.of("e"))
                                    .output("e")))
                    .node("Add", List.of("y", "x"), List.of("z"));
        }
        // As PyTorch writes squeeze: one way where an extent is 1, another where it is not.
        for (long extent : new long[] {1, 3}) {
            add("If of an extent of " + extent, opset, 2, extent, 5).initializer(whole("one", 1))
                    .initializer(scalar("first", 0)).node("Shape", List.of("x"), List.of("shape"))
                    .node("Gather", List.of("shape", "one"), List.of("extent"), attribute("axis", 0))
                    .node("Equal", List.of("extent", "one"), List.of("is"))
                    .node("If", List.of("is"), List.of("y"), graph("then_branch",
                            body().node("Gather", List.of("x", "first"), List.of("s"), attribute("axis", 1))
                                    .output("s")),
                            graph("else_branch", body().node("Identity", List.of("x"), List.of("s")).output("s")))
                    .node("Tanh", List.of("y"), List.of("z"));
        }
        OnnxBytes inner = body().node("Add", List.of("a", "x"), List.of("b")).node("Sin", List.of("b"), List.of("c"));
        add("If within If", opset, X).initializer(truth("yes", true)).initializer(truth("no", false))
                .node("If", List.of("yes"), List.of("z"), graph("then_branch", body()
                        .node("Abs", List.of("x"), List.of("a"))
                        .node("If", List.of("no"), List.of("r"),
                                graph("then_branch", body().node("Neg", List.of("a"), List.of("d")).output("d")),
                                graph("else_branch", inner.output("c")))
                        .output("r")),
                        graph("else_branch", body().node("Neg", List.of("x"), List.of("e")).output("e")));
    }

    /** A body of a loop that is given "i" and "on", and says "go". */
    private static OnnxBytes iteration() {
        return body().input("i", INT64).input("on", BOOL).input("v", 1, X);
    }

    private void loops(int opset) {
        add("Loop", opset, X).initializer(scalar("n", 3)).initializer(truth("c", true))
                .node("Loop", List.of("n", "c", "x"), List.of("last", "all"), graph("body", iteration()
                        .initializer(floats("w", new long[] {5}, 1, 2, 3, 4, 5))
                        .node("Identity", List.of("on"), List.of("go")).node("Cast", List.of("i"), List.of("f"),
                                attribute("to", 1))
                        .node("Mul", List.of("v", "w"), List.of("m")).node("Add", List.of("m", "f"), List.of("a"))
                        .node("Sin", List.of("a"), List.of("s")).node("Mul", List.of("s", "x"), List.of("p"))
                        .output("go", BOOL).output("s").output("p")))
                .node("Add", List.of("all", "last"), List.of("z"));
        add("Loop until", opset, X).initializer(scalar("most", 1)).initializer(truth("c", true))
                .node("Loop", List.of("", "c", "x"), List.of("z"), graph("body", iteration()
                        .node("Less", List.of("i", "most"), List.of("go")).node("Sin", List.of("v"), List.of("s"))
                        .output("go", BOOL).output("s")));
        add("Loop of nothing", opset, X).initializer(scalar("n", 5)).initializer(truth("c", false))
                .node("Loop", List.of("n", "c", "x"), List.of("l"), graph("body", iteration()
                        .node("Identity", List.of("on"), List.of("go")).node("Sin", List.of("v"), List.of("s"))
                        .output("go", BOOL).output("s")))
                .node("Tanh", List.of("l"), List.of("z"));
        add("Loop within Loop", opset, X).initializer(scalar("n", 2)).initializer(truth("c", true))
                .node("Loop", List.of("n", "c", "x"), List.of("z"), graph("body", iteration()
                        .node("Identity", List.of("on"), List.of("go")).node("Sin", List.of("v"), List.of("s"))
                        .node("Loop", List.of("n", "on", "s"), List.of("t"), graph("body", body().input("j", INT64)
                                .input("still", BOOL).input("u", 1, X)
                                .node("Identity", List.of("still"), List.of("more"))
                                .node("Mul", List.of("u", "v"), List.of("q")).output("more", BOOL).output("q")))
                        .output("go", BOOL).output("t")));
    }

    private void scans(int opset) {
        add("Scan", opset, X).initializer(scalar("first", 0))
                .node("Gather", List.of("x", "first"), List.of("m"), attribute("axis", 1))
                .node("Scan", List.of("m", "x", "x"), List.of("last", "all"), graph("body", body()
                        .input("state", 1, 2, 5).input("a", 1, 2, 5).input("b", 1, 2, 5)
                        .node("Mul", List.of("state", "a"), List.of("p"))
                        .node("Add", List.of("p", "b"), List.of("next"))
                        .node("Tanh", List.of("p"), List.of("out")).output("next").output("out")),
                        attribute("num_scan_inputs", 2), attribute("scan_input_axes", 1L, 1L),
                        attribute("scan_input_directions", 0L, 1L), attribute("scan_output_axes", -2L),
                        attribute("scan_output_directions", 1L))
                .node("Unsqueeze", opset < 13 ? List.of("last") : List.of("last", "one"), List.of("u"),
                        opset < 13 ? new byte[][] {attribute("axes", 1L)} : new byte[0][])
                .initializer(whole("one", 1)).node("Add", List.of("all", "u"), List.of("z"));
    }

    /** Operators that the file defines: one that uses another, with attributes that are given, left out and passed on. */
    private void functions(int opset) {
        OnnxBytes leak = new OnnxBytes(opset).node("LeakyRelu", List.of("a"), List.of("r"),
                OnnxBytes.reference("alpha", "slope", 1));
        OnnxBytes twice = new OnnxBytes(opset).named("own", "first", "Leak", List.of("p"), List.of("t"),
                OnnxBytes.reference("slope", "steep", 1)).named("own", "second", "Leak", List.of("q"), List.of("u"))
                .node("Sub", List.of("t", "u"), List.of("d")).takes("steep");
        OnnxBytes model = add("functions", opset, X)
                .function("own", "Leak", List.of("a"), List.of("r"), leak, real("slope", 0.25f))
                .function("own", "Twice", List.of("p", "q"), List.of("d", "t"), twice)
                .node("Neg", List.of("x"), List.of("t"))
                .named("own", "", "Twice", List.of("x", "t"), List.of("d", "l"), real("steep", 0.5f))
                .named("own", "", "Twice", List.of("d", "x"), List.of("e", "o"), real("steep", -2))
                .named("own", "", "Leak", List.of("e"), List.of("f"));
        model.node("Add", List.of("f", "l"), List.of("z"));
        // A graph in a function, with what the function is given, and an input that is left out.
        OnnxBytes branches = new OnnxBytes(opset)
                .node("If", List.of("c"), List.of("r"),
                        graph("then_branch", body().named("own", "", "Leak", List.of("a"), List.of("s"),
                                OnnxBytes.reference("slope", "steep", 1)).output("s")),
                        graph("else_branch", body().node("Clip", List.of("a", "low"), List.of("s")).output("s")))
                .takes("steep");
        branches.node("Identity", List.of("a"), List.of("i")).named("own", "", "Leak", List.of("a"), List.of("unused"));
        for (boolean taken : new boolean[] {true, false}) {
            add("function with a branch " + taken, opset, X).initializer(truth("c", taken))
                    .initializer(floats("low", new long[0], -0.5f))
                    .function("own", "Leak", List.of("a"), List.of("r"), leak, real("slope", 0.25f))
                    .function("own", "Branch", List.of("c", "a", "low"), List.of("r", "i"), branches)
                    .named("own", "", "Branch", taken ? List.of("c", "x") : List.of("c", "x", "low"),
                            List.of("r", "same"), real("steep", 0.75f))
                    .node("Add", List.of("r", "same"), List.of("z"));
        }
    }
}
