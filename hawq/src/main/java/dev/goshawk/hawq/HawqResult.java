package dev.goshawk.hawq;

import dev.goshawk.hawq.evaluation.Evaluation;
import dev.goshawk.hawq.report.RunReport;
import dev.goshawk.hawq.training.DivergedException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a quantization came to; all of it is in the run's folder as well.
 *
 * @param folder of the run
 * @param floats loss and accuracy of the float network on the test images
 * @param curvature of the float network, or null where no method goes by it
 * @param methods in the order they were asked for, without those that failed
 * @param failures of methods after the first
 * @param report as in {@code run.json}
 */
public record HawqResult(Path folder, Evaluation floats, @Nullable Curvature curvature, List<MethodResult> methods,
        List<DivergedException> failures, RunReport report) {
    public HawqResult {
        methods = List.copyOf(methods);
        failures = List.copyOf(failures);
    }

    /** The first method's. */
    public MethodResult main() {
        return methods.getFirst();
    }
}
