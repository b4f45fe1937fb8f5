package dev.goshawk.hawq.perturbation;

import dev.goshawk.hawq.quantize.BitWidth;
import java.util.Map;

/**
 * What rounding the activations of one site does to the loss (HAWQ-V2, Dong et al., NeurIPS 2020): the Hessian of the loss by these
 * activations, and how far they move.
 *
 * @param site its name
 * @param block the block that computes it
 * @param elements number of activations of one image
 * @param trace of the Hessian of the mean loss by the activations of all images of the sample: its mean over images
 * @param standardError of the trace
 * @param perturbations ||Q_b(a) - a||^2 for each width, the mean over images
 */
public record SiteCurvature(String site, String block, long elements, double trace, double standardError,
        Map<BitWidth, Double> perturbations) {
    public SiteCurvature {
        perturbations = Map.copyOf(perturbations);
        if (elements < 1 || !Double.isFinite(trace)) {
            throw new IllegalArgumentException("activations '" + site
                    + "': expected at least one and a finite trace, got " + elements + " and " + trace);
        }
    }

    /** |trace| / elements x ||Q_b(a) - a||^2; 0 where they stay float. */
    public double omega(BitWidth bits) {
        if (bits.isFloat()) {
            return 0;
        }
        Double p = perturbations.get(bits);
        if (p == null) {
            throw new IllegalArgumentException(
                    "activations '" + site + "': no perturbation known at " + bits + " bits");
        }
        return Math.abs(trace) / elements * p;
    }
}
