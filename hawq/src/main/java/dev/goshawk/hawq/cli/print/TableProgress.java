package dev.goshawk.hawq.cli.print;

import dev.goshawk.hawq.HawqListener;
import dev.goshawk.hawq.reproduce.Experiment;
import dev.goshawk.hawq.reproduce.LedgerRow;
import dev.goshawk.hawq.reproduce.ReproductionListener;
import dev.goshawk.hawq.training.TrainingListener;
import java.io.PrintWriter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Shows how a table goes on: a line a row, the row's own progress, and the time left over all rows. */
public final class TableProgress implements ReproductionListener, AutoCloseable {
    private final PrintWriter out;
    private final PrintWriter err;
    private final long start = System.nanoTime();
    private int made;
    private @Nullable QuantizeProgress row;
    private @Nullable TrainingProgress floats;
    private @Nullable Progress survey;

    public TableProgress(PrintWriter out, PrintWriter err) {
        this.out = out;
        this.err = err;
    }

    /** Seconds for a person. */
    public static String duration(double seconds) {
        return Progress.duration((long) (seconds * 1e9));
    }

    @Override
    public void known(LedgerRow r, int number, int rows) {
        out.printf(Locale.ROOT, "row %d of %d: %s, seed %d: %.2f %%, in the ledger%n", number, rows, r.row(), r.seed(),
                r.accuracy());
        out.flush();
    }

    @Override
    public void begins(Experiment e, int number, int rows) {
        out.printf(Locale.ROOT, "%nrow %d of %d: %s, seed %d%s%n", number, rows, e.row(), e.seed(), left(number, rows));
        out.flush();
    }

    /** What the rows made until now say of the others, of which some may be in the ledger. */
    private String left(int number, int rows) {
        if (made == 0) {
            return "";
        }
        return ", about " + Progress.duration((System.nanoTime() - start) / made * (rows - number + 1)) + " left";
    }

    @Override
    public TrainingListener floats() {
        TrainingProgress progress = new TrainingProgress("float", out, err);
        floats = progress;
        return progress;
    }

    @Override
    public HawqListener row(Experiment e) {
        QuantizeProgress progress = new QuantizeProgress(out, err, folder -> {});
        row = progress;
        return progress;
    }

    @Override
    public void finished(LedgerRow r, int number, int rows) {
        made++;
        close();
        out.printf(Locale.ROOT, "%s, seed %d: %.2f %% (float %.2f %%), weights %.2f times smaller%n", r.row(), r.seed(),
                r.accuracy(), r.baseline(), r.weightRatio());
        out.flush();
    }

    @Override
    public void surveying(String what, double fraction) {
        Progress bar = survey;
        if (bar == null) {
            bar = Progress.on(err);
            survey = bar;
        }
        bar.update(what, fraction);
    }

    @Override
    public void note(String line) {
        err.println("goshawk: " + line);
        err.flush();
    }

    @Override
    public void failed(Experiment e, String line) {
        close();
        err.println("goshawk: " + e.row() + ", seed " + e.seed() + ": " + line);
        err.flush();
    }

    @Override
    public void close() {
        if (row != null) {
            row.close();
            row = null;
        }
        if (floats != null) {
            floats.close();
            floats = null;
        }
        if (survey != null) {
            survey.close();
            survey = null;
        }
    }
}
