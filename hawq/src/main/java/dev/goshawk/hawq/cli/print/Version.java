package dev.goshawk.hawq.cli.print;

import dev.goshawk.hawq.run.ReportParts;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints: the project's version from the jar's manifest, and the Java that runs it. */
public final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        return new String[] {"goshawk " + project() + " (Java " + Runtime.version() + ")"};
    }

    /** The project's version, or {@code development} where the classes do not come from a jar. */
    public static String project() {
        return ReportParts.version();
    }
}
