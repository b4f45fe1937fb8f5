package dev.goshawk.hawq.cli;

import dev.goshawk.hawq.cli.command.DensityCommand;
import dev.goshawk.hawq.cli.doctor.DoctorCommand;
import dev.goshawk.hawq.cli.command.EvaluateCommand;
import dev.goshawk.hawq.cli.command.HelpCommand;
import dev.goshawk.hawq.cli.command.ModelsCommand;
import dev.goshawk.hawq.cli.command.QuantizeCommand;
import dev.goshawk.hawq.cli.command.ReproduceCommand;
import dev.goshawk.hawq.cli.command.SizeCommand;
import dev.goshawk.hawq.cli.command.SpectrumCommand;
import dev.goshawk.hawq.cli.command.TraceCommand;
import dev.goshawk.hawq.cli.command.TrainCommand;
import dev.goshawk.hawq.cli.packed.ClassifyCommand;
import dev.goshawk.hawq.cli.packed.ExportCommand;
import dev.goshawk.hawq.cli.print.HelpText;
import dev.goshawk.hawq.cli.print.Version;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The {@code goshawk} command. Every subcommand shares its help option, its error lines and its exit codes. */
@Command(name = "goshawk", mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false,
        synopsisSubcommandLabel = "COMMAND",
        description = {"Exact second-order mathematics on the JVM: Hessian-aware mixed-precision quantization.", ""},
        subcommands = {QuantizeCommand.class, ReproduceCommand.class, TrainCommand.class, EvaluateCommand.class,
                ClassifyCommand.class,
                SpectrumCommand.class,
                TraceCommand.class, DensityCommand.class,
                ModelsCommand.class, SizeCommand.class, ExportCommand.class, DoctorCommand.class, HelpCommand.class},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:The command did its work; what did not converge is told on standard error.",
                "1:Standard output could not be written, or 'doctor' found wrong results.",
                "2:An error, told in one line.",
                "3:With 'spectrum --require-convergence': something has not converged."},
        footer = {"", "Results are determined by the arguments, the seed and the backend: they are bit-identical "
                + "from run to run and for any number of threads.",
                "'bin/goshawk jshell' opens Java's shell with everything imported.",
                "'goshawk help COMMAND' or 'goshawk COMMAND --help' explains a command and shows examples."})
public final class Main implements Runnable {

    private static final String LOG_FORMAT = "java.util.logging.SimpleFormatter.format";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--stacktrace", scope = ScopeType.INHERIT,
            description = "Show the full Java stack trace of an error (or set GOSHAWK_STACKTRACE).")
    private boolean stacktrace;

    /** Runs the command and ends the process: 0 where it worked, 2 after an error that was told in one line,
     * 1 where what it printed could not be written. */
    public static void main(String[] arguments) {
        // The engine's warnings as one line each, unless the user has set a format.
        if (System.getProperty(LOG_FORMAT) == null) {
            System.setProperty(LOG_FORMAT, "goshawk: %5$s%n");
        }
        StandardStreams streams = StandardStreams.install();
        System.exit(streams.finish(run(arguments)));
    }

    private static int run(String[] arguments) {
        Main main = new Main();
        try {
            return commandLine(main).execute(arguments);
        } catch (OutOfMemoryError e) {
            System.err.println("goshawk: " + ErrorLines.outOfMemory(e, Runtime.getRuntime().maxMemory()));
        } catch (Error e) {
            System.err.println("goshawk: " + ErrorLines.oneLine(e));
            if (wantsStackTrace(main)) {
                e.printStackTrace();
            }
        }
        return ErrorLines.EXIT_CODE;
    }

    private static boolean wantsStackTrace(Main main) {
        return main.stacktrace || System.getenv("GOSHAWK_STACKTRACE") != null;
    }

    /** The command with all subcommands and the error handling, ready to execute; tests call this. */
    public static CommandLine commandLine() {
        return commandLine(new Main());
    }

    private static CommandLine commandLine(Main main) {
        CommandLine commandLine = new CommandLine(main);
        ErrorLines errorLines = new ErrorLines(() -> wantsStackTrace(main));
        commandLine.setParameterExceptionHandler(errorLines);
        commandLine.setExecutionExceptionHandler(errorLines);
        HelpText.register(commandLine);
        QuantizeCommand.listMethods(commandLine);
        Converters.register(commandLine);
        return commandLine;
    }

    /** Called when no subcommand was named. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command given");
    }
}
