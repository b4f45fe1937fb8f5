package dev.goshawk.hawq.quantize;

import java.util.List;

/** Widths a weight or an activation is stored in. */
public enum BitWidth {
    B1(1), B2(2), B3(3), B4(4), B5(5), B6(6), B7(7), B8(8),
    /** Not quantized: 32-bit floating point. */
    FLOAT(32);

    private static final List<BitWidth> QUANTIZED = List.of(B1, B2, B3, B4, B5, B6, B7, B8);

    private final int bits;

    BitWidth(int bits) {
        this.bits = bits;
    }

    public int bits() {
        return bits;
    }

    /** The widths which quantize, ascending: 1 to 8. */
    public static List<BitWidth> quantized() {
        return QUANTIZED;
    }

    public boolean isFloat() {
        return this == FLOAT;
    }

    /**
     * The width of that many bits.
     *
     * @throws IllegalArgumentException if it is neither 1 to 8 nor 32
     */
    public static BitWidth of(int bits) {
        for (BitWidth b : values()) {
            if (b.bits == bits) {
                return b;
            }
        }
        throw new IllegalArgumentException("bit width: expected 1 to 8 or 32 (float), got " + bits);
    }

    @Override
    public String toString() {
        return Integer.toString(bits);
    }
}
