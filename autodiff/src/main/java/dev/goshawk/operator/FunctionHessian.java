package dev.goshawk.operator;

import dev.goshawk.autodiff.HessianVectorProduct;
import dev.goshawk.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * The matrix behind a {@link HessianVectorProduct} as a {@link LinearOperator}, at the point of the product's last
 * {@link HessianVectorProduct#linearize()}: the Hessian of a user's own traced function, its Gauss-Newton matrix or its Fisher
 * matrix. Size: the number of variables. In float32 products a direction is rounded to float32.
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

    /**
     * Wraps a product, which is shared: linearizing it elsewhere moves the operator's point. Its {@link #apply} throws what
     * {@link HessianVectorProduct#apply()} throws.
     */
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
        return resident(product, variables);
    }

    /**
     * A product's direction that stays on its backend's device, laid out by {@code variables} for the outside.
     *
     * @return empty where the backend has no memory of its own
     */
    public static Optional<ResidentVector> resident(HessianVectorProduct product, ParameterVector variables) {
        return ResidentHessian.of(product, variables);
    }

    /** The function's value at the point. */
    public double value() {
        return product.value();
    }

    /** The gradient by {@link #variables()} at the point, a new array. */
    public double[] gradient() {
        double[] g = new double[size()];
        variables.gather(product::gradient, g);
        return g;
    }

    /** Its size and variables. */
    @Override
    public String toString() {
        return "operator of " + size() + " rows, by " + variables;
    }

    /** Which entries of a vector belong to which variable. */
    public ParameterVector variables() {
        return variables;
    }
}
