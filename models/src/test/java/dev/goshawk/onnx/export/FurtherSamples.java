package dev.goshawk.onnx.export;

import static dev.goshawk.onnx.OnnxBytes.attribute;
import static dev.goshawk.onnx.OnnxBytes.integers;
import static dev.goshawk.onnx.export.OperatorSamples.of;

import dev.goshawk.onnx.OnnxBytes;
import dev.goshawk.onnx.OnnxSamples;
import java.util.List;
import java.util.Map;

/** As {@link OperatorSamples}: recurrent layers, sampling, losses, and operators whose operands are known. */
final class FurtherSamples {
    private final Map<String, OnnxBytes> all;

    private FurtherSamples(Map<String, OnnxBytes> all) {
        this.all = all;
    }

    static void addTo(Map<String, OnnxBytes> all) {
        FurtherSamples samples = new FurtherSamples(all);
        samples.known();
        samples.bits();
        samples.recurrent();
        samples.images();
        samples.moves();
        samples.sequences();
    }

    /** Numbers that are known times c. */
    private static OnnxBytes times(OnnxBytes model, String numbers) {
        return model.node("Cast", List.of(numbers), List.of("float"), OperatorSamples.FLOAT)
                .node("Mul", List.of("c", "float"), List.of("s"));
    }

    private void known() {
        byte[] four = integers("k", new long[] {2, 2}, 0, 3, 1, 3);
        all.put("NonZero", times(of(21).initializer(integers("k", new long[] {2, 3}, 0, 3, 1, 3, 0, 2))
                .node("NonZero", List.of("k"), List.of("places"))
                .initializer(integers("first", new long[] {1}, 1))
                .node("Gather", List.of("places", "first"), List.of("row")), "row"));
        all.put("Unique", times(of(21).initializer(integers("k", new long[] {6}, 0, 3, 1, 3, 7, 1))
                .node("Unique", List.of("k"), List.of("different")), "different"));
        all.put("EyeLike", times(of(21).initializer(OnnxSamples.weight("square", 4, 4))
                .node("EyeLike", List.of("square"), List.of("eye"), attribute("k", 1)), "eye"));
        for (String name : List.of("HannWindow", "HammingWindow", "BlackmanWindow")) {
            all.put(name, times(of(21).initializer(integers("n", new long[0], 4))
                    .node(name, List.of("n"), List.of("window")), "window"));
        }
        all.put("MelWeightMatrix", times(of(21).initializer(integers("bands", new long[0], 4))
                .initializer(integers("length", new long[0], 14)).initializer(integers("rate", new long[0], 8192))
                .initializer(OnnxBytes.floats("low", new long[0], 0))
                .initializer(OnnxBytes.floats("high", new long[0], 4000))
                .node("MelWeightMatrix", List.of("bands", "length", "rate", "low", "high"), List.of("mel"))
                .initializer(integers("part", new long[] {4}, 1, 2, 3, 4))
                .node("Gather", List.of("mel", "part"), List.of("rows")), "rows"));
        for (String name : List.of("NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss")) {
            all.put(name, times(of(21).initializer(OnnxSamples.weight("scores", 2, 3))
                    .initializer(integers("classes", new long[] {2}, 2, 0))
                    .node(name, List.of("scores", "classes"), List.of("loss")), "loss"));
        }
        all.put("CastLike", times(of(21).initializer(four).node("CastLike", List.of("c", "k"), List.of("whole")),
                "whole"));
    }

    private void bits() {
        byte[] a = OnnxBytes.tensor("a", 2, new long[] {4}, new byte[] {1, 7, -1, 100});
        byte[] b = OnnxBytes.tensor("b", 2, new long[] {4}, new byte[] {1, 3, 2, 6});
        for (String name : List.of("BitwiseAnd", "BitwiseOr", "BitwiseXor")) {
            all.put(name, times(of(21).initializer(a).initializer(b).node(name, List.of("a", "b"), List.of("k")),
                    "k"));
        }
        all.put("BitwiseNot", times(of(21).initializer(a).node("BitwiseNot", List.of("a"), List.of("k")), "k"));
        all.put("BitShift", times(of(21).initializer(a).initializer(b).node("BitShift", List.of("a", "b"),
                List.of("k"), attribute("direction", "RIGHT")), "k"));
    }

    private void recurrent() {
        Map<String, Integer> gates = Map.of("RNN", 1, "GRU", 3, "LSTM", 4);
        gates.forEach((name, g) -> all.put(name, of(21).initializer(OnnxSamples.weight("in", 1, g * 3, 16))
                .initializer(OnnxSamples.weight("back", 1, g * 3, 3))
                .initializer(integers("steps", new long[] {3}, 4, -1, 16))
                .node("Transpose", List.of("c"), List.of("t"), attribute("perm", 1, 0, 2, 3))
                .node("Reshape", List.of("t", "steps"), List.of("sequence"))
                .node(name, List.of("sequence", "in", "back"), List.of("all"), attribute("hidden_size", 3))
                .node("Transpose", List.of("all"), List.of("s"), attribute("perm", 2, 0, 1, 3))));
    }

    private void images() {
        byte[] halves = integers("sizes", new long[] {2}, 2, 2);
        all.put("GridSample", of(21).initializer(halves)
                .node("Split", List.of("c", "sizes"), List.of("grid", "rest"), attribute("axis", 3))
                .node("GridSample", List.of("p", "grid"), List.of("s"), attribute("padding_mode", "border")));
        all.put("AffineGrid", of(21).initializer(halves).initializer(OnnxSamples.weight("map", 1, 2, 3))
                .initializer(integers("size", new long[] {4}, 1, 1, 4, 4))
                .node("Split", List.of("c", "sizes"), List.of("half", "rest"), attribute("axis", 3))
                .node("AffineGrid", List.of("map", "size"), List.of("grid"))
                .node("Mul", List.of("half", "grid"), List.of("s")));
        all.put("Col2Im", of(21).initializer(integers("columns", new long[] {3}, 0, 4, 16))
                .initializer(integers("image", new long[] {2}, 5, 5))
                .initializer(integers("block", new long[] {2}, 2, 2))
                .node("Reshape", List.of("c", "columns"), List.of("k"))
                .node("Col2Im", List.of("k", "image", "block"), List.of("s")));
        all.put("CenterCropPad", of(21).initializer(integers("to", new long[] {2}, 3, 7))
                .node("CenterCropPad", List.of("c", "to"), List.of("s"), attribute("axes", 2, 3)));
        all.put("MaxUnpool", of(21).node("MaxPool", List.of("c"), List.of("v", "i"), attribute("kernel_shape", 2, 2),
                attribute("strides", 2, 2)).node("MaxUnpool", List.of("v", "i"), List.of("s"),
                        attribute("kernel_shape", 2, 2), attribute("strides", 2, 2)));
        all.put("RoiAlign", of(21).initializer(OnnxBytes.floats("regions", new long[] {1, 4}, 0, 1, 3, 2.5f))
                .initializer(integers("image", new long[] {1}, 0)).initializer(OnnxSamples.weight("map", 1, 4, 4, 4))
                .node("RoiAlign", List.of("map", "regions", "image"), List.of("part"), attribute("output_height", 4),
                        attribute("output_width", 4), attribute("sampling_ratio", 2))
                .node("Mul", List.of("c", "part"), List.of("s")));
        all.put("DeformConv", of(22).initializer(OnnxSamples.weight("moves", 8, 4, 1, 1))
                .initializer(OnnxSamples.weight("taps", 3, 4, 2, 2)).node("Conv", List.of("p", "moves"), List.of("m"))
                .initializer(integers("axes", new long[] {2}, 2, 3))
                .initializer(integers("from", new long[] {2}, 0, 1))
                .initializer(integers("to", new long[] {2}, 3, 4))
                .node("Slice", List.of("m", "from", "to", "axes"), List.of("o"))
                .node("DeformConv", List.of("c", "taps", "o"), List.of("s")));
        all.put("STFT", of(21).initializer(integers("parts", new long[] {3}, 0, 64, 1))
                .initializer(integers("step", new long[0], 7)).initializer(integers("length", new long[0], 16))
                .node("Reshape", List.of("c", "parts"), List.of("k"))
                .node("STFT", List.of("k", "step", "", "length"), List.of("s")));
        all.put("DFT", of(21).initializer(integers("parts", new long[] {4}, 0, 4, 16, 1))
                .node("Reshape", List.of("c", "parts"), List.of("k")).node("DFT", List.of("k"), List.of("s")));
    }

    private void moves() {
        all.put("TensorScatter", of(24).node("SplitToSequence", List.of("p"), List.of("q"), attribute("axis", 2))
                .initializer(integers("one", new long[0], 1)).node("SequenceAt", List.of("q", "one"), List.of("row"))
                .node("TensorScatter", List.of("c", "row"), List.of("s")));
        all.put("Acosh", of(21).node("Exp", List.of("p"), List.of("e")).node("Acosh", List.of("e"), List.of("s")));
        all.put("CumProd", of(26).initializer(integers("axis", new long[0], 3))
                .node("CumProd", List.of("c", "axis"), List.of("s")));
        all.put("Compress", of(21).initializer(OnnxBytes.tensor("which", 9, new long[] {4}, new byte[] {0, 1, 0, 1}))
                .node("Compress", List.of("c", "which"), List.of("s"), attribute("axis", 1)));
        all.put("ReverseSequence", of(21).initializer(integers("n", new long[] {4}, 4, 1, 3, 2))
                .node("Transpose", List.of("c"), List.of("t"), attribute("perm", 1, 2, 0, 3))
                .node("ReverseSequence", List.of("t", "n"), List.of("r"))
                .node("Transpose", List.of("r"), List.of("s"), attribute("perm", 2, 0, 1, 3)));
    }

    private void sequences() {
        byte[] axis = attribute("axis", 1);
        for (String name : List.of("SequenceConstruct", "SequenceInsert", "SequenceErase", "SequenceAt",
                "SplitToSequence", "ConcatFromSequence", "SequenceLength", "SequenceEmpty")) {
            all.put(name, of(21).node("SplitToSequence", List.of("c"), List.of("q"), axis)
                    .initializer(integers("two", new long[0], 2)).node("SequenceEmpty", List.of(), List.of("none"))
                    .node("SequenceInsert", List.of("none", "p"), List.of("one"))
                    .node("SequenceConstruct", List.of("c", "p"), List.of("both"))
                    .node("SequenceErase", List.of("q", "two"), List.of("three"))
                    .node("SequenceAt", List.of("three", "two"), List.of("last"))
                    .node("SequenceLength", List.of("three"), List.of("n"))
                    .node("Cast", List.of("n"), List.of("f"), OperatorSamples.FLOAT)
                    .node("ConcatFromSequence", List.of("both"), List.of("wide"), axis)
                    .node("Mul", List.of("wide", "last"), List.of("m")).node("Mul", List.of("m", "f"), List.of("s")));
        }
        for (String name : List.of("Optional", "OptionalGetElement", "OptionalHasElement")) {
            all.put(name, of(21).node("Optional", List.of("c"), List.of("o"))
                    .node("OptionalHasElement", List.of("o"), List.of("has"))
                    .node("Cast", List.of("has"), List.of("f"), OperatorSamples.FLOAT)
                    .node("OptionalGetElement", List.of("o"), List.of("e"))
                    .node("Mul", List.of("e", "f"), List.of("s")));
        }
    }
}
