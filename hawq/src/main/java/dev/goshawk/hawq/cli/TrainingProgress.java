package dev.goshawk.hawq.cli;

import dev.goshawk.hawq.finetune.TrainingListener;
import dev.goshawk.hawq.report.RunReport;
import java.io.PrintWriter;
import java.util.Locale;

/** Shows a training: a bar on standard error while it works, a line on standard output for each epoch. */
final class TrainingProgress implements TrainingListener, AutoCloseable {
    private static final double SMOOTHING = 0.05;

    private final String what;
    private final PrintWriter out;
    private final Progress progress;
    private long begun;
    private double fraction;
    private long last;
    private double secondsPerStep;

    TrainingProgress(String what, PrintWriter out, PrintWriter err) {
        this.what = what;
        this.out = out;
        this.progress = Progress.on(err);
    }

    @Override
    public void resumed(long done, long total) {
        begun = done;
        progress.close();
        out.printf(Locale.ROOT, "%s: going on after step %d of %d%n", what, done, total);
        out.flush();
    }

    @Override
    public void step(Position p) {
        long now = System.nanoTime();
        if (last != 0) {
            double seconds = (now - last) / 1e9;
            secondsPerStep += (secondsPerStep == 0 ? 1 : SMOOTHING) * (seconds - secondsPerStep);
        }
        last = now;
        fraction = p.total() == begun ? 1 : (double) (p.done() - begun) / (p.total() - begun);
        String speed = secondsPerStep == 0
                ? ""
                : String.format(Locale.ROOT, "  %.0f images/s", p.batch() / secondsPerStep);
        progress.update(String.format(Locale.ROOT, "%s %s  step %d of %d  loss %s  accuracy %.2f %%%s", what,
                p.stage(), p.done(),
                p.total(), loss(p.loss()), 100 * p.accuracy(), speed), fraction);
    }

    @Override
    public void evaluating(String stage, int image, int images) {
        last = 0;
        progress.update(what + " " + stage + "  testing, image " + image + " of " + images, fraction);
    }

    @Override
    public void epoch(RunReport.Epoch e) {
        progress.close();
        Double testLoss = e.testLoss();
        Double testAccuracy = e.testAccuracy();
        out.printf(Locale.ROOT, "%-8s %-13s epoch %2d  train loss %s accuracy %5.2f %%   test %s  %.1f s%n", what,
                e.stage(),
                e.epoch(), loss(e.trainLoss()), 100 * e.trainAccuracy(), testLoss == null || testAccuracy == null
                        ? "-"
                        : String.format(Locale.ROOT, "loss %s accuracy %5.2f %%", loss(testLoss), 100 * testAccuracy),
                e.seconds());
        out.flush();
    }

    private static String loss(double loss) {
        return String.format(Locale.ROOT, loss < 1e5 ? "%.4f" : "%.4g", loss);
    }

    @Override
    public void close() {
        progress.close();
    }
}
