package dev.goshawk.hawq.curvature;

import dev.goshawk.hawq.memory.Footprint;
import java.util.List;

/** What estimates over some parts of a network, one part after another, take in memory, found without taking it. */
public final class CurvaturePlan {
    private CurvaturePlan() {
    }

    /**
     * Plans the parts.
     *
     * @param vectors of a part's size that the estimator holds at one time, in float64
     * @param limit bytes that everything together may take
     */
    public static Footprint of(HessianPlan.Task task, CurvatureMatrix matrix, List<CurvaturePart> parts,
            int microBatch, boolean recompute, int vectors, long limit) {
        Footprint plan = Footprint.NONE.hold("parameters, " + task.dtype(), task.parameterBytes())
                .hold("sample of " + task.samples() + " images " + task.extents(), task.sampleBytes());
        long room = limit - plan.heldBytes();
        for (CurvaturePart part : parts) {
            long held = part.size(task) * vectors * Double.BYTES;
            HessianPlan operator = part.plan(task, matrix, microBatch, recompute, room - held);
            String cut = operator.microBatches() == 1
                    ? ""
                    : ", " + operator.microBatches() + " micro-batches " + (operator.kept() ? "kept" : "anew");
            plan = plan.phase(part.name() + cut, operator.bytes() + held);
        }
        return plan;
    }
}
