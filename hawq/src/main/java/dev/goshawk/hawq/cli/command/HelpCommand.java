package dev.goshawk.hawq.cli.command;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code goshawk help}: the same as {@code --help}. */
@Command(name = "help", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Explains a command, as its option --help does; without one, lists them.", ""},
        footerHeading = "%nExamples:%n",
        footer = {"  bin/goshawk help spectrum", "  bin/goshawk help reproduce cifar10"})
public final class HelpCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "COMMAND", arity = "0..*", description = "The command to explain.")
    private List<String> names = List.of();

    @Override
    public void run() {
        CommandLine command = spec.root().commandLine();
        for (String name : names) {
            CommandLine below = command.getSubcommands().get(name);
            if (below == null) {
                throw new UnmatchedArgumentException(command, List.of(name));
            }
            command = below;
        }
        command.usage(spec.commandLine().getOut());
    }
}
