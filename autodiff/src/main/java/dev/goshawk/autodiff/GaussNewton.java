package dev.goshawk.autodiff;

import dev.goshawk.backend.Backend;
import dev.goshawk.graph.Value;
import java.util.List;
import java.util.SequencedMap;

/**
 * Products with the generalized Gauss-Newton matrix of a loss L(z(w)),
 * <pre>G = J' H_L J,    J = dz / dw,    H_L = d2L / dz2,</pre>
 * the Hessian without the curvature of the network's outputs z themselves (Schraudolph, Neural Computation 14, 2002). Where L is
 * convex in z, as squared error and cross-entropy are, G is positive semidefinite; for outputs linear in w it is the Hessian.
 * One product is a tangent of z, one of L's gradient by z, and a vector-Jacobian product: about the cost of a Hessian's.
 */
public final class GaussNewton {
    private GaussNewton() {
    }

    /**
     * Traces and compiles the product.
     *
     * @param loss a scalar computed from the outputs. What it takes of the variables by another way, such as weight decay, is held fixed
     *     and adds nothing
     * @param outputs z: the values between network and loss, none computed from another
     * @param by inputs w that the matrix is taken by
     * @return used as a Hessian's product; value and gradient are the loss's
     * @throws IllegalArgumentException if the loss is not computed from the outputs, or one output from another
     * @throws NotDifferentiableException naming an op on the way that lacks a derivative
     */
    public static HessianVectorProduct of(Value loss, List<Value> outputs, List<Value> by, Backend backend) {
        return new CurvatureTrace(loss, Variables.named(loss, by)).compile(trace(loss, outputs, by, true), backend);
    }

    /** The traced parts, before compilation. */
    public static Linearization trace(Value loss, List<Value> outputs, List<Value> by, boolean withGradient) {
        return parts(loss, outputs, Variables.named(loss, by), withGradient);
    }

    /**
     * As {@link #of(Value, List, List, Backend)} by values on the way to the outputs, such as a layer's activations.
     *
     * @param by the values, each under a name; none computed from another
     */
    public static HessianVectorProduct of(Value loss, List<Value> outputs, SequencedMap<String, Value> by,
            Backend backend) {
        return new CurvatureTrace(loss, by).compile(trace(loss, outputs, by, true), backend);
    }

    /** The traced parts of {@link #of(Value, List, SequencedMap, Backend)}, before compilation. */
    public static Linearization trace(Value loss, List<Value> outputs, SequencedMap<String, Value> by,
            boolean withGradient) {
        CurvatureTrace.requireCut("gauss-newton", loss, List.copyOf(by.values()));
        return parts(loss, outputs, by, withGradient);
    }

    private static Linearization parts(Value loss, List<Value> outputs, SequencedMap<String, Value> by,
            boolean withGradient) {
        CurvatureTrace.requireCut("gauss-newton", loss, outputs);
        List<Value> variables = List.copyOf(by.values());
        return new CurvatureTrace(loss, by).parts((gradient, directions) -> {
            List<Value> tangents = ForwardMode.jvp(outputs, variables, directions);
            List<Value> slopes = ReverseMode.gradient(loss, outputs);
            return ReverseMode.vjp(outputs, ForwardMode.jvp(slopes, outputs, tangents), variables);
        }, withGradient);
    }
}
