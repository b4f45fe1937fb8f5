package dev.goshawk.hawq.cli.option;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Which options a user gave, where that says more than their values. */
public final class Given {
    private Given() {
    }

    /** Whether an option was given, its default value or another. */
    public static boolean is(CommandSpec spec, String option) {
        return spec.commandLine().getParseResult().hasMatchedOption(option);
    }

    /**
     * Refuses two options of which one would be passed over in silence.
     *
     * @throws ParameterException if both were given
     */
    public static void refuseBoth(CommandSpec spec, String one, String other, String why) {
        if (is(spec, one) && is(spec, other)) {
            throw new ParameterException(spec.commandLine(),
                    one + " and " + other + ": expected one of them, " + why);
        }
    }
}
