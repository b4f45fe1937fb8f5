package dev.goshawk.hawq.cli.packed;

import dev.goshawk.hawq.evaluation.Evaluation;
import dev.goshawk.tensor.DType;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How the logits of a network in integers differ from those of the same network in floats. */
public final class IntegerComparison {
    private static final int SHOWN = 10;

    private final List<double[]> floats = new ArrayList<>();
    private final List<String> others = new ArrayList<>();
    private int images;
    private double largest;

    /** Takes the logits of the next image, in floats; all of these come before the first in integers. */
    public void addFloats(double[] row) {
        floats.add(row);
    }

    /** Takes the logits of the next image in integers. */
    public void addIntegers(String name, double[] row) {
        double[] other = floats.get(images++);
        for (int c = 0; c < row.length; c++) {
            largest = Math.max(largest, Math.abs(row[c] - other[c]));
        }
        if (Evaluation.best(row) != Evaluation.best(other)) {
            others.add(name);
        }
    }

    /** Says how they differ. */
    public void print(Evaluation inFloats, DType dtype, PrintWriter out) {
        out.printf(Locale.ROOT,
                "in integers alone; in %s: accuracy %.2f %%   loss %.6f   %d of %d images get another answer, logits differ by at most "
                        + "%.4g%n",
                dtype, 100 * inFloats.accuracy(), inFloats.loss(), others.size(), images, largest);
        if (!others.isEmpty()) {
            out.println("another answer: " + String.join(", ", others.subList(0, Math.min(SHOWN, others.size())))
                    + (others.size() > SHOWN ? ", ..." : ""));
        }
    }
}
