package dev.goshawk.cuda.lower;

import dev.goshawk.tensor.DType;
import java.util.Arrays;
import java.util.List;

/** How float32 convolutions are multiplied: chosen by the system property {@value #PROPERTY}, {@code fp32} unless it is set. */
public enum Precision {
    /** Float32 throughout, on any GPU. */
    FP32("fp32", 0),
    /** Tensor cores, operands in two parts and three passes: a product is off by at most 2^-22, sums are rounded in float32. */
    F32X3("f32x3", 80),
    /** Tensor cores, operands rounded to 11 bits. */
    TF32("tf32", 80);

    /** The property's name. */
    public static final String PROPERTY = "goshawk.cuda.precision";

    private final String label;
    private final int architecture;

    Precision(String label, int architecture) {
        this.label = label;
        this.architecture = architecture;
    }

    /** What users type. */
    public String label() {
        return label;
    }

    /** Whether these sizes have a kernel of this precision in addition to the plain one. */
    boolean isSpecial(DType dtype, boolean vector) {
        return this != FP32 && dtype == DType.FLOAT32 && vector;
    }

    /**
     * The one that the property names, checked against the GPU.
     *
     * @param architecture the GPU's compute capability, 80 for 8.0
     * @throws IllegalArgumentException if there is no such precision, or the GPU is too old for it
     */
    public static Precision chosen(String name, int architecture) {
        List<String> labels = Arrays.stream(values()).map(Precision::label).toList();
        for (Precision p : values()) {
            if (p.label.equals(name)) {
                if (architecture < p.architecture) {
                    throw new IllegalArgumentException(PROPERTY + "=" + name + ": needs a GPU of compute capability "
                            + p.architecture / 10 + "." + p.architecture % 10 + " or newer, this one has "
                            + architecture / 10 + "." + architecture % 10);
                }
                return p;
            }
        }
        throw new IllegalArgumentException(PROPERTY + ": expected one of " + labels + ", got '" + name + "'");
    }
}
