package dev.goshawk.onnx.op;

import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.Shape;

/**
 * How whole numbers came about.
 *
 * @param x what was rounded, as it was traced
 * @param scale worth of one
 * @param zero what stands for 0
 * @param low least whole number
 * @param high greatest whole number
 */
public record Rounding(Value x, double scale, double zero, double low, double high) {
    /**
     * The whole numbers, with the order of axes of the term that was rounded.
     *
     * @param rounds false for numbers between whole ones too
     */
    public Term codes(Term rounded, boolean rounds) {
        Value ratio = x.divide(x.like(scale));
        Value path = within(ratio.add(zero));
        Value codes = rounds ? Functions.straightThrough(within(ratio.round().add(zero)), path) : path;
        return rounded.isChannelsLast() ? Term.channelsLast(codes, this) : Term.traced(codes, this);
    }

    private Value within(Value numbers) {
        return numbers.max(x.like(low)).min(x.like(high));
    }

    /** The same rounding of another value. */
    public Rounding of(Value other) {
        return new Rounding(other, scale, zero, low, high);
    }

    /** What the whole numbers stand for; derivatives go through as through the identity. */
    public Value rounded() {
        Value s = Value.constant(scale, x.dtype(), Shape.scalar());
        return Functions.fakeQuantize(x, s, Value.constant(zero, x.dtype(), Shape.scalar()), low, high);
    }

    /** Where no number below 0 can be written, rounding is a rectifier as well. */
    public Value unrounded() {
        return low >= zero ? x.relu() : x;
    }

    /** The same with fewer whole numbers. */
    public Rounding within(double least, double most) {
        return new Rounding(x, scale, zero, Math.max(low, least), Math.min(high, most));
    }
}
