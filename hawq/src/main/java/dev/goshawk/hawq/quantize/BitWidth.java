package dev.goshawk.hawq.quantize;

import java.util.List;

/** Widths a weight or an activation is stored in. */
public enum BitWidth {
    B2(2), B3(3), B4(4), B6(6), B8(8),
    /** Not quantized: 32-bit floating point. */
    FLOAT(32);

    private static final List<BitWidth> QUANTIZED = List.of(B2, B3, B4, B6, B8);

    private final int bits;

    BitWidth(int bits) {
        this.bits = bits;
    }

    public int bits() {
        return bits;
    }

    /** The widths which quantize, ascending: 2, 3, 4, 6, 8. */
    public static List<BitWidth> quantized() {
        return QUANTIZED;
    }

    public boolean isFloat() {
        return this == FLOAT;
    }

    /**
     * The width of that many bits.
     *
     * @throws IllegalArgumentException if it is none of 2, 3, 4, 6, 8, 32
     */
    public static BitWidth of(int bits) {
        for (BitWidth b : values()) {
            if (b.bits == bits) {
                return b;
            }
        }
        throw new IllegalArgumentException("bit width: expected 2, 3, 4, 6, 8 or 32 (float), got " + bits);
    }

    @Override
    public String toString() {
        return Integer.toString(bits);
    }
}
