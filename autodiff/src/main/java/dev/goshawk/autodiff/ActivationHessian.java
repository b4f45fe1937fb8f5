package dev.goshawk.autodiff;

import dev.goshawk.backend.Backend;
import dev.goshawk.graph.Value;
import java.util.List;
import java.util.SequencedMap;

/**
 * Products with the Hessian of a function by values computed on the way to it, such as a layer's activations, at the values that the
 * function's inputs give them. HAWQ-V2 (Dong et al., NeurIPS 2020) takes the trace of such Hessians to choose the precision of
 * activations.
 */
public final class ActivationHessian {
    private ActivationHessian() {
    }

    /**
     * Traces and compiles the product.
     *
     * @param function a scalar
     * @param activations the values, each under a name; none computed from another
     * @return used as any Hessian's product, with those names
     * @throws IllegalArgumentException if the function is not computed from one of them, or one is computed from another
     * @throws NotDifferentiableException naming an op on the way that cannot be differentiated twice
     */
    public static HessianVectorProduct of(Value function, SequencedMap<String, Value> activations, Backend backend) {
        return new CurvatureTrace(function, activations).compile(trace(function, activations, true), backend);
    }

    /** The traced parts, before compilation. */
    public static Linearization trace(Value function, SequencedMap<String, Value> activations, boolean withGradient) {
        List<Value> by = List.copyOf(activations.values());
        CurvatureTrace.requireCut("activation hessian", function, by);
        return new CurvatureTrace(function, activations)
                .parts((gradient, directions) -> ForwardMode.jvp(gradient, by, directions), withGradient);
    }
}
