package dev.goshawk.autodiff;

import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import org.jspecify.annotations.Nullable;

/**
 * A gradient that a choice ({@link Op.Where}) lets through at some elements. Where an element was not chosen its gradient is 0, and 0 times an
 * infinite derivative, such as log's at 0, would be NaN. On its way through ops of single elements the choice therefore stays outermost: what
 * the ops make of the gradient is cut last, not first.
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

    /** The sum of two gradients under one choice; null if they are not. */
    static @Nullable Value sum(Value a, Value b) {
        Masked left = of(a);
        Masked right = of(b);
        return left != null && right != null && left.condition == right.condition && left.chosen == right.chosen
                ? new Masked(left.condition, left.gradient.add(right.gradient), left.chosen).value()
                : null;
    }

    /** Whether each element of the op's gradient is made of the gradient's element at the same place. */
    static boolean isOfSingleElements(Op op) {
        return op instanceof Op.Elementwise || op instanceof Op.Add || op instanceof Op.Subtract
                || op instanceof Op.Multiply || op instanceof Op.Scale;
    }

    /** Whether the op only puts elements elsewhere, so that its gradient puts a condition where it belongs too. */
    static boolean isRearrangement(Op op) {
        return op instanceof Op.Reshape || op instanceof Op.Permute;
    }

    private static boolean isZero(Value v) {
        return v.op() instanceof Op.Constant k && k.value() == 0;
    }
}
