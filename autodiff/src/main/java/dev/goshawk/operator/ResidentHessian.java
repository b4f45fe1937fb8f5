package dev.goshawk.operator;

import dev.goshawk.autodiff.HessianVectorProduct;
import dev.goshawk.backend.ResidentProducts;
import java.util.Optional;

/** A Hessian's direction and product on a backend's device, laid out as a flat vector for the outside. */
record ResidentHessian(ResidentProducts products, HessianVectorProduct hessian, ParameterVector variables)
        implements
            LinearOperator.ResidentVector {

    static Optional<LinearOperator.ResidentVector> of(HessianVectorProduct hessian, ParameterVector variables) {
        return hessian.resident().map(products -> new ResidentHessian(products, hessian, variables));
    }

    @Override
    public ResidentProducts.Dots start(double[] v) {
        variables.scatter(v, hessian::direction);
        return products.start();
    }

    @Override
    public ResidentProducts.Dots step(double shift) {
        return products.step(shift);
    }

    @Override
    public double[] vector() {
        products.store();
        double[] v = new double[variables.size()];
        variables.gather(hessian::direction, v);
        return v;
    }
}
