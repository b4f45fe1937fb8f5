package dev.goshawk.hawq.cli.print;

import dev.goshawk.hawq.Curvature;
import dev.goshawk.hawq.Decision;
import dev.goshawk.hawq.HawqListener;
import dev.goshawk.hawq.Method;
import dev.goshawk.hawq.MethodResult;
import dev.goshawk.hawq.allocate.Sensitivity;
import dev.goshawk.hawq.evaluation.Evaluation;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.run.RunFolder;
import dev.goshawk.hawq.spectral.Spectrum;
import dev.goshawk.hawq.training.Schedule.Turn;
import dev.goshawk.hawq.training.TrainingListener;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Shows a quantization: bars on standard error, and what is decided and found on standard output. */
public final class QuantizeProgress implements HawqListener, AutoCloseable {
    private final PrintWriter out;
    private final PrintWriter err;
    private final Consumer<RunFolder> begun;
    private @Nullable Progress bar;
    private @Nullable TrainingProgress training;

    /** @param begun given the folder when the run begins */
    public QuantizeProgress(PrintWriter out, PrintWriter err, Consumer<RunFolder> begun) {
        this.out = out;
        this.err = err;
        this.begun = begun;
    }

    @Override
    public void began(RunFolder folder) {
        begun.accept(folder);
        out.println("run in " + folder.path());
        out.flush();
        bar = Progress.on(err);
    }

    @Override
    public void evaluating(int image, int images) {
        if (bar != null) {
            bar.update("float model, image " + image + " of " + images, (double) image / images);
        }
    }

    @Override
    public void evaluated(Evaluation floats) {
        closeBar();
        out.printf(Locale.ROOT, "float model: test accuracy %.2f %%%n", 100 * floats.accuracy());
        out.flush();
    }

    @Override
    public Spectrum.Listener spectrum() {
        closeBar();
        Progress progress = Progress.on(err);
        bar = progress;
        return new SpectrumProgress(progress, "curvature of ");
    }

    @Override
    public void measuring(String what, double fraction) {
        Progress progress = bar;
        if (progress == null) {
            progress = Progress.on(err);
            bar = progress;
        }
        progress.update(what, fraction);
    }

    @Override
    public void curvature(Curvature curvature) {
        closeBar();
    }

    @Override
    public void chosen(Decision d) {
        closeBar();
        out.printf(Locale.ROOT, "%n%s: bits %s, weights %.2f times smaller (%.3f MiB)%n", d.method().label(),
                d.allocation().list(), d.allocation().ratio(), d.allocation().mebibytes());
        int wide = Math.max(14, d.sensitivities().stream().mapToInt(s -> s.block().name().length()).max().orElse(0));
        for (Sensitivity s : d.sensitivities()) {
            BitWidth bits = d.allocation().of(s.block());
            out.printf(Locale.ROOT, "  %-" + wide + "s n %8d  lambda %10.4g  S %9.3e  bits %2s  Omega %9.3e%n",
                    s.block().name(),
                    s.block().weightCount(), s.eigenvalue(), s.value(), bits, s.omega(bits));
        }
        d.notes().forEach(note -> out.println("  " + note));
        if (!d.activations().isEmpty()) {
            out.println("  activation bits " + String.join(", ", d.allocation().blocks().stream()
                    .filter(b -> d.activations().containsKey(b.name()))
                    .map(b -> b.name() + " " + d.activations().get(b.name())).toList()));
        }
        out.println("  order " + String.join(", ", d.turns().stream().map(Turn::block).toList()));
        out.flush();
    }

    @Override
    public void fromTheStart(Method method) {
        TrainingProgress.tellStart(method.name(), out);
    }

    @Override
    public TrainingListener training(Method method) {
        closeTraining();
        TrainingProgress progress = new TrainingProgress(method.name(), out, err);
        training = progress;
        return progress;
    }

    @Override
    public void trained(MethodResult result) {
        closeTraining();
    }

    @Override
    public void note(String line) {
        err.println("goshawk: " + line);
        err.flush();
    }

    private void closeBar() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }

    private void closeTraining() {
        if (training != null) {
            training.close();
            training = null;
        }
    }

    @Override
    public void close() {
        closeBar();
        closeTraining();
    }
}
