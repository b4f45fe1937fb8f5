package dev.goshawk.onnx.op;

import dev.goshawk.graph.Value;
import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a name of an ONNX graph stands for while it is translated: a constant, a traced value, or a sequence of such. Images are traced channels last,
 * as Goshawk's kernels want them; {@link #shape()} is in ONNX's order of axes all the same.
 */
public final class Term {
    private final String name;
    private final @Nullable ConstantArray constant;
    private final boolean trainable;
    private final @Nullable Value value;
    private final boolean channelsLast;
    private final @Nullable Rounding rounding;
    private final @Nullable List<Term> parts;

    private Term(String name, @Nullable ConstantArray constant, boolean trainable, @Nullable Value value,
            boolean channelsLast, @Nullable Rounding rounding) {
        this(name, constant, trainable, value, channelsLast, rounding, null);
    }

    private Term(String name, @Nullable ConstantArray constant, boolean trainable, @Nullable Value value,
            boolean channelsLast, @Nullable Rounding rounding, @Nullable List<Term> parts) {
        this.name = name;
        this.constant = constant;
        this.trainable = trainable;
        this.value = value;
        this.channelsLast = channelsLast;
        this.rounding = rounding;
        this.parts = parts;
    }

    /** A sequence of arrays. */
    public static Term sequence(List<Term> parts) {
        return new Term("", null, false, null, false, null, List.copyOf(parts));
    }

    public boolean isSequence() {
        return parts != null;
    }

    /**
     * The arrays of a sequence.
     *
     * @throws OnnxException if it is none
     */
    public List<Term> parts() {
        if (parts == null) {
            throw new OnnxException("expected a sequence, got an array of shape " + shape());
        }
        return parts;
    }

    /** A constant; a trainable one becomes a parameter of this name where a traced value meets it. */
    public static Term constant(String name, ConstantArray constant, boolean trainable) {
        return new Term(name, constant, trainable, null, false, null);
    }

    /** A value with ONNX's order of axes. */
    public static Term traced(Value value) {
        return new Term("", null, false, value, false, null);
    }

    /** A value [batch, ..., channels] that stands for [batch, channels, ...]. */
    public static Term channelsLast(Value value) {
        return new Term("", null, false, value, value.shape().rank() > 2, null);
    }

    /** Whole numbers that rounding makes of a value. */
    public static Term traced(Value codes, Rounding rounding) {
        return new Term("", null, false, codes, false, rounding);
    }

    /** As {@link #traced(Value, Rounding)}, channels last. */
    public static Term channelsLast(Value codes, Rounding rounding) {
        return new Term("", null, false, codes, codes.shape().rank() > 2, rounding);
    }

    /** How the whole numbers of this came about, where rounding made them. */
    public @Nullable Rounding rounding() {
        return rounding;
    }

    public String name() {
        return name;
    }

    public boolean isConstant() {
        return constant != null;
    }

    public boolean isTrainable() {
        return trainable;
    }

    public boolean isChannelsLast() {
        return channelsLast;
    }

    /** The constant, if it is one. */
    public @Nullable ConstantArray constant() {
        return constant;
    }

    /** The value as it was traced; for terms that are no constants. */
    public Value value() {
        if (parts != null) {
            throw new OnnxException("expected an array, got a sequence of " + parts.size());
        }
        if (value == null) {
            throw new IllegalStateException("'" + name + "' is a constant");
        }
        return value;
    }

    /** The value with ONNX's order of axes; for terms that are no constants. */
    public Value logical() {
        return channelsLast ? Axes.channelsFirst(value()) : value();
    }

    /** Where an axis of ONNX's order is in {@link #value()}. */
    public int place(int axis) {
        if (!channelsLast || axis == 0) {
            return axis;
        }
        return axis == 1 ? value().shape().rank() - 1 : axis - 1;
    }

    /** Extents in ONNX's order of axes. */
    public Shape shape() {
        if (constant != null) {
            return constant.shape();
        }
        Shape s = value().shape();
        if (!channelsLast) {
            return s;
        }
        int[] dims = s.dims();
        System.arraycopy(s.dims(), 1, dims, 2, dims.length - 2);
        dims[1] = s.dim(-1);
        return Shape.of(dims);
    }
}
