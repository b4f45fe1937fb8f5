package dev.goshawk.hawq.reproduce;

import dev.goshawk.backend.Backend;
import dev.goshawk.data.Batches;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.source.Datasets;
import dev.goshawk.hawq.CurvatureSettings;
import dev.goshawk.hawq.Kept;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.landscape.Landscape;
import dev.goshawk.hawq.landscape.LandscapeSurvey;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.UniformQuantizer;
import dev.goshawk.hawq.training.TrainingData;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.spectral.EigenOptions;
import java.nio.file.Path;
import java.util.List;

/** The loss around the float network of a table, measured once and kept in a file. */
final class FloatLandscape {
    private FloatLandscape() {
    }

    /**
     * Over the training images that the rows' curvature is taken over by seed 1.
     *
     * @param key of everything that it depends on
     */
    static Landscape of(Network network, Parameters floats, TrainingData data, int images, List<BitWidth> widths,
            Backend backend, Path file, String key, ReproductionListener listener) {
        Landscape kept = Kept.read(file, key, Landscape.class, note -> {});
        if (kept != null) {
            return kept;
        }
        EigenOptions options = EigenOptions.defaults().withTolerance(CurvatureSettings.standard().tolerance())
                .withSeed(1);
        Batches batches = new Batches(data.train(), data.normalization(), options.seed());
        ImageDataset sample = Datasets.load(data.train(), batches.order(0), Math.min(images, data.train().size()),
                data.faults());
        Landscape measured = LandscapeSurvey.of(
                LossProblem.of(network, floats, sample, data.normalization(), backend), images,
                UniformQuantizer.standard(), widths, options, listener::surveying);
        Kept.write(file, key, measured);
        return measured;
    }
}
