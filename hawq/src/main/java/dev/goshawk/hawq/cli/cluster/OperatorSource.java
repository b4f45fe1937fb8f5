package dev.goshawk.hawq.cli.cluster;

import dev.goshawk.hawq.memory.Leftovers;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.hawq.cluster.Cluster;
import dev.goshawk.hawq.cluster.ClusterOperator;
import dev.goshawk.hawq.curvature.CurvatureMatrix;
import dev.goshawk.hawq.curvature.CurvaturePart;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.curvature.Subsample;
import dev.goshawk.hawq.evaluation.Evaluation;
import dev.goshawk.hawq.evaluation.Tally;
import dev.goshawk.hawq.spectral.Spectrum;
import dev.goshawk.hawq.spectral.SpectrumMethod;
import dev.goshawk.models.Block;
import dev.goshawk.operator.LinearOperator;
import dev.goshawk.spectral.EigenOptions;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where a command's operators compute: in this process, or on a cluster. */
public final class OperatorSource implements AutoCloseable {
    private final @Nullable Cluster cluster;
    private final CurvatureMatrix matrix;
    private final int microBatch;
    private final boolean recompute;
    private final Leftovers leftovers = new Leftovers();
    /** A problem's latest operator. */
    private final Map<LossProblem, ClusterOperator> latest = new IdentityHashMap<>();

    /**
     * A source.
     *
     * @param cluster to be closed with this; null for this process
     */
    public OperatorSource(@Nullable Cluster cluster, CurvatureMatrix matrix, int microBatch, boolean recompute) {
        this.cluster = cluster;
        this.matrix = matrix;
        this.microBatch = microBatch;
        this.recompute = recompute;
    }

    /** A matrix by a part of the network. On a cluster it ends the problem's last one, of which one at a time is held. */
    public LinearOperator operator(LossProblem problem, CurvaturePart part) {
        leftovers.collect();
        return cluster == null
                ? part.operator(problem, matrix, microBatch, recompute)
                : operator(cluster, problem, matrix, part.name(), part.parameters());
    }

    private ClusterOperator operator(Cluster there, LossProblem problem, CurvatureMatrix of, String name,
            List<String> parameters) {
        ClusterOperator last = latest.remove(problem);
        if (last != null) {
            last.close();
        }
        ClusterOperator made = there.operator(problem, of, name, parameters, microBatch, recompute);
        latest.put(problem, made);
        return made;
    }

    /** The top eigenvalue of the Hessian of each of these HAWQ blocks. */
    public List<Spectrum.Entry> spectrum(LossProblem problem, List<Block> blocks, SpectrumMethod method,
            EigenOptions options, Spectrum.Listener listener) {
        Cluster there = cluster;
        if (there == null || blocks.isEmpty()) {
            return Spectrum.of(problem, blocks, microBatch, recompute, method, options, listener);
        }
        LossProblem subsample = method.subsample() == 0
                ? problem
                : Subsample.of(problem, method.subsample(), told -> there.logits(problem, microBatch, told));
        return Spectrum.of(blocks, b -> block(there, problem, b),
                b -> block(there, subsample, b), problem.samples(), method, options, listener);
    }

    private LinearOperator block(Cluster there, LossProblem problem, Block block) {
        return operator(there, problem, CurvatureMatrix.HESSIAN, block.name(), block.weights());
    }

    /** Loss and accuracy at the point, computed on the cluster; null in this process, where images need not be tensors. */
    public @Nullable Evaluation evaluate(LossProblem problem, ImageDataset sample) {
        if (cluster == null) {
            return null;
        }
        Tally tally = new Tally();
        cluster.logits(problem, microBatch, (i, logits) -> tally.add(logits, sample.label(i), sample.name(i)));
        return tally.result();
    }

    /** Who computes, for a line of progress; empty in this process. */
    public String state() {
        return cluster == null ? "" : cluster.state();
    }

    @Override
    public void close() {
        if (cluster != null) {
            cluster.close();
        }
    }
}
