package dev.goshawk.hawq.run;

import dev.goshawk.backend.Backend;
import dev.goshawk.data.Augmentation;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.hawq.report.RunReport;
import dev.goshawk.hawq.training.TrainingData;
import dev.goshawk.models.Network;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Parts of a run's report that do not depend on what the run does. */
public final class ReportParts {
    /** Evidence of a row that the run measured. */
    public static final String THIS_RUN = "this run";

    private ReportParts() {
    }

    /** Where it ran. */
    public static RunReport.Environment environment(Backend backend, int threads, DType dtype) {
        return new RunReport.Environment(System.getProperty("java.vendor") + " " + Runtime.version(),
                System.getProperty("os.name") + " " + System.getProperty("os.arch"), backend.name(), threads,
                dtype.toString());
    }

    /** The network and where its weights come from. */
    public static RunReport.Model model(Network network, Parameters parameters, String source) {
        long all = parameters.specs().stream().filter(ParameterSpec::isTrainable).mapToLong(s -> s.shape().size())
                .sum();
        long weights = parameters.specs().stream().filter(ParameterSpec::isWeight).mapToLong(s -> s.shape().size())
                .sum();
        return new RunReport.Model(network.name(), source, all, weights);
    }

    /** The version of this software, or {@code development} where the classes do not come from a jar. */
    public static String version() {
        return Objects.requireNonNullElse(ReportParts.class.getPackage().getImplementationVersion(), "development");
    }

    /**
     * The images.
     *
     * @param name of the data set
     * @param location folder or {@code embedded}
     * @param curvatureSamples names of the images whose loss the Hessian belongs to, in order
     */
    public static RunReport.Data data(String name, String location, TrainingData data, Augmentation augmentation,
            List<String> curvatureSamples) {
        return new RunReport.Data(name, location, data.train().size(), data.test().size(),
                "channels normalized by mean " + Arrays.toString(data.normalization().mean()) + " and deviation "
                        + Arrays.toString(data.normalization().std()) + ", " + varied(augmentation),
                curvatureSamples, names(data.validation()));
    }

    private static @Nullable List<String> names(@Nullable ImageDataset images) {
        return images == null ? null : IntStream.range(0, images.size()).mapToObj(images::name).toList();
    }

    private static String varied(Augmentation augmentation) {
        if (augmentation.equals(Augmentation.NONE)) {
            return "no augmentation";
        }
        String cropped = augmentation.pad() == 0 ? "" : "padded by " + augmentation.pad() + " and cropped at random";
        String flipped = augmentation.flip() ? "flipped at random" : "";
        return "training images " + cropped + (cropped.isEmpty() || flipped.isEmpty() ? "" : ", ") + flipped;
    }

    /** The row of a float model. */
    public static RunReport.Result baseline(double accuracy) {
        return new RunReport.Result("baseline", "32", "32", accuracy, 1, 1, THIS_RUN);
    }
}
