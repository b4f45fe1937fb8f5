package dev.goshawk.hawq.cli.print;

import dev.goshawk.hawq.training.Checkpoints;
import dev.goshawk.hawq.training.EpochResult;
import dev.goshawk.hawq.training.TrainingListener;
import dev.goshawk.hawq.run.RunFolder;
import java.io.PrintWriter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Shows a training: a bar on standard error while it works, a line on standard output for each epoch. */
public final class TrainingProgress implements TrainingListener, AutoCloseable {
    private static final double SMOOTHING = 0.05;

    private final String what;
    private final PrintWriter out;
    private final PrintWriter err;
    private final Progress progress;
    private long begun;
    private double fraction;
    private long last;
    private double secondsPerStep;

    public TrainingProgress(String what, PrintWriter out, PrintWriter err) {
        this.what = what;
        this.out = out;
        this.err = err;
        this.progress = Progress.on(err);
    }

    /** Says where a run that is resumed has nothing yet to go on from. */
    public static void tellStart(String what, RunFolder folder, Checkpoints checkpoints, PrintWriter out) {
        if (folder.isResumed() && checkpoints.isEmpty()) {
            tellStart(what, out);
        }
    }

    static void tellStart(String what, PrintWriter out) {
        out.println(what + ": no checkpoint yet, from the start");
        out.flush();
    }

    @Override
    public void resumed(long done, long total) {
        begun = done;
        progress.close();
        out.printf(Locale.ROOT, "%s: going on after step %d of %d%n", what, done, total);
        out.flush();
    }

    @Override
    public void passedOver(String damaged) {
        err.println("goshawk: " + damaged);
        err.flush();
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
    public void epoch(EpochResult e) {
        progress.close();
        String held = e.validationLoss() == null
                ? ""
                : "   validation " + result(e.validationLoss(), e.validationAccuracy());
        String test = !held.isEmpty() && e.testLoss() == null
                ? ""
                : "   test " + result(e.testLoss(), e.testAccuracy());
        out.printf(Locale.ROOT, "%-8s %-13s epoch %-4s  train %s%s%s  %.1f s%n", what, e.stage(), epochs(e.epoch()),
                result(e.trainLoss(), e.trainAccuracy()), held, test, e.seconds());
        out.flush();
    }

    /** Whole epochs without a fraction, others with two decimals. */
    private static String epochs(double epochs) {
        return String.format(Locale.ROOT, epochs == Math.rint(epochs) ? "%.0f" : "%.2f", epochs);
    }

    private static String result(@Nullable Double loss, @Nullable Double accuracy) {
        return loss == null || accuracy == null
                ? "-"
                : String.format(Locale.ROOT, "loss %s accuracy %5.2f %%", loss(loss), 100 * accuracy);
    }

    private static String loss(double loss) {
        return String.format(Locale.ROOT, loss < 1e5 ? "%.4f" : "%.4g", loss);
    }

    @Override
    public void close() {
        progress.close();
    }
}
