package dev.goshawk.tensor;

/** Element types. Gradients exist for the two floating types; {@link #INT32} carries positions (max-pool indices). */
public enum DType {
    FLOAT32("float32", 4), FLOAT64("float64", 8), INT32("int32", 4);

    private final String label;
    private final int bytes;

    DType(String label, int bytes) {
        this.label = label;
        this.bytes = bytes;
    }

    /** Bytes per element. */
    public int bytes() {
        return bytes;
    }

    public boolean isFloating() {
        return this != INT32;
    }

    /** The name users type and read, such as {@code float32}. */
    public String label() {
        return label;
    }

    /**
     * Parses {@code float32}, {@code float64} or {@code int32}.
     *
     * @throws IllegalArgumentException if the name is none of these
     */
    public static DType parse(String name) {
        for (DType t : values()) {
            if (t.label.equals(name)) {
                return t;
            }
        }
        throw new IllegalArgumentException("dtype: expected float32, float64 or int32, got '" + name + "'");
    }

    @Override
    public String toString() {
        return label;
    }
}
