package dev.goshawk.hawq;

import dev.goshawk.hawq.curvature.BlockCurvature;
import dev.goshawk.hawq.report.RunReport;
import java.util.List;

/**
 * The top eigenvalue of each block's Hessian.
 *
 * @param samples names of the images
 * @param report how it was computed
 * @param blocks in network order
 */
public record Curvature(List<String> samples, RunReport.Curvature report, List<BlockCurvature> blocks) {
}
