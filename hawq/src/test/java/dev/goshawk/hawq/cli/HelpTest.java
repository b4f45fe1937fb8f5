package dev.goshawk.hawq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.hawq.cli.print.HelpText;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** What {@code --help} says, and that it is true. */
class HelpTest {
    static Stream<String> commands() {
        return Main.commandLine().getSubcommands().keySet().stream();
    }

    private static CommandLine command(String name) {
        return Main.commandLine().getSubcommands().get(name);
    }

    private static String help(String... command) {
        CliRun run = CliRun.of(Stream.concat(Stream.of(command), Stream.of("--help")).toArray(String[]::new));
        assertEquals(0, run.exitCode(), run.err());
        return run.out().replaceAll("\\s+", " ");
    }

    /** The list of commands shows the first paragraph alone: it has to be a sentence. */
    @ParameterizedTest
    @MethodSource("commands")
    void paragraphsAreWhole(String name) {
        String[] paragraphs = command(name).getCommandSpec().usageMessage().description();
        for (String p : paragraphs) {
            assertTrue(p.isEmpty() || p.endsWith("."), name + ": " + p);
            assertTrue(p.isEmpty() || Character.isUpperCase(p.charAt(0)), name + ": " + p);
        }
        assertTrue(help().contains(paragraphs[0]), help());
        for (OptionSpec option : command(name).getCommandSpec().options()) {
            String text = String.join(" ", option.description());
            assertTrue(text.endsWith(".") && option.description().length == 1, name + " " + option.longestName());
        }
    }

    private static Stream<CommandLine> all(CommandLine command) {
        return Stream.concat(Stream.of(command), command.getSubcommands().values().stream().flatMap(HelpTest::all));
    }

    static Stream<String> allCommands() {
        return all(Main.commandLine()).map(c -> c.getCommandSpec().qualifiedName());
    }

    private static String[] words(String qualifiedName, String before, String after) {
        return Stream.of(before, qualifiedName.replaceFirst("goshawk ?", ""), after)
                .flatMap(s -> Stream.of(s.split(" "))).filter(s -> !s.isEmpty()).toArray(String[]::new);
    }

    @ParameterizedTest
    @MethodSource("allCommands")
    void theWordHelpDoesWhatTheOptionDoes(String name) {
        CliRun option = CliRun.of(words(name, "", "--help"));
        assertEquals(option, CliRun.of(words(name, "help", "")));
        assertEquals(0, option.exitCode());
        assertTrue(option.out().startsWith("Usage: " + name + " "), option.out());
    }

    @Test
    void helpForNoCommandNamesThoseThereAre() {
        assertTrue(CliRun.failure("help", "tracee").endsWith(
                " or help, got 'tracee' (did you mean 'trace'?) (see goshawk --help)"),
                CliRun.failure("help", "tracee"));
        assertEquals("goshawk: expected the command cifar10 or imagenet, got 'cifar1' (did you mean 'cifar10'?) (see "
                + "goshawk reproduce --help)", CliRun.failure("help", "reproduce", "cifar1"));
    }

    /** A name, a path or a number that is broken cannot be searched for, nor pasted. */
    @ParameterizedTest
    @MethodSource("allCommands")
    void linesAreShortAndBrokenAtSpacesAlone(String name) {
        String help = CliRun.of(words(name, "", "--help")).out();
        help.lines().forEach(line -> assertTrue(line.length() <= 80 && line.equals(line.stripTrailing()), line));
        Set<String> shown = Set.copyOf(List.of(help.split("\\s+")));
        CommandLine command = all(Main.commandLine()).filter(c -> c.getCommandSpec().qualifiedName().equals(name))
                .findFirst().orElseThrow();
        Stream.concat(command.getCommandSpec().args().stream().flatMap(a -> Stream.of(a.description())),
                Stream.of(command.getCommandSpec().usageMessage().footer()))
                .flatMap(text -> Stream.of(text.split(" +"))).filter(w -> !w.isEmpty())
                .forEach(word -> assertTrue(shown.contains(word), word + " in " + help));
    }

    @ParameterizedTest
    @MethodSource("allCommands")
    void examplesCanBePasted(String name) {
        String help = CliRun.of(words(name, "", "--help")).out();
        List<String> examples = help.replace("\\\n", " ").lines().filter(l -> l.startsWith("  bin/goshawk ")).toList();
        if (help.contains("Example")) {
            assertFalse(examples.isEmpty(), help);
        }
        for (String example : examples) {
            Main.commandLine().parseArgs(example.strip().replaceFirst("bin/goshawk ", "").split(" +"));
        }
    }

    @Test
    void whatGoesOnIsBelowTheTextOfItsLine() {
        String long1 = "a".repeat(50);
        assertEquals("  --name  " + long1 + "\n          " + long1 + " b\n",
                HelpText.wrap("  --name  " + long1 + " " + long1 + " b"));
        assertEquals(long1 + "\n" + long1 + "\n", HelpText.wrap(long1 + " " + long1));
        assertEquals("    " + long1 + "\n    " + long1 + "\n", HelpText.wrap("    " + long1 + " " + long1));
        assertEquals("\n", HelpText.wrap(""));
    }

    @Test
    void onlyWhatIsTakenIsListed() {
        for (String name : List.of("trace", "density")) {
            assertFalse(help(name).contains("--subsample"), name);
            assertEquals("goshawk: Unknown option: '--subsample=3' (see goshawk " + name + " --help)",
                    CliRun.failure(name, "--subsample=3"));
        }
        assertTrue(help("spectrum").contains("--subsample"));
    }

    @Test
    void exitCodesAreListed() {
        assertTrue(help().contains("Exit codes: 0 The command did its work; what did not converge is told on standard "
                + "error. 1 "), help());
        assertTrue(help("spectrum").contains("has converged false; the exit code is 0, or 3 with "
                + "--require-convergence."), help("spectrum"));
    }

    @Test
    void wordsAreShownAsTheyAreTyped() {
        assertEquals("goshawk: Invalid value for option '--method': expected davidson, lanczos or power, got 'qr' (see "
                + "goshawk spectrum --help)", CliRun.failure("spectrum", "--method", "qr"));
        String line = CliRun.failure("quantize", "--method", "hawq,qr");
        assertTrue(line.contains("direct, ") && line.contains(" or ") && line.contains(", got 'qr'"), line);
        for (String name : commands().toList()) {
            for (OptionSpec option : command(name).getCommandSpec().options()) {
                if (option.auxiliaryTypes()[0].isEnum()) {
                    String enumLine = CliRun.failure(name, option.longestName(), "purple");
                    String expected = enumLine.replaceAll(".*: expected (.*), got 'purple'.*", "$1");
                    assertTrue(
                            !expected.equals(enumLine) && expected.equals(expected.toLowerCase(java.util.Locale.ROOT)),
                            enumLine);
                }
            }
        }
        CliRun capitals = CliRun.of("spectrum", "--method", "POWER", "--tolerance", "0");
        assertTrue(capitals.err().startsWith("goshawk: --tolerance"), capitals.err());
    }

    @Test
    void whatIsNoOptionIsSaidInPlainWords() {
        assertEquals("goshawk: expected options alone, got 'x' (see goshawk trace --help)",
                CliRun.failure("trace", "x"));
        assertEquals("goshawk: expected options alone, got 'y' (see goshawk size --help)",
                CliRun.failure("size", "--bits", "8", "y", "z"));
        String line = CliRun.failure("tracee");
        assertTrue(line.startsWith("goshawk: expected the command quantize, reproduce, train, ")
                && line.endsWith(" or help, got 'tracee' (did you mean 'trace'?) (see goshawk --help)"), line);
    }
}
