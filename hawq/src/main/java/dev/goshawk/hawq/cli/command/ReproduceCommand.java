package dev.goshawk.hawq.cli.command;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code goshawk reproduce}: the paper's tables, every row run. */
@Command(name = "reproduce", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Runs the paper's comparisons, row by row, and sets them beside the published figures.", ""},
        subcommands = {ReproduceCifarCommand.class, ReproduceImageNetCommand.class})
public final class ReproduceCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        CommandLine command = spec.commandLine();
        throw new ParameterException(command, "reproduce: expected a table, "
                + String.join(" or ", command.getSubcommands().keySet()) + ", got none");
    }
}
