package dev.goshawk.onnx.export;

import dev.goshawk.onnx.export.GraphBytes.Attributes;
import dev.goshawk.onnx.format.ElementKind;
import dev.goshawk.packed.format.LevelRule;
import dev.goshawk.packed.format.PackedActivation;
import dev.goshawk.packed.format.PackedWeight;
import java.util.Arrays;
import java.util.List;

/** Writes quantized weights and the rounding of activations in one of the formats. */
final class CodeWriter {
    /** Narrowest first, signed before unsigned. */
    private static final List<ElementKind> KINDS = List.of(ElementKind.INT2, ElementKind.UINT2, ElementKind.INT4,
            ElementKind.UINT4, ElementKind.INT8, ElementKind.UINT8);
    private static final String QONNX = "qonnx.custom_op.general";

    private final GraphBytes out;
    private final CodeFormat format;

    CodeWriter(GraphBytes out, CodeFormat format) {
        this.out = out;
        this.format = format;
    }

    /** Rounds a value. */
    String activation(PackedActivation a, String x, String name) {
        if (a.form() == PackedActivation.Form.FLOAT) {
            return x;
        }
        String scale = out.floats(name + ".scale", new long[0], a.numbers()[0]);
        if (format == CodeFormat.QONNX) {
            return quant(name, x, scale, 0, a.bits(), false, false);
        }
        String zero = out.codes("zero", ElementKind.UINT8, new long[0], 0);
        String codes = out.node("QuantizeLinear", name + ".q", x, scale, zero);
        if (a.bits() < Byte.SIZE) {
            codes = out.node("Clip", name + ".clip", codes, zero,
                    out.codes("highest" + a.bits(), ElementKind.UINT8, new long[0], a.highest()));
        }
        return out.node("DequantizeLinear", name, codes, scale, zero);
    }

    /**
     * Writes a weight whose levels are in equal steps and small enough; others are written as floats.
     *
     * @param dims in PyTorch's layout
     * @param values in that layout
     */
    String weight(String name, long[] dims, PackedWeight packed, float[] values) {
        LevelRule rule = packed.rule();
        if (rule.form() != LevelRule.Form.LINEAR || packed.large().length > 0) {
            return out.floats(name, dims, values);
        }
        int first = rule.integer(0);
        int last = rule.integer(rule.levels() - 1);
        for (ElementKind kind : KINDS) {
            // Unsigned codes count from the first level, which the zero point makes what it is.
            int zero = kind.least() == 0 ? -first : 0;
            boolean fits = kind.bits() >= format.leastBits() && zero >= 0 && first + zero >= kind.least()
                    && last + zero <= kind.greatest() && zero <= kind.greatest();
            if (fits) {
                return weight(name, dims, packed, values, kind, zero);
            }
        }
        return out.floats(name, dims, values);
    }

    private String weight(String name, long[] dims, PackedWeight packed, float[] values, ElementKind kind, int zero) {
        int groups = packed.rule().groups();
        if (format == CodeFormat.QONNX) {
            long[] spread = new long[groups == 1 ? 0 : dims.length];
            Arrays.fill(spread, 1);
            if (groups > 1) {
                spread[0] = groups;
            }
            int first = packed.rule().integer(0);
            int last = packed.rule().integer(packed.rule().levels() - 1);
            boolean signed = zero == 0 && first < 0;
            int bits = 1;
            while (signed ? first < -(1 << bits - 1) || last >= 1 << bits - 1 : last + zero >= 1 << bits) {
                bits++;
            }
            boolean narrow = signed && first > -(1 << bits - 1);
            return quant(name + ".values", out.floats(name, dims, values),
                    out.floats(name + ".scale", spread, packed.numbers()), zero, bits, signed, narrow);
        }
        int[] codes = packed.unpacked();
        int[] whole = new int[codes.length];
        for (int i = 0; i < whole.length; i++) {
            whole[i] = packed.rule().integer(codes[i]) + zero;
        }
        long[] along = groups == 1 ? new long[0] : new long[] {groups};
        int[] zeros = new int[groups];
        Arrays.fill(zeros, zero);
        return out.node("DequantizeLinear", name + ".values", new Attributes().add("axis", 0),
                out.codes(name, kind, dims, whole), out.floats(name + ".scale", along, packed.numbers()),
                out.codes(name + ".zero", kind, along, zeros));
    }

    private String quant(String name, String x, String scale, int zero, int bits, boolean signed, boolean narrow) {
        return out.node(QONNX, "Quant", name,
                new Attributes().add("signed", signed ? 1 : 0).add("narrow", narrow ? 1 : 0).add("rounding_mode",
                        "ROUND"),
                x, scale, out.floats("zero" + zero, new long[0], zero),
                out.floats("bits" + bits, new long[0], bits));
    }
}
