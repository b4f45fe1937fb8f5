package dev.goshawk.hawq.cli.data;

import dev.goshawk.data.DataException;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.ImageFaults;
import dev.goshawk.data.image.Preprocessing;
import dev.goshawk.hawq.cli.print.Progress;
import dev.goshawk.models.Network;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How photographs of any size become a network's input, and what becomes of those that cannot be read. */
public final class PhotographOptions {
    @Option(names = "--resize", paramLabel = "N",
            description = "Photographs: short side after resizing (default: 256 for an input of 224 pixels, 342 for 299).")
    private @Nullable Integer resize;

    /** Name of the option. */
    public static final String CROP = "--crop";

    @Option(names = CROP, paramLabel = "N",
            description = "Photographs: side of the center crop that the network sees (default: its native size).")
    private @Nullable Integer crop;

    @Option(names = "--strict",
            description = "Stop at the first photograph that cannot be read; by default each is named, counted and skipped.")
    private boolean strict;

    @Mixin
    private InputOptions input = new InputOptions();

    /** What the network sees of an image. */
    public InputOptions input() {
        return input;
    }

    /** What was asked for here, but for {@code --strict}: names of options. */
    public List<String> asked() {
        List<String> asked = new ArrayList<>();
        if (resize != null) {
            asked.add("--resize");
        }
        if (crop != null) {
            asked.add(CROP);
        }
        return asked;
    }

    /**
     * Fails where options for photographs were given and no folder of them.
     *
     * @throws DataException naming those options
     */
    static void refuseWithoutData(List<String> asked) {
        if (!asked.isEmpty()) {
            throw new DataException(String.join(", ", asked) + ": expected --data, a folder of photographs, as well");
        }
    }

    public Preprocessing preprocessing(int inputSize) {
        return input.preprocessing(crop == null ? inputSize : crop, resize);
    }

    /**
     * Checks that images are of the size a network was made for, unless another was asked for.
     *
     * @throws DataException if not
     */
    public void requireSize(ImageDataset dataset, Network network) {
        int side = crop == null ? network.inputSize() : crop;
        if (dataset.height() != side || dataset.width() != side) {
            throw new DataException(network.name() + " takes images of " + side + "x" + side + ", the data has "
                    + dataset.height() + "x" + dataset.width()
                    + "; expected --data, a folder of images of any size, or "
                    + InputOptions.SIZE + " " + dataset.height());
        }
    }

    /** Faults are named on {@code err}. */
    public ImageFaults faults(PrintWriter err) {
        return strict ? ImageFaults.strict() : ImageFaults.counted(line -> {
            Progress.tell(err, "left out: " + line);
        });
    }

    /** Everything here that results depend on. */
    public String describe() {
        return "resize " + (resize == null ? "usual" : resize) + ", crop " + (crop == null ? "usual" : crop)
                + input.describe();
    }
}
