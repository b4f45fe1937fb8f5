package dev.goshawk.hawq.reproduce;

import dev.goshawk.hawq.HawqOptions;
import dev.goshawk.hawq.RunOrigin;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What rows say of where they come from.
 *
 * @param command makes a row, and the float network
 * @param weights where the float network's first weights come from
 * @param data name of the data set
 * @param location where the images are
 * @param threads that compute
 * @param lanes float32 numbers in a vector of the machine, or null where the backend has none
 * @param commit of the software, or {@code unknown}
 * @param anyBuild whether rows go on that another build of the software began
 */
public record RowOrigin(Function<Experiment, String> command, String weights, String data, String location, int threads,
        @Nullable Integer lanes, String commit, boolean anyBuild) {
    /** The command that makes a row. */
    String command(Experiment e) {
        return command.apply(e);
    }

    /** For the run of a row. */
    RunOrigin of(Experiment e, HawqOptions options) {
        return new RunOrigin(command(e), RunOrigin.of(options).values(), "the float row, from " + weights, data,
                location,
                threads);
    }
}
