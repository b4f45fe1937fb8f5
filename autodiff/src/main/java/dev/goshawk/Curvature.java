package dev.goshawk;

import dev.goshawk.autodiff.ActivationHessian;
import dev.goshawk.autodiff.Fisher;
import dev.goshawk.autodiff.GaussNewton;
import dev.goshawk.autodiff.HessianVectorProduct;
import dev.goshawk.backend.Backends;
import dev.goshawk.graph.Value;
import dev.goshawk.operator.FunctionHessian;
import dev.goshawk.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Curvature matrices of a traced loss at a point, as operators that multiply: by some of the loss's inputs, the others held fixed. The
 * matrix is never formed. Feed them to the solvers of {@link dev.goshawk.spectral} and the estimates of
 * {@link dev.goshawk.spectral.estimate}.
 *
 * <p>{@code at} gives every input of the loss its tensor, by name; tensors are shared, and a change of one makes the operator refuse until it
 * is made again. All methods throw {@link IllegalArgumentException} where an input is not the loss's or a tensor does not fit, and {@link
 * IllegalStateException} naming the inputs that have no tensor. They run on the default backend.
 */
public final class Curvature {
    private Curvature() {
    }

    /**
     * The Hessian of the loss by some of its inputs: {@code by} one block's parameters gives that diagonal block.
     *
     * @param loss a scalar
     */
    public static FunctionHessian hessian(Value loss, List<Value> by, Map<String, Tensor> at) {
        return at(HessianVectorProduct.of(loss, by, Backends.defaultBackend()), at);
    }

    /** The Hessian by values on the way to the loss; see {@link ActivationHessian}. */
    public static FunctionHessian activationHessian(Value loss, SequencedMap<String, Value> activations,
            Map<String, Tensor> at) {
        return at(ActivationHessian.of(loss, activations, Backends.defaultBackend()), at);
    }

    /**
     * The generalized Gauss-Newton matrix; see {@link GaussNewton}.
     *
     * @param outputs of the network, which the loss is computed from
     */
    public static FunctionHessian gaussNewton(Value loss, List<Value> outputs, List<Value> by, Map<String, Tensor> at) {
        return at(GaussNewton.of(loss, outputs, by, Backends.defaultBackend()), at);
    }

    /**
     * The Fisher matrix of a softmax classifier, mean over the rows; see {@link Fisher}.
     *
     * @param logits [..., classes], which the loss is computed from
     */
    public static FunctionHessian fisher(Value loss, Value logits, List<Value> by, Map<String, Tensor> at) {
        return at(Fisher.of(loss, logits, by, Backends.defaultBackend()), at);
    }

    /**
     * The empirical Fisher matrix; see {@link Fisher#empirical}.
     *
     * @param losses one for each example: [examples]
     */
    public static FunctionHessian empiricalFisher(Value losses, List<Value> by, Map<String, Tensor> at) {
        return at(Fisher.empirical(losses, by, Backends.defaultBackend()), at);
    }

    private static FunctionHessian at(HessianVectorProduct product, Map<String, Tensor> at) {
        at.forEach(product::bind);
        return FunctionHessian.of(product.linearize());
    }
}
