package dev.goshawk.hawq.cli.command;

import dev.goshawk.data.Batches;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.hawq.cli.cluster.OperatorSource;
import dev.goshawk.hawq.cli.data.DataOptions;
import dev.goshawk.hawq.cli.option.MatrixOptions;
import dev.goshawk.hawq.cli.print.Progress;
import dev.goshawk.hawq.cli.print.Provenance;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.evaluation.Evaluation;
import dev.goshawk.hawq.evaluation.Evaluator;
import dev.goshawk.hawq.report.CurvaturePage;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Where a command takes curvature, and what its numbers come from.
 *
 * @param problem the loss at the weights over the sample
 * @param digest of the weights' file, or null
 * @param found loss and accuracy there
 */
record CurvaturePoint(MatrixOptions matrix, MatrixOptions.Opened opened, int microBatch, LossProblem problem,
        @Nullable String digest, Evaluation found) {

    /** Reads the sample and the weights, and takes the loss, so many images at once. */
    static CurvaturePoint of(MatrixOptions matrix, MatrixOptions.Opened opened, int microBatch, OperatorSource source,
            PrintWriter err) throws IOException {
        ImageDataset sample = matrix.sample(opened, err);
        LossProblem problem = matrix.problem(opened, sample, microBatch, err);
        String digest = matrix.digest();
        Evaluation there = source.evaluate(problem, sample);
        return new CurvaturePoint(matrix, opened.withImages(sample.size()), microBatch, problem, digest,
                there != null ? there : evaluate(matrix, opened, microBatch, sample, problem, err));
    }

    private static Evaluation evaluate(MatrixOptions matrix, MatrixOptions.Opened opened, int microBatch,
            ImageDataset sample, LossProblem problem, PrintWriter err) {
        int images = sample.size();
        Evaluator evaluator = new Evaluator(DataOptions.trace(opened.network(), matrix.dtype(),
                Math.min(microBatch, images), sample), problem.parameters(), opened.backend());
        try (Progress progress = Progress.on(err)) {
            return evaluator.evaluate(new Batches(sample, matrix.normalization(), 0), (image, logits) -> progress
                    .update("loss of the sample, image " + (image + 1) + " of " + images, (image + 1.0) / images));
        }
    }

    /** The line that begins what a command prints. */
    String heading() {
        return String.format(Locale.ROOT, "%s: loss %.6f, accuracy %.2f %%", matrix.describe(opened), found.loss(),
                100 * found.accuracy());
    }

    /** What computes. */
    String engine() {
        return Provenance.of(opened.backend(), matrix.dtype());
    }

    /** What numbers come from, for a program. */
    ObjectNode run() {
        return matrix.run(opened, microBatch, digest).put("loss", found.loss()).put("accuracy", found.accuracy());
    }

    /** Numbers under the keys that all commands on curvature have in common, which are added to a file's own. */
    void addTo(ObjectNode file) {
        file.put("operator", matrix.name()).put("samples", found.samples()).put("seed", matrix.seed())
                .put("provenance", engine()).set("run", run());
    }

    /**
     * A page on it.
     *
     * @param method how the numbers were found
     */
    CurvaturePage page(String title, String method) {
        CurvaturePage page = new CurvaturePage(title, matrix.describe(opened));
        matrix.facts(opened, digest).forEach(page::fact);
        return page.fact("Loss and accuracy",
                String.format(Locale.ROOT, "%.6f, %.2f %%", found.loss(), 100 * found.accuracy()))
                .fact("Method", method).fact("Computed in", engine());
    }
}
