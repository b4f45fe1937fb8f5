package dev.goshawk.hawq.curvature;

import dev.goshawk.hawq.setting.Setting;
import dev.goshawk.hawq.memory.HeapTooSmallException;
import dev.goshawk.hawq.memory.Footprint;
import java.util.List;

/** What estimates over some parts of a network, one part after another, take in memory, found without taking it. */
public final class CurvaturePlan {
    private CurvaturePlan() {
    }

    /**
     * Passes if everything fits.
     *
     * @param plan as {@link #of} gives it
     * @param limit bytes there are
     * @throws HeapTooSmallException if it does not, naming the largest halving of the micro-batch that would, by proportion
     */
    public static void requireFits(Footprint plan, HessianPlan.Task task, int microBatch, long limit) {
        int images = Math.min(microBatch, task.samples());
        if (plan.bytes() > limit) {
            throw new HeapTooSmallException("products of " + task.network().name() + ": " + images
                    + " images at once in " + task.dtype(), plan.bytes(), limit, Setting.MICRO_BATCH,
                    plan.fitting(images, limit));
        }
    }

    /**
     * Plans the parts.
     *
     * @param vectors of a part's size that the estimator holds at one time, in float64
     * @param limit bytes that everything together may take
     */
    public static Footprint of(HessianPlan.Task task, CurvatureMatrix matrix, List<CurvaturePart> parts,
            int microBatch, boolean recompute, int vectors, long limit) {
        Footprint plan = task.held();
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
