package dev.goshawk.onnx;

import static dev.goshawk.onnx.OnnxBytes.attribute;
import static dev.goshawk.onnx.OnnxBytes.floats;
import static dev.goshawk.onnx.OnnxBytes.integers;
import static dev.goshawk.onnx.OnnxBytes.real;

import java.util.List;
import java.util.Map;

/** Operators that move and pick elements, arrays by formulas, and what statistics give besides the result. */
final class ArrayCases extends CaseList {
    private static final byte[] FLOAT = attribute("to", 1);
    private static final long[] X = {2, 3, 5};
    /** Says of what an optional value is: an array of floating numbers. */
    private static final byte[] FLOATS = OnnxBytes.message(out -> {
        out.writeString(1, "type");
        out.writeByteArray(14, OnnxBytes.message(type -> type.writeByteArray(1,
                OnnxBytes.message(array -> array.writeInt32(1, 1)))));
        out.writeInt32(20, 13);
    });

    ArrayCases() {
        known();
        signals();
        statistics();
        bits();
        sequences();
        constantParts();
        caches();
    }

    /** Parts of known sequences are arrays of their own. */
    private void constantParts() {
        times(add("parts of whole numbers", 13, X).initializer(whole("k", 1, 2, 3, 4)).initializer(scalar("two", 2))
                .node("SplitToSequence", List.of("k", "two"), List.of("q"))
                .node("ConcatFromSequence", List.of("q"), List.of("n"), attribute("axis", 0)), "n");
        times(add("whole numbers as columns", 13, X).initializer(whole("k", 1, 2)).initializer(whole("l", 3, 4))
                .node("SequenceConstruct", List.of("k", "l"), List.of("q"))
                .node("ConcatFromSequence", List.of("q"), List.of("n"), attribute("axis", 1),
                        attribute("new_axis", 1)),
                "n");
        add("parts of a window", 17, 3).initializer(scalar("six", 6)).initializer(scalar("three", 3))
                .initializer(scalar("first", 0)).initializer(scalar("last", 1))
                .node("HannWindow", List.of("six"), List.of("w"))
                .node("SplitToSequence", List.of("w", "three"), List.of("s"))
                .node("SequenceAt", List.of("s", "first"), List.of("a"))
                .node("SequenceAt", List.of("s", "last"), List.of("b"))
                .node("Mul", List.of("x", "a"), List.of("c")).node("Mul", List.of("x", "b"), List.of("d"))
                .node("Concat", List.of("c", "d"), List.of("z"), attribute("axis", 0));
        // A weight that a sequence gives twice, once moved.
        add("a weight in a sequence", 13, 2, 3).initializer(floats("w", new long[] {2, 3}, 1, -2, 3, 4, 5, -6))
                .initializer(scalar("first", 0)).node("SequenceConstruct", List.of("w"), List.of("s"))
                .node("SequenceAt", List.of("s", "first"), List.of("a"))
                .node("SequenceAt", List.of("s", "first"), List.of("b"))
                .node("Transpose", List.of("a"), List.of("t")).node("Mul", List.of("x", "b"), List.of("p"))
                .node("MatMul", List.of("p", "t"), List.of("z"));
    }

    private void caches() {
        add("TensorScatter", 24, Map.of("x", new long[] {2, 3, 6, 5}, "u", new long[] {2, 3, 2, 5}))
                .initializer(whole("at", 1, 4)).node("TensorScatter", List.of("x", "u", "at"), List.of("z"));
        add("TensorScatter around the end", 24, Map.of("x", new long[] {2, 6, 5}, "u", new long[] {2, 3, 5}))
                .initializer(whole("at", 1, 5)).node("TensorScatter", List.of("x", "u", "at"), List.of("z"),
                        attribute("mode", "circular"), attribute("axis", 1));
        add("TensorScatter from the beginning", 24, Map.of("x", new long[] {2, 6, 5}, "u", new long[] {2, 3, 5}))
                .node("TensorScatter", List.of("x", "u"), List.of("z"));
    }

    private void sequences() {
        for (int each : new int[] {1, 2, 3}) {
            add("SplitToSequence by " + each, 11, X).initializer(scalar("each", each))
                    .node("SplitToSequence", List.of("x", "each"), List.of("s"), attribute("axis", -1))
                    .initializer(scalar("last", -1)).initializer(scalar("first", 0))
                    .node("SequenceAt", List.of("s", "last"), List.of("a"))
                    .node("SequenceAt", List.of("s", "first"), List.of("b"))
                    .node("Concat", List.of("a", "b"), List.of("z"), attribute("axis", 2));
        }
        add("SplitToSequence of sizes", 16, X).initializer(whole("sizes", 3, 2))
                .node("SplitToSequence", List.of("x", "sizes"), List.of("s"), attribute("axis", 2))
                .node("SequenceErase", List.of("s"), List.of("t")).node("Identity", List.of("t"), List.of("u"))
                .node("ConcatFromSequence", List.of("u"), List.of("z"), attribute("axis", 0));
        for (int keep = 0; keep < 2; keep++) {
            for (int axis : new int[] {0, -1}) {
                add("SplitToSequence " + keep + " and back " + axis, 13, X)
                        .node("SplitToSequence", List.of("x"), List.of("s"), attribute("axis", 1),
                                attribute("keepdims", keep))
                        .node("ConcatFromSequence", List.of("s"), List.of("z"), attribute("axis", axis),
                                attribute("new_axis", 1));
            }
        }
        for (int at : new int[] {0, -1, 2}) {
            add("SequenceInsert " + at, 11, X).initializer(scalar("at", at)).node("Neg", List.of("x"), List.of("n"))
                    .node("SequenceConstruct", List.of("x", "x"), List.of("s"))
                    .node("SequenceInsert", List.of("s", "n", "at"), List.of("t"))
                    .node("SequenceLength", List.of("t"), List.of("l")).node("Cast", List.of("l"), List.of("f"), FLOAT)
                    .node("ConcatFromSequence", List.of("t"), List.of("c"), attribute("axis", 1))
                    .node("Mul", List.of("c", "f"), List.of("z"));
        }
        // As PyTorch writes a list that a loop fills.
        add("a sequence that a loop fills", 13, X).initializer(scalar("n", 3))
                .node("SequenceEmpty", List.of(), List.of("none"))
                .node("Loop", List.of("n", "", "none"), List.of("all"), OnnxBytes.graph("body", new OnnxBytes(13)
                        .input("i", 7).input("on", 9).sequence(11, "s").node("Identity", List.of("on"), List.of("go"))
                        .node("Gather", List.of("x", "i"), List.of("g"), attribute("axis", 1))
                        .node("Sin", List.of("g"), List.of("h"))
                        .node("SequenceInsert", List.of("s", "h"), List.of("t")).output("go", 9).sequence(12, "t")))
                .node("ConcatFromSequence", List.of("all"), List.of("z"), attribute("axis", 0),
                        attribute("new_axis", 1));
        add("SequenceMap", 17, X).node("SplitToSequence", List.of("x"), List.of("s"), attribute("axis", 1))
                .node("SequenceMap", List.of("s", "x", "s"), List.of("m"), OnnxBytes.graph("body", new OnnxBytes(17)
                        .input("p", 1, 2, 1, 5).input("q", 1, X).input("r", 1, 2, 1, 5)
                        .node("Sin", List.of("p"), List.of("a"))
                        .node("Mul", List.of("a", "q"), List.of("b")).node("Sub", List.of("b", "r"), List.of("c"))
                        .output("c")))
                .node("ConcatFromSequence", List.of("m"), List.of("z"), attribute("axis", 0));
        add("Optional", 18, X).node("Optional", List.of("x"), List.of("o"))
                .node("OptionalHasElement", List.of("o"), List.of("h")).node("If", List.of("h"), List.of("z"),
                        OnnxBytes.graph("then_branch", new OnnxBytes(18)
                                .node("OptionalGetElement", List.of("o"), List.of("e"))
                                .node("Sin", List.of("e"), List.of("t")).output("t")),
                        OnnxBytes.graph("else_branch", new OnnxBytes(18).node("Neg", List.of("x"), List.of("t"))
                                .output("t")));
        add("Optional of nothing", 18, X).node("Optional", List.of(), List.of("o"), FLOATS)
                .node("OptionalHasElement", List.of("o"), List.of("h")).node("If", List.of("h"), List.of("z"),
                        OnnxBytes.graph("then_branch", new OnnxBytes(18).node("Sin", List.of("x"), List.of("t"))
                                .output("t")),
                        OnnxBytes.graph("else_branch", new OnnxBytes(18).node("Neg", List.of("x"), List.of("t"))
                                .output("t")));
        add("SequenceMap of two results", 17, X).node("SplitToSequence", List.of("x"), List.of("s"),
                attribute("axis", 1)).node("SequenceMap", List.of("s"), List.of("m", "n"),
                        OnnxBytes.graph("body", new OnnxBytes(17).input("p", 1, 2, 1, 5)
                                .node("Sin", List.of("p"), List.of("a")).node("Exp", List.of("a"), List.of("b"))
                                .output("a").output("b")))
                .node("ConcatFromSequence", List.of("m"), List.of("c"), attribute("axis", 0))
                .node("ConcatFromSequence", List.of("n"), List.of("d"), attribute("axis", 0))
                .node("Sub", List.of("c", "d"), List.of("z"));
        times(add("shapes in a sequence", 13, X).node("Shape", List.of("x"), List.of("d"))
                .node("SplitToSequence", List.of("d"), List.of("q"))
                .node("ConcatFromSequence", List.of("q"), List.of("k"), attribute("axis", 0)), "k");
    }

    /** Known whole numbers times a sum of the data. */
    private static OnnxBytes times(OnnxBytes model, String numbers) {
        return model.node("Cast", List.of(numbers), List.of("f"), FLOAT).node("ReduceSum", List.of("x"), List.of("s"))
                .node("Mul", List.of("f", "s"), List.of("z"));
    }

    private void known() {
        byte[] some = integers("k", new long[] {2, 3}, 0, 3, 3, -1, 0, 3);
        times(add("NonZero", 13, X).initializer(some).node("NonZero", List.of("k"), List.of("n")), "n");
        for (String output : List.of("v", "first", "which", "count")) {
            times(add("Unique " + output, 13, X).initializer(some).node("Unique", List.of("k"),
                    List.of("v", "first", "which", "count")), output);
            times(add("Unique columns " + output, 13, X).initializer(some).node("Unique", List.of("k"),
                    List.of("v", "first", "which", "count"), attribute("axis", 1)), output);
            times(add("Unique as they come " + output, 13, X).initializer(some).node("Unique", List.of("k"),
                    List.of("v", "first", "which", "count"), attribute("sorted", 0)), output);
        }
        byte[] chosen = OnnxBytes.tensor("c", 9, new long[] {4}, new byte[] {0, 1, 0, 1});
        add("Compress", 11, X).initializer(chosen).node("Compress", List.of("x", "c"), List.of("z"));
        add("Compress of an axis", 11, X).initializer(chosen).node("Compress", List.of("x", "c"), List.of("z"),
                attribute("axis", -1));
        add("ReverseSequence", 10, 5, 3, 2).initializer(whole("n", 4, 1, 5))
                .node("ReverseSequence", List.of("x", "n"), List.of("z"));
        add("ReverseSequence of rows", 10, X).initializer(whole("n", 3, 2)).node("ReverseSequence",
                List.of("x", "n"), List.of("z"), attribute("time_axis", 1), attribute("batch_axis", 0));
        for (int k = -1; k < 3; k++) {
            add("EyeLike " + k, 9, 3, 4).node("EyeLike", List.of("x"), List.of("e"), attribute("k", k))
                    .node("Mul", List.of("x", "e"), List.of("z"));
        }
        for (int i = 0; i < 4; i++) {
            add("Det " + i, 11, 2, 3, i + 1, i + 1).node("Det", List.of("x"), List.of("z"));
        }
        for (int i = 0; i < 4; i++) {
            add("CumProd " + i, 26, X).initializer(scalar("axis", i < 2 ? -2 : 2)).node("CumProd",
                    List.of("x", "axis"), List.of("z"), attribute("exclusive", i & 1), attribute("reverse", i / 2));
        }
        for (String mode : List.of("reflect", "wrap", "edge")) {
            add("Pad " + mode, 19, X).initializer(whole("p", 0, 2, 3, 1, 1, 4)).node("Pad", List.of("x", "p"),
                    List.of("z"), attribute("mode", mode));
        }
        for (int axis : new int[] {0, 2}) {
            add("QuantizeLinear by axis " + axis, 13, X)
                    .initializer(floats("s", new long[] {axis == 0 ? 2 : 5}, steps(axis == 0 ? 2 : 5)))
                    .node("QuantizeLinear", List.of("x", "s"), List.of("q"), attribute("axis", axis))
                    .node("DequantizeLinear", List.of("q", "s"), List.of("z"), attribute("axis", axis));
        }
        add("Pad with data", 13, Map.of("x", X, "v", new long[0])).initializer(whole("p", 0, 1, 2, 1, 0, -1))
                .node("Pad", List.of("x", "p", "v"), List.of("z"));
        add("OneHot of data", 11, Map.of("v", new long[] {2})).initializer(whole("k", 0, -1, 7, 2))
                .initializer(scalar("n", 3)).node("OneHot", List.of("k", "n", "v"), List.of("z"),
                        attribute("axis", 0));
    }

    private void signals() {
        for (int length : new int[] {16, 64}) {
            add("MelWeightMatrix of " + length, 17, 3, 1, 1).initializer(scalar("bands", 12))
                    .initializer(scalar("length", length)).initializer(scalar("rate", 8192))
                    .initializer(floats("low", new long[0], 30)).initializer(floats("high", new long[0], 4000))
                    .node("MelWeightMatrix", List.of("bands", "length", "rate", "low", "high"), List.of("m"))
                    .node("Mul", List.of("m", "x"), List.of("z"));
        }
        for (String name : List.of("HannWindow", "HammingWindow", "BlackmanWindow")) {
            for (int periodic = 0; periodic < 2; periodic++) {
                add(name + " " + periodic, 17, 7).initializer(scalar("n", 7))
                        .node(name, List.of("n"), List.of("w"), attribute("periodic", periodic))
                        .node("Mul", List.of("x", "w"), List.of("z"));
            }
        }
        for (int half = 0; half < 2; half++) {
            add("STFT " + half, 17, 2, 11, 1).initializer(scalar("step", 3)).initializer(scalar("length", 5))
                    .initializer(floats("w", new long[] {5}, 0.1f, 0.5f, 1, 0.6f, 0.2f)).node("STFT",
                            List.of("x", "step", "w", "length"), List.of("z"), attribute("onesided", half));
        }
        for (int i = 0; i < 3; i++) {
            byte[] inverse = attribute("inverse", i == 2 ? 1 : 0);
            byte[] half = attribute("onesided", i == 1 ? 1 : 0);
            add("DFT " + i, 17, 2, 6, 3, i == 1 ? 1 : 2).node("DFT", List.of("x"), List.of("z"), inverse, half,
                    attribute("axis", 1));
            for (int length : new int[] {5, 8}) {
                add("DFT of " + length + " " + i, 20, 2, 6, 3, i == 1 ? 1 : 2).initializer(scalar("n", length))
                        .initializer(scalar("axis", 1))
                        .node("DFT", List.of("x", "n", "axis"), List.of("z"), inverse, half);
            }
        }
    }

    private void statistics() {
        for (String output : List.of("y", "m", "d")) {
            add("LayerNormalization " + output, 17, Map.of("x", X, "g", new long[] {3, 5}))
                    .node("LayerNormalization", List.of("x", "g"), List.of("y", "m", "d"), attribute("axis", 1),
                            real("epsilon", 0.1f))
                    .node("Identity", List.of(output), List.of("z"));
            add("BatchNormalization in training " + output, 15, Map.of("x", X, "g", new long[] {3}, "b",
                    new long[] {3}, "e", new long[] {3}, "v", new long[] {3}))
                    .node("BatchNormalization", List.of("x", "g", "b", "e", "v"), List.of("y", "m", "d"),
                            attribute("training_mode", 1), real("momentum", 0.8f))
                    .node("Identity", List.of(output), List.of("z"));
        }
        add("DequantizeLinear of blocks", 21, Map.of("x", new long[] {2, 5, 3}))
                .initializer(OnnxBytes.tensor("q", 3, new long[] {2, 5, 3}, codes(30)))
                .initializer(floats("s", new long[] {2, 3, 3}, steps(18)))
                .node("DequantizeLinear", List.of("q", "s"), List.of("d"), attribute("axis", 1),
                        attribute("block_size", 2))
                .node("Add", List.of("x", "d"), List.of("z"));
        add("DequantizeLinear of blocks by data", 21, Map.of("s", new long[] {2, 3, 3}))
                .initializer(OnnxBytes.tensor("q", 3, new long[] {2, 5, 3}, codes(30)))
                .initializer(OnnxBytes.tensor("zero", 3, new long[] {2, 3, 3}, codes(18)))
                .node("DequantizeLinear", List.of("q", "s", "zero"), List.of("z"), attribute("axis", 1),
                        attribute("block_size", 2));
        add("LpNormalization of zeros", 22, X).initializer(floats("0", new long[0], 0))
                .node("Mul", List.of("x", "0"), List.of("y")).node("LpNormalization", List.of("y"), List.of("z"));
    }

    private static byte[] codes(int count) {
        byte[] codes = new byte[count];
        for (int i = 0; i < count; i++) {
            codes[i] = (byte) (i * 37);
        }
        return codes;
    }

    private static float[] steps(int count) {
        float[] steps = new float[count];
        for (int i = 0; i < count; i++) {
            steps[i] = (i + 1) * 0.01f;
        }
        return steps;
    }

    private void bits() {
        byte[] a = OnnxBytes.tensor("a", 2, new long[] {2, 3}, new byte[] {1, 7, -1, 100, 0, -128});
        byte[] b = OnnxBytes.tensor("b", 2, new long[] {3}, new byte[] {1, 3, 6});
        for (String direction : List.of("LEFT", "RIGHT")) {
            times(add("BitShift " + direction, 11, X).initializer(a).initializer(b).node("BitShift",
                    List.of("a", "b"), List.of("k"), attribute("direction", direction)), "k");
        }
        for (String name : List.of("And", "Or", "Xor")) {
            times(add("Bitwise" + name, 18, X).initializer(a).initializer(b).node("Bitwise" + name,
                    List.of("a", "b"), List.of("k")), "k");
        }
        for (int type : new int[] {2, 3}) {
            times(add("BitwiseNot " + type, 18, X)
                    .initializer(OnnxBytes.tensor("n", type, new long[] {2}, new byte[] {5, -3}))
                    .node("BitwiseNot", List.of("n"), List.of("k")), "k");
        }
    }
}
