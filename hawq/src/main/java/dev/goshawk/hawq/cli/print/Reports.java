package dev.goshawk.hawq.cli.print;

import dev.goshawk.backend.Backend;
import dev.goshawk.hawq.report.RunReport;
import dev.goshawk.models.Block;
import dev.goshawk.models.Network;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import java.util.List;

/** Parts of a run's report that all commands share. */
public final class Reports {
    public static final String THIS_RUN = "this run";

    private Reports() {
    }

    public static RunReport.Environment environment(Backend backend, int threads, DType dtype) {
        return new RunReport.Environment(System.getProperty("java.vendor") + " " + Runtime.version(),
                System.getProperty("os.name") + " " + System.getProperty("os.arch"), backend.name(), threads,
                dtype.toString());
    }

    public static RunReport.Model model(Network network, Parameters parameters, String source) {
        long all = parameters.specs().stream().filter(ParameterSpec::isTrainable).mapToLong(s -> s.shape().size())
                .sum();
        long weights = parameters.specs().stream().filter(ParameterSpec::isWeight).mapToLong(s -> s.shape().size())
                .sum();
        return new RunReport.Model(network.name(), source, all, weights);
    }

    /** The blocks of a network as the quantizer sees them. */
    public static List<Block> blocks(Network network) {
        return network.describe().blocks();
    }

    /** The row of a float model. */
    public static RunReport.Result baseline(double accuracy) {
        return new RunReport.Result("baseline", "32", "32", accuracy, 1, 1, THIS_RUN);
    }
}
