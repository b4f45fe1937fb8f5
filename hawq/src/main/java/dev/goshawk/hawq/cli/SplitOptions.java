package dev.goshawk.hawq.cli;

import dev.goshawk.data.Augmentation;
import dev.goshawk.data.Datasets;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.SyntheticShapes;
import dev.goshawk.hawq.finetune.TrainingData;
import dev.goshawk.hawq.report.RunReport;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The images of commands that train: both splits of a data folder. */
final class SplitOptions {
    @Option(names = "--data", paramLabel = "DIR",
            description = "Data folder with the splits train and test: <split>/<class>/<image.jpg>, classes "
                    + "in alphabetical order, or "
                    + "CIFAR-10's binary batches. Without it the embedded set of drawn shapes.")
    private @Nullable Path data;

    ImageDataset open(String split) {
        return data == null ? SyntheticShapes.open(split) : Datasets.open(data, split);
    }

    TrainingData open() {
        return new TrainingData(open("train"), open("test"), DataOptions.NORMALIZATION);
    }

    boolean isEmbedded() {
        return data == null;
    }

    @Nullable Path folder() {
        return data;
    }

    /** For a person. */
    String describe() {
        return data == null ? "the embedded shapes" : data.toString();
    }

    RunReport.Data report(TrainingData opened, Augmentation augmentation, List<String> curvatureSamples) {
        String varied = augmentation.equals(Augmentation.NONE)
                ? "no augmentation"
                : "training images padded by " + augmentation.pad() + ", cropped at random"
                        + (augmentation.flip() ? " and flipped" : "");
        return new RunReport.Data(data == null
                ? "drawn shapes"
                : data.toAbsolutePath().getFileName() + " ("
                        + opened.train().classes().size() + " classes)",
                data == null ? "embedded" : data.toString(),
                opened.train().size(), opened.test().size(),
                "channels normalised by mean " + Arrays.toString(opened.normalization().mean())
                        + " and deviation "
                        + Arrays.toString(opened.normalization().std()) + ", " + varied,
                curvatureSamples);
    }
}
