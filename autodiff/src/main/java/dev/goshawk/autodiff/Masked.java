package dev.goshawk.autodiff;

import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.Shape;
import org.jspecify.annotations.Nullable;

/**
 * A gradient that a choice ({@link Op.Where}) lets through at some elements. Where an element was not chosen its gradient is 0, and 0 times an
 * infinite derivative, such as log's at 0, would be NaN. On its way through ops of single elements and such as only move or repeat
 * elements the choice therefore stays outermost: what the ops make of the gradient is cut last, not first.
 *
 * @param condition the choice's
 * @param gradient as if every element were chosen
 * @param chosen whether elements count where the condition holds, rather than where it does not
 */
record Masked(Value condition, Value gradient, boolean chosen) {

    /** A gradient seen so; null if it is none of a choice. */
    static @Nullable Masked of(Value g) {
        if (!(g.op() instanceof Op.Where)) {
            return null;
        }
        if (isZero(g.operand(2))) {
            return new Masked(g.operand(0), g.operand(1), true);
        }
        return isZero(g.operand(1)) ? new Masked(g.operand(0), g.operand(2), false) : null;
    }

    /** The gradient with its choice. */
    Value value() {
        Value zero = gradient.like(0);
        return chosen ? Functions.where(condition, gradient, zero) : Functions.where(condition, zero, gradient);
    }

    /** The sum of two gradients, which counts where one of them does; null if they are not both of choices. */
    static @Nullable Value sum(Value a, Value b) {
        Masked left = of(a);
        Masked right = of(b);
        if (left == null || right == null) {
            return null;
        }
        if (left.condition == right.condition && left.chosen == right.chosen) {
            Value within = sum(left.gradient, right.gradient);
            Value both = within != null ? within : left.gradient.add(right.gradient);
            return new Masked(left.condition, both, left.chosen).value();
        }
        if (left.condition == right.condition && of(left.gradient) == null && of(right.gradient) == null) {
            return left.chosen
                    ? Functions.where(left.condition, left.gradient, right.gradient)
                    : Functions.where(left.condition, right.gradient, left.gradient);
        }
        return new Masked(left.counts().max(right.counts()), a.add(b), true).value();
    }

    /** 1 where the gradient counts, 0 elsewhere. */
    private Value counts() {
        Value holds = condition.step();
        Value own = chosen ? holds : holds.negate().add(1);
        Masked within = of(gradient);
        return within == null ? own : own.multiply(within.counts());
    }

    /** Whether each element of the op's gradient is made of the gradient's element at the same place. */
    static boolean isOfSingleElements(Op op) {
        return op instanceof Op.Elementwise || op instanceof Op.Add || op instanceof Op.Subtract
                || op instanceof Op.Multiply || op instanceof Op.Scale;
    }

    /** Whether an element of the op's gradient is one of the given gradient or 0, so that it puts a condition where it belongs too. */
    static boolean isRearrangement(Op op) {
        return op instanceof Op.Reshape || op instanceof Op.Permute || op instanceof Op.Sum || op instanceof Op.Slice
                || op instanceof Op.Pad || op instanceof Op.Concat;
    }

    /** The gradient of a value that was broadcast: it counts where any of its copies was chosen. */
    Value broadcastFrom(Shape shape) {
        return new Masked(counts().sumTo(shape), value().sumTo(shape), true).value();
    }

    private static boolean isZero(Value v) {
        return v.op() instanceof Op.Constant k && k.value() == 0;
    }
}
