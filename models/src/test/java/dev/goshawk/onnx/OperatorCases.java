package dev.goshawk.onnx;

import static dev.goshawk.onnx.OnnxBytes.attribute;
import static dev.goshawk.onnx.OnnxBytes.integers;
import static dev.goshawk.onnx.OnnxBytes.real;
import static dev.goshawk.onnx.OnnxBytes.reals;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Graphs of single operators, of inputs between -2 and 2. */
final class OperatorCases extends CaseList {
    private static final byte[] FLOAT = attribute("to", 1);
    private static final long[] X = {2, 3, 5};

    private OperatorCases() {
        functions();
        products();
        ordered();
        indexed();
        attentions();
        fused();
    }

    static Stream<Case> all() {
        return Stream
                .of(new OperatorCases(), new WindowCases(), new ImageCases(), new SequenceCases(), new ArrayCases(),
                        new FlowCases())
                .flatMap(CaseList::stream);
    }

    private void functions() {
        for (String name : List.of("Tan", "Sinh", "Cosh", "Atan", "Asinh")) {
            add(name, 9, X).node(name, List.of("x"), List.of("z"));
        }
        for (String name : List.of("Asin", "Acos")) {
            add(name, 9, X).node("Tanh", List.of("x"), List.of("t")).node(name, List.of("t"), List.of("z"));
        }
        add("Acosh", 9, X).node("Exp", List.of("x"), List.of("e")).initializer(OnnxBytes.floats("1", new long[0], 1))
                .node("Add", List.of("e", "1"), List.of("t")).node("Acosh", List.of("t"), List.of("z"));
        add("Mod of floats", 13, Map.of("x", X, "y", new long[] {5})).node("Mod", List.of("x", "y"), List.of("z"),
                attribute("fmod", 1));
        add("Clip by data", 13, Map.of("x", X, "y", new long[0])).node("Clip", List.of("x", "y"), List.of("z"));
        add("CastLike", 19, X).initializer(scalar("k", 3)).node("CastLike", List.of("x", "k"), List.of("c"))
                .node("Cast", List.of("c"), List.of("z"), FLOAT);
        add("Dropout", 13, X).node("Dropout", List.of("x"), List.of("d", "m"))
                .node("Cast", List.of("m"), List.of("f"), FLOAT).node("Mul", List.of("d", "f"), List.of("z"));
        add("Atanh", 9, X).node("Tanh", List.of("x"), List.of("t")).node("Atanh", List.of("t"), List.of("z"));
        add("IsNaN", 20, X).node("Log", List.of("x"), List.of("l")).node("IsNaN", List.of("l"), List.of("n"))
                .node("Cast", List.of("n"), List.of("z"), FLOAT);
        for (int up = 0; up < 2; up++) {
            for (int down = 0; down < 2; down++) {
                add("IsInf " + up + down, 20, X).node("Sign", List.of("x"), List.of("s"))
                        .initializer(OnnxBytes.floats("zero", new long[0], 0))
                        .node("Div", List.of("s", "zero"), List.of("i"))
                        .node("IsInf", List.of("i"), List.of("n"), attribute("detect_positive", up),
                                attribute("detect_negative", down))
                        .node("Cast", List.of("n"), List.of("z"), FLOAT);
            }
        }
        add("Xor", 7, X).initializer(OnnxBytes.floats("h", new long[0], 0.5f))
                .node("Greater", List.of("x", "h"), List.of("a"))
                .node("Neg", List.of("x"), List.of("m")).node("Greater", List.of("h", "m"), List.of("b"))
                .node("Xor", List.of("a", "b"), List.of("c")).node("Cast", List.of("c"), List.of("z"), FLOAT);
        for (int to : new int[] {6, 7, 9}) {
            add("Cast to " + to, 13, X).node("Cast", List.of("x"), List.of("a"), attribute("to", to))
                    .node("Cast", List.of("a"), List.of("z"), FLOAT);
        }
        for (int c = 0; c < 2; c++) {
            add("Mod " + c, 13, X).initializer(whole("a", -7, 7, -8, 8, 9)).initializer(whole("b", 3, -3, 4, 5, 9))
                    .node("Mod", List.of("a", "b"), List.of("m"), attribute("fmod", c))
                    .node("Cast", List.of("m"), List.of("f"), FLOAT).node("Mul", List.of("x", "f"), List.of("z"));
        }
    }

    private void products() {
        String[][] forms = {{"bij,bkj->bik", "2,3,5", "2,4,5"}, {"...ij,...jk", "2,3,5", "2,5,4"},
                {"bnqd, bnkd -> bnqk", "2,3,4,5", "2,3,6,5"}, {"ij,kj", "3,5", "4,5"}, {"bij,->jb", "2,3,5", ""},
                {"bii,bi->b", "2,3,3", "2,3"}, {"Bi,iB", "2,3", "3,2"}};
        for (String[] f : forms) {
            add("Einsum " + f[0], 12, Map.of("x", shape(f[1]), "y", shape(f[2])))
                    .node("Einsum", List.of("x", "y"), List.of("z"), attribute("equation", f[0]));
        }
        add("Einsum of one", 12, X).node("Einsum", List.of("x"), List.of("z"), attribute("equation", "bij->jb"));
        add("Einsum of three", 12, Map.of("x", X, "y", new long[] {5, 4}, "v", new long[] {3}))
                .node("Einsum", List.of("x", "y", "v"), List.of("z"), attribute("equation", "bij,jk,i->bk"));
        for (int axis : new int[] {-1, 1, -3}) {
            long[] scale = axis == -1 ? new long[] {5} : axis == 1 ? new long[] {3, 5} : X;
            add("RMSNormalization " + axis, 23, Map.of("x", X, "g", scale)).node("RMSNormalization",
                    List.of("x", "g"), List.of("z"), attribute("axis", axis), real("epsilon", 0.1f));
        }
    }

    private static long[] shape(String text) {
        return text.isEmpty() ? new long[0] : Stream.of(text.split(",")).mapToLong(Long::parseLong).toArray();
    }

    private void ordered() {
        for (int up = 0; up < 2; up++) {
            for (int k : new int[] {-4, -1, 0, 2, 7}) {
                add("Trilu " + up + " " + k, 14, X).initializer(scalar("k", k))
                        .node("Trilu", List.of("x", "k"), List.of("z"), attribute("upper", up));
            }
            for (int i = 0; i < 4; i++) {
                add("CumSum " + up + " " + i, 14, X).initializer(scalar("axis", up == 0 ? -2 : 2)).node("CumSum",
                        List.of("x", "axis"), List.of("z"), attribute("exclusive", i & 1), attribute("reverse", i / 2));
            }
        }
        add("Trilu by default", 14, X).node("Trilu", List.of("x"), List.of("z"));
        for (String name : List.of("ArgMax", "ArgMin")) {
            for (int axis : new int[] {0, -2, 2}) {
                add(name + " " + axis, 13, X).node("Round", List.of("x"), List.of("r"))
                        .node(name, List.of("r"), List.of("i"), attribute("axis", axis),
                                attribute("keepdims", axis == 2 ? 0 : 1),
                                attribute("select_last_index", axis == 0 ? 0 : 1))
                        .node("Cast", List.of("i"), List.of("z"), FLOAT);
            }
        }
        add("Hardmax", 13, X).node("Hardmax", List.of("x"), List.of("z"), attribute("axis", -2));
        add("Hardmax of rows", 11, X).node("Hardmax", List.of("x"), List.of("z"), attribute("axis", 1));
        for (int largest = 0; largest < 2; largest++) {
            for (String output : List.of("v", "i")) {
                add("TopK " + largest + output, 11, X).initializer(whole("k", 2)).node("TopK", List.of("x", "k"),
                        List.of("v", "i"), attribute("axis", -2), attribute("largest", largest))
                        .node("Cast", List.of(output), List.of("z"), FLOAT);
            }
        }
        add("TopK by attribute", 9, X).node("TopK", List.of("x"), List.of("z", "i"), attribute("k", 5));
    }

    private void indexed() {
        for (int axis : new int[] {0, 1, -1}) {
            byte[] at = integers("at", new long[] {2, 2, 3}, 1, 0, -1, 0, 1, 1, 0, 0, 1, -2, 1, 0);
            add("GatherElements " + axis, 13, X).initializer(at)
                    .node("GatherElements", List.of("x", "at"), List.of("z"), attribute("axis", axis));
            add("ScatterElements " + axis, 13, Map.of("x", X, "y", new long[] {2, 1, 2}))
                    .initializer(integers("at", new long[] {2, 1, 2}, 1, 0, 0, -1))
                    .node("ScatterElements", List.of("x", "at", "y"), List.of("z"), attribute("axis", axis));
            for (String reduction : List.of("add", "mul", "max", "min")) {
                add("ScatterElements " + axis + reduction, 18, Map.of("x", X, "y", new long[] {2, 2, 3}))
                        .initializer(at).node("ScatterElements", List.of("x", "at", "y"), List.of("z"),
                                attribute("axis", axis), attribute("reduction", reduction));
            }
        }
        add("Scatter", 9, Map.of("x", X, "y", new long[] {1, 1, 2}))
                .initializer(integers("at", new long[] {1, 1, 2}, 1, 0))
                .node("Scatter", List.of("x", "at", "y"), List.of("z"), attribute("axis", 1));
        add("GatherND", 13, X).initializer(integers("at", new long[] {2, 2}, 1, -1, 0, 0))
                .node("GatherND", List.of("x", "at"), List.of("z"));
        add("GatherND of all axes", 13, X).initializer(integers("at", new long[] {1, 2, 3}, 1, -1, 4, 0, 0, -5))
                .node("GatherND", List.of("x", "at"), List.of("z"));
        add("GatherND by batch", 13, X).initializer(integers("at", new long[] {2, 2, 1}, 2, 0, 1, -1))
                .node("GatherND", List.of("x", "at"), List.of("z"), attribute("batch_dims", 1));
        for (String reduction : List.of("none", "add", "mul", "max", "min")) {
            boolean plain = reduction.equals("none");
            add("ScatterND " + reduction, 18, Map.of("x", X, "y", new long[] {3, 5}))
                    .initializer(integers("at", new long[] {3, 2}, 1, -1, 0, 0, plain ? 0 : 1, 2)).node("ScatterND",
                            List.of("x", "at", "y"), List.of("z"), attribute("reduction", reduction));
        }
        for (int axis : new int[] {-1, 0, 1}) {
            add("OneHot " + axis, 11, X).initializer(integers("at", new long[] {2, 3}, 0, 1, -1, 7, -4, 3))
                    .initializer(scalar("depth", 4)).initializer(OnnxBytes.floats("v", new long[] {2}, 0.5f, 2))
                    .node("OneHot", List.of("at", "depth", "v"), List.of("o"), attribute("axis", axis))
                    .node("Neg", List.of("o"), List.of("m")).node("ReduceSum", List.of("x"), List.of("s"))
                    .node("Squeeze", List.of("s"), List.of("t")).node("Mul", List.of("m", "t"), List.of("z"));
        }
    }

    private OnnxBytes attention(String name, Map<String, long[]> more, long[] q, long[] kv, List<String> inputs,
            byte[]... attributes) {
        return add("Attention " + name, 23, with(more, q, kv)).node("Attention", inputs, List.of("z"), attributes);
    }

    private static Map<String, long[]> with(Map<String, long[]> more, long[] q, long[] kv) {
        Map<String, long[]> all = new HashMap<>(Map.of("q", q, "k", kv, "v", kv));
        all.putAll(more);
        return all;
    }

    private void attentions() {
        List<String> qkv = List.of("q", "k", "v");
        long[] four = {2, 4, 3, 8};
        long[] keys = {2, 4, 5, 8};
        attention("of heads", Map.of(), four, keys, qkv);
        attention("causal", Map.of(), four, keys, qkv, attribute("is_causal", 1));
        attention("scaled", Map.of(), four, keys, qkv, real("scale", 0.7f));
        attention("capped", Map.of(), four, keys, qkv, real("softcap", 0.7f));
        attention("grouped", Map.of(), four, new long[] {2, 2, 5, 8}, qkv);
        attention("of rows", Map.of(), new long[] {2, 3, 32}, new long[] {2, 5, 32}, qkv,
                attribute("q_num_heads", 4), attribute("kv_num_heads", 4));
        attention("of grouped rows", Map.of(), new long[] {2, 3, 32}, new long[] {2, 5, 16}, qkv,
                attribute("q_num_heads", 4), attribute("kv_num_heads", 2));
        List<String> masked = List.of("q", "k", "v", "m");
        attention("with a bias", Map.of("m", new long[] {3, 5}), four, keys, masked);
        attention("capped with a bias", Map.of("m", new long[] {3, 5}), four, keys, masked, real("softcap", 0.7f));
        attention("with a bias by head", Map.of("m", new long[] {2, 1, 3, 5}), four, keys, masked);
        Map<String, long[]> past = Map.of("pk", new long[] {2, 4, 6, 8}, "pv", new long[] {2, 4, 6, 8});
        List<String> all = List.of("q", "k", "v", "", "pk", "pv");
        for (int causal = 0; causal < 2; causal++) {
            add("Attention after a past " + causal, 23, with(past, four, keys)).node("Attention", all,
                    List.of("z", "k2", "v2"), attribute("is_causal", causal));
        }
        add("Attention's keys", 23, with(past, four, keys)).node("Attention", all, List.of("y", "z", "v2"));
        Map<String, long[]> inputs = Map.of("q", four, "k", keys, "v", keys, "m", new long[] {3, 5});
        add("Attention with a mask", 23, inputs).initializer(OnnxBytes.floats("h", new long[0], -0.5f))
                .node("Greater", List.of("m", "h"), List.of("b")).node("Attention", List.of("q", "k", "v", "b"),
                        List.of("z"));
        for (int mode = 0; mode < 4; mode++) {
            add("Attention's scores " + mode, 24, Map.of("q", four, "k", keys, "v", keys, "m", new long[] {3, 5}))
                    .node("Attention", List.of("q", "k", "v", "m"), List.of("y", "", "", "z"),
                            attribute("qk_matmul_output_mode", mode), real("softcap", 2));
        }
        for (int causal = 0; causal < 2; causal++) {
            add("Attention to keys of lengths " + causal, 24, with(Map.of(), four, keys))
                    .initializer(integers("n", new long[] {2}, 3, 4))
                    .node("Attention", List.of("q", "k", "v", "", "", "", "n"), List.of("z"),
                            attribute("is_causal", causal));
        }
        for (int interleaved = 0; interleaved < 2; interleaved++) {
            byte[] way = attribute("interleaved", interleaved);
            add("RotaryEmbedding " + interleaved, 23,
                    Map.of("x", new long[] {2, 3, 5, 8}, "c", new long[] {2, 5, 4}, "s", new long[] {2, 5, 4}))
                    .node("RotaryEmbedding", List.of("x", "c", "s"), List.of("z"), way);
            add("RotaryEmbedding of rows " + interleaved, 23,
                    Map.of("x", new long[] {2, 5, 24}, "c", new long[] {9, 2}, "s", new long[] {9, 2}))
                    .initializer(integers("p", new long[] {2, 5}, 0, 1, 2, 3, 4, 8, 7, 6, 5, 1))
                    .node("RotaryEmbedding", List.of("x", "c", "s", "p"), List.of("z"), way, attribute("num_heads", 3),
                            attribute("rotary_embedding_dim", 4));
        }
    }

    private OnnxBytes fused(String operator, Map<String, long[]> inputs, List<String> from, byte[]... attributes) {
        return add(operator + " of com.microsoft", 17, inputs).named("com.microsoft", "", operator, from, List.of("z"),
                attributes);
    }

    /** What ONNX Runtime's optimizer writes. */
    private void fused() {
        Map<String, long[]> rows = Map.of("x", X, "b", new long[] {5});
        fused("Gelu", Map.of("x", X), List.of("x"));
        fused("BiasGelu", rows, List.of("x", "b"));
        fused("FastGelu", rows, List.of("x", "b"));
        fused("QuickGelu", Map.of("x", X), List.of("x"), real("alpha", 1.5f));
        fused("FusedMatMul", Map.of("x", X, "y", new long[] {5, 4}), List.of("x", "y"), real("alpha", 0.5f));
        fused("FusedMatMul", Map.of("x", X, "y", new long[] {2, 4, 3}), List.of("x", "y"), attribute("transA", 1),
                attribute("transB", 1), real("alpha", 0.5f));
        fused("FusedGemm", Map.of("x", new long[] {2, 3}, "y", new long[] {4, 3}, "c", new long[] {4}),
                List.of("x", "y", "c"), attribute("transB", 1), real("alpha", 0.5f),
                attribute("activation", "LeakyRelu"),
                real("activation_alpha", 0.2f));
        Map<String, long[]> images = Map.of("x", new long[] {1, 3, 5, 5}, "w", new long[] {4, 3, 3, 3}, "b",
                new long[] {4}, "y", new long[] {1, 4, 3, 3});
        fused("FusedConv", images, List.of("x", "w", "b", "y"), attribute("activation", "Relu"));
        fused("FusedConv", images, List.of("x", "w", "b", "y"));
        fused("FusedConv", images, List.of("x", "w", "b"));
        for (int opset : new int[] {10, 13}) {
            add("FusedConv and Clip of com.microsoft", opset, images).named("com.microsoft", "", "FusedConv",
                    List.of("x", "w", "b", "y"), List.of("z"), attribute("activation", "Clip"),
                    reals("activation_params", -0.5f, 2));
        }
        for (int left = 0; left < 2; left++) {
            add("FusedMatMul of a known matrix of com.microsoft " + left, 17, 2, 3, 3)
                    .initializer(OnnxBytes.floats("m", new long[] {2, 3}, 1, 2, 3, 4, -5, 6))
                    .named("com.microsoft", "", "FusedMatMul", List.of("x", "m"), List.of("z"),
                            attribute("transA", left), attribute("transB", 1));
        }
        Map<String, long[]> sums = Map.of("x", X, "y", X, "g", new long[] {5}, "b", new long[] {5}, "c",
                new long[] {5});
        add("SkipLayerNormalization of com.microsoft", 17, sums).named("com.microsoft", "", "SkipLayerNormalization",
                List.of("x", "y", "g", "b", "c"), List.of("n", "", "", "s"), real("epsilon", 1e-5f))
                .node("Mul", List.of("n", "s"), List.of("z"));
    }
}
