package dev.goshawk.autodiff;

import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * What crosses from the primal part of a {@link Linearization} to the tangent part: some of the fixed values that moving ones read are
 * kept, and others are recomputed from those.
 */
final class Cut {
    /** An operand so much smaller than the value computed from it counts for nothing. */
    private static final int SMALL = 16;
    /**
     * Operations, broadcasts counted, spent at most on computing a value again from others that are kept anyway: longer chains join other
     * loops, early, and are then stored for long.
     */
    private static final int MOST_STEPS = 4;

    private final Set<Value> needed = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<Value> again = Collections.newSetFromMap(new IdentityHashMap<>());

    /**
     * @param nodes a graph's values, operands first
     * @param moves which of them depend on the tangents
     */
    Cut(List<Value> nodes, Dependence moves) {
        for (Value v : nodes) {
            if (moves.holds(v)) {
                v.operands().stream().filter(o -> !moves.holds(o)).forEach(this::need);
            }
        }
        for (Value v : nodes.reversed()) {
            if (needed.contains(v) && !isRecomputed(v)) {
                computeAgain(v);
            }
        }
    }

    /** Whether the tangent part reads a fixed value, kept or computed again. */
    boolean needs(Value fixed) {
        return needed.contains(fixed);
    }

    /** Whether the tangent part computes a fixed value that it needs, rather than find it kept. */
    boolean isRecomputed(Value fixed) {
        return again.contains(fixed) || isCheap(fixed);
    }

    private void need(Value v) {
        if (needed.add(v) && isRecomputed(v)) {
            v.operands().forEach(this::need);
        }
    }

    /** Cheaper to compute again than to keep, whatever else is kept: no larger operand, one pass, no sum. */
    private static boolean isCheap(Value v) {
        return switch (v.op()) {
            case Op.Constant _, Op.Broadcast _, Op.Reshape _, Op.Piecewise _, Op.Scale _ -> true;
            default -> false;
        };
    }

    /** A sum or product of values need not be kept if its large operands are kept anyway. */
    private void computeAgain(Value v) {
        List<Value> steps = new ArrayList<>();
        if (isSumOrProduct(v) && follow(v, v.shape().size(), steps)) {
            again.addAll(steps);
            steps.forEach(s -> s.operands().forEach(this::need));
        }
    }

    private boolean follow(Value v, long size, List<Value> steps) {
        steps.add(v);
        return steps.size() <= MOST_STEPS && v.operands().stream()
                .allMatch(o -> o.shape().size() * (long) SMALL <= size || needed.contains(o)
                        || (isSumOrProduct(o) || isCheap(o)) && follow(o, size, steps));
    }

    private static boolean isSumOrProduct(Value v) {
        return switch (v.op()) {
            case Op.Multiply _, Op.Add _, Op.Subtract _ -> true;
            default -> false;
        };
    }
}
