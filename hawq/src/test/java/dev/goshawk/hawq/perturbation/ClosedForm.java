package dev.goshawk.hawq.perturbation;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Executable;
import dev.goshawk.graph.Graph;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.models.Mode;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.tensor.Tensor;

/** Curvature that can be written down. */
final class ClosedForm {
    private ClosedForm() {
    }

    /** The trace of the Hessian of the mean cross-entropy by what enters the last, linear layer, its mean over images. */
    static double traceByLastActivations(LossProblem problem, Backend backend) {
        TracedNetwork traced = problem.network().trace(problem.dtype(), problem.samples(), Mode.EVALUATION);
        Executable forward = backend.compile(Graph.of("logits", traced.logits()));
        problem.parameters().bindTo(forward);
        forward.bind(TracedNetwork.IMAGES, problem.images());
        forward.run();
        Tensor logits = forward.output("logits");
        Tensor v = problem.parameters().get("fc.weight");
        int classes = logits.shape().dim(1);
        int inputs = v.size() / classes;
        double sum = 0;
        for (int n = 0; n < problem.samples(); n++) {
            double[] p = new double[classes];
            double all = 0;
            for (int k = 0; k < classes; k++) {
                p[k] = Math.exp(logits.get(n * classes + k));
                all += p[k];
            }
            for (int i = 0; i < inputs; i++) {
                double mean = 0;
                double square = 0;
                for (int k = 0; k < classes; k++) {
                    double x = v.get(i * classes + k);
                    mean += p[k] / all * x;
                    square += p[k] / all * x * x;
                }
                sum += square - mean * mean;
            }
        }
        return sum / problem.samples();
    }
}
