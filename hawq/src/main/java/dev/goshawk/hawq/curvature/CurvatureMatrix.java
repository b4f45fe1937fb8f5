package dev.goshawk.hawq.curvature;

import dev.goshawk.autodiff.ActivationHessian;
import dev.goshawk.autodiff.Fisher;
import dev.goshawk.autodiff.GaussNewton;
import dev.goshawk.autodiff.HessianVectorProduct;
import dev.goshawk.autodiff.Linearization;
import dev.goshawk.backend.Backend;
import dev.goshawk.graph.Value;
import dev.goshawk.models.TracedNetwork;
import java.util.List;
import java.util.SequencedMap;

/** Which matrix of second-order information of a network's mean cross-entropy. */
public enum CurvatureMatrix {
    /** The matrix of second derivatives. */
    HESSIAN,
    /** The generalized Gauss-Newton matrix by the logits. */
    GGN,
    /** The Fisher matrix, exact by classes: equal to GGN but for rounding. */
    FISHER;

    /** The traced parts of a product by the named parameters. */
    Linearization trace(TracedNetwork traced, List<String> names) {
        List<Value> by = by(traced, names);
        return switch (this) {
            case HESSIAN ->
                HessianVectorProduct.trace(traced.loss(), by, HessianVectorProduct.Mode.FORWARD_OVER_REVERSE, true);
            case GGN -> GaussNewton.trace(traced.loss(), List.of(traced.logits()), by, true);
            case FISHER -> Fisher.trace(traced.loss(), traced.logits(), by, true);
        };
    }

    /** A product by the named parameters, compiled. */
    HessianVectorProduct product(TracedNetwork traced, List<String> names, Backend backend) {
        List<Value> by = by(traced, names);
        return switch (this) {
            case HESSIAN -> HessianVectorProduct.of(traced.loss(), by, backend);
            case GGN -> GaussNewton.of(traced.loss(), List.of(traced.logits()), by, backend);
            case FISHER -> Fisher.of(traced.loss(), traced.logits(), by, backend);
        };
    }

    /** The traced parts of a product by values inside the network. */
    Linearization trace(TracedNetwork traced, SequencedMap<String, Value> by) {
        return switch (this) {
            case HESSIAN -> ActivationHessian.trace(traced.loss(), by, true);
            case GGN -> GaussNewton.trace(traced.loss(), List.of(traced.logits()), by, true);
            case FISHER -> Fisher.trace(traced.loss(), traced.logits(), by, true);
        };
    }

    /** A product by values inside the network, compiled. */
    HessianVectorProduct product(TracedNetwork traced, SequencedMap<String, Value> by, Backend backend) {
        return switch (this) {
            case HESSIAN -> ActivationHessian.of(traced.loss(), by, backend);
            case GGN -> GaussNewton.of(traced.loss(), List.of(traced.logits()), by, backend);
            case FISHER -> Fisher.of(traced.loss(), traced.logits(), by, backend);
        };
    }

    private static List<Value> by(TracedNetwork traced, List<String> names) {
        return names.stream().map(traced::parameter).toList();
    }
}
