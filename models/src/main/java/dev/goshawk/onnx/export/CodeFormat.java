package dev.goshawk.onnx.export;

/** How a file holds what is quantized. */
public enum CodeFormat {
    /**
     * Weights are int8 or uint8 with DequantizeLinear, activations QuantizeLinear, Clip to the codes of their width, and DequantizeLinear
     * in uint8 ("QCDQ"). Operator set 13.
     */
    QCDQ(13, 8),
    /** As {@link #QCDQ}, with weights of at most 4 bits in INT4 or UINT4, two codes a byte. Operator set 21. */
    QCDQ4(21, 10),
    /** As {@link #QCDQ4}, with weights of at most 2 bits in INT2 or UINT2, four codes a byte. Operator set 25. */
    QCDQ2(25, 13),
    /** QONNX: nodes Quant of the domain {@code qonnx.custom_op.general} with scale, zero point and width, of float weights and activations. */
    QONNX(13, 8);

    private final int opset;
    private final int irVersion;

    CodeFormat(int opset, int irVersion) {
        this.opset = opset;
        this.irVersion = irVersion;
    }

    int opset() {
        return opset;
    }

    int irVersion() {
        return irVersion;
    }

    /** Least width of a code of weights. */
    int leastBits() {
        return switch (this) {
            case QCDQ, QONNX -> 8;
            case QCDQ4 -> 4;
            case QCDQ2 -> 2;
        };
    }
}
