package dev.goshawk.onnx.op.array;

import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.format.OnnxNode.Attribute;
import dev.goshawk.onnx.op.Axes;
import dev.goshawk.onnx.op.Node;
import dev.goshawk.onnx.op.Operator;
import dev.goshawk.onnx.op.Term;
import dev.goshawk.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Sequences of arrays, whose lengths and places are known while a network is translated, and values that may be left out. */
public final class Sequences {
    private Sequences() {
    }

    /** Puts the operators into a table, by ONNX's names; after the identity. */
    public static void register(Map<String, Operator> all) {
        Operator identity = Objects.requireNonNull(all.get("Identity"));
        all.put("Identity", n -> n.term(0).isSequence() ? List.of(n.term(0)) : identity.translate(n));
        all.put("SequenceEmpty", Operator.single(_ -> Term.sequence(List.of())));
        all.put("SequenceConstruct", Operator.single(n -> {
            List<Term> parts = new ArrayList<>();
            for (int i = 0; i < n.inputs(); i++) {
                parts.add(n.term(i));
            }
            return Term.sequence(parts);
        }));
        all.put("SequenceInsert", Operator.single(n -> {
            List<Term> parts = new ArrayList<>(n.term(0).parts());
            parts.add(n.has(2) ? place(n, 2, parts.size(), parts.size() + 1) : parts.size(), n.term(1));
            return Term.sequence(parts);
        }));
        all.put("SequenceErase", Operator.single(n -> {
            List<Term> parts = new ArrayList<>(n.term(0).parts());
            parts.remove(n.has(1) ? place(n, 1, parts.size(), parts.size()) : parts.size() - 1);
            return Term.sequence(parts);
        }));
        all.put("SequenceAt", Operator.single(n -> {
            List<Term> parts = n.term(0).parts();
            return parts.get(place(n, 1, parts.size(), parts.size()));
        }));
        all.put("SequenceLength", Operator.single(
                n -> known(n, ConstantArray.of(Shape.scalar(), (long) n.term(0).parts().size()))));
        all.put("ConcatFromSequence", Operator.single(Sequences::concatenated));
        all.put("SplitToSequence", Operator.single(Sequences::split));
        all.put("Optional", Operator.single(n -> n.has(0) ? n.term(0) : Node.ABSENT));
        all.put("OptionalGetElement", Operator.single(n -> n.term(0)));
        all.put("OptionalHasElement", Operator.single(n -> known(n, ConstantArray.truth(n.has(0)))));
    }

    private static Term known(Node n, ConstantArray array) {
        return Term.constant(n.onnx().outputs().getFirst(), array, false);
    }

    /** A place among so many, counted from the end where negative. */
    private static int place(Node n, int input, int length, int places) {
        long at = n.constant(input).whole();
        long from = at < 0 ? at + length : at;
        if (from < 0 || from >= places) {
            throw new OnnxException("place " + at + " of a sequence of " + length);
        }
        return (int) from;
    }

    private static Term concatenated(Node n) {
        List<Term> parts = n.term(0).parts();
        int axis = n.onnx().whole("axis", 0);
        if (parts.isEmpty()) {
            throw new OnnxException("expected a sequence of 1 array or more, got none");
        }
        if (n.onnx().whole("new_axis", 0) == 1) {
            Attribute axes = new Attribute.Wholes(List.of((long) axis));
            parts = parts.stream().map(p -> n.apply("Unsqueeze", List.of(p), Map.of("axes", axes))).toList();
        }
        return n.apply("Concat", parts, Map.of("axis", new Attribute.Whole(axis)));
    }

    private static Term split(Node n) {
        int axis = Axes.of(n.onnx().whole("axis", 0), n.rank(0));
        int extent = n.shape(0).dim(axis);
        boolean squeezed = !n.has(1) && n.onnx().whole("keepdims", 1) == 0;
        int[] sizes = n.wholes("", 1, 1);
        if (!n.has(1) || n.rank(1) == 0) {
            int each = sizes[0];
            Axes.requireFew(each < 1 ? Integer.MAX_VALUE : Math.ceilDiv(extent, each));
            sizes = new int[Math.ceilDiv(extent, each)];
            Arrays.setAll(sizes, i -> Math.min(each, extent - i * each));
        }
        if (Arrays.stream(sizes).asLongStream().sum() != extent || Arrays.stream(sizes).anyMatch(s -> s < 0)) {
            throw new OnnxException("cannot split an extent of " + extent + " into " + Arrays.toString(sizes));
        }
        List<Term> parts = new ArrayList<>();
        int at = 0;
        for (int size : sizes) {
            Term part = n.apply("Slice", List.of(n.term(0)), Map.of("starts", wholes(at), "ends", wholes(at + size),
                    "axes", wholes(axis)));
            parts.add(named(n, parts.size(),
                    squeezed ? n.apply("Squeeze", List.of(part), Map.of("axes", wholes(axis))) : part));
            at += size;
        }
        return Term.sequence(parts);
    }

    /** A part with a name of its own: constants are told apart by theirs. */
    private static Term named(Node n, int i, Term part) {
        ConstantArray array = part.constant();
        return array == null
                ? part
                : Term.constant(n.onnx().outputs().getFirst() + "." + i, array, part.isTrainable());
    }

    private static Attribute wholes(long number) {
        return new Attribute.Wholes(List.of(number));
    }
}
