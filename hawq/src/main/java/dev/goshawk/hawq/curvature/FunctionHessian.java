package dev.goshawk.hawq.curvature;

import dev.goshawk.autodiff.HessianVectorProduct;
import dev.goshawk.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * The Hessian of a user's own traced function as a {@link LinearOperator}, at the point of the product's last
 * {@link HessianVectorProduct#linearize()}. For a network on a sample use {@link HessianOperator}.
 */
public final class FunctionHessian implements LinearOperator {
    private final HessianVectorProduct product;
    private final ParameterVector variables;

    private FunctionHessian(HessianVectorProduct product) {
        SequencedMap<String, Shape> shapes = new LinkedHashMap<>();
        product.names().forEach(name -> shapes.put(name, product.direction(name).shape()));
        this.product = product;
        this.variables = new ParameterVector(shapes);
    }

    /** Wraps a product, which is shared: linearizing it elsewhere moves the operator's point. */
    public static FunctionHessian of(HessianVectorProduct product) {
        return new FunctionHessian(product);
    }

    @Override
    public int size() {
        return variables.size();
    }

    @Override
    public void apply(double[] v, double[] out) {
        variables.scatter(v, product::direction);
        product.apply();
        variables.gather(product::product, out);
    }

    @Override
    public Optional<ResidentVector> resident() {
        return OnDevice.of(product, variables);
    }

    /** Which entries of a vector belong to which variable. */
    public ParameterVector variables() {
        return variables;
    }
}
