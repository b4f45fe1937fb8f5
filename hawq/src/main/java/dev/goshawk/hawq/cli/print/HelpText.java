package dev.goshawk.hawq.cli.print;

import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_COMMAND_LIST;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_DESCRIPTION;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_EXIT_CODE_LIST;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_FOOTER;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_OPTION_LIST;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_PARAMETER_LIST;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_SYNOPSIS;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ScopeType;

/**
 * How help is laid out: lines are broken at spaces alone, so that names, paths and numbers stay whole; what follows goes on below the text
 * of its line; and lines of an example, which begin with spaces and the command, are never broken.
 */
public final class HelpText {
    private static final int WIDTH = 80;
    /** Where the descriptions of options begin; a longer name has a line of its own. */
    private static final int COLUMN = 27;
    private static final String EXAMPLE = "  bin/goshawk ";
    private static final String CONTINUED = "\\";
    /** A line with a column of names, which two spaces or more end, or an indented one. */
    private static final Pattern COLUMNS = Pattern.compile("( +\\S.*? {2,}| *)\\S.*");

    private HelpText() {
    }

    /** Lays out the help of a command and of all below it. */
    public static void register(CommandLine command) {
        Map<String, IHelpSectionRenderer> sections = new HashMap<>(command.getHelpSectionMap());
        sections.put(SECTION_KEY_SYNOPSIS, help -> synopsis(help.commandSpec()) + System.lineSeparator());
        sections.put(SECTION_KEY_DESCRIPTION, help -> text(help.commandSpec().usageMessage().description()));
        sections.put(SECTION_KEY_PARAMETER_LIST, help -> help.commandSpec().positionalParameters().stream()
                .map(p -> row(" ".repeat(6) + label(help, p), p)).collect(Collectors.joining()));
        sections.put(SECTION_KEY_OPTION_LIST, help -> help.commandSpec().options().stream()
                .sorted(Comparator.comparing(HelpText::isOfAllCommands)).map(o -> row(names(o) + label(help, o), o))
                .collect(Collectors.joining()));
        sections.put(SECTION_KEY_COMMAND_LIST_HEADING,
                help -> help.subcommands().isEmpty() ? "" : help.createHeading("%nCommands:%n"));
        sections.put(SECTION_KEY_COMMAND_LIST, HelpText::commands);
        sections.put(SECTION_KEY_EXIT_CODE_LIST, help -> help.commandSpec().usageMessage().exitCodeList().entrySet()
                .stream().map(e -> wrap("  " + e.getKey() + "  " + e.getValue())).collect(Collectors.joining()));
        sections.put(SECTION_KEY_FOOTER, help -> text(help.commandSpec().usageMessage().footer()));
        command.setHelpSectionMap(sections);
    }

    private static boolean isOfAllCommands(OptionSpec option) {
        return option.usageHelp() || option.versionHelp() || option.scopeType() == ScopeType.INHERIT;
    }

    private static String synopsis(CommandSpec spec) {
        List<String> words = new ArrayList<>(List.of(spec.qualifiedName()));
        Help help = new Help(spec, Help.defaultColorScheme(Help.Ansi.OFF));
        spec.requiredArgs().stream().filter(ArgSpec::isOption)
                .forEach(a -> words.add(((OptionSpec) a).longestName() + label(help, a)));
        words.add("[OPTIONS]");
        spec.positionalParameters().forEach(p -> words.add(label(help, p)));
        if (!spec.subcommands().isEmpty()) {
            words.add("COMMAND");
        }
        return String.join(" ", words);
    }

    private static String commands(Help help) {
        int wide = help.subcommands().keySet().stream().mapToInt(String::length).max().orElse(0);
        StringBuilder list = new StringBuilder();
        help.subcommands().forEach((name, sub) -> list.append(wrap("  " + name + " ".repeat(wide - name.length() + 2)
                + sub.commandSpec().usageMessage().description()[0])));
        return list.toString();
    }

    private static String names(OptionSpec option) {
        return (option.shortestName().length() == 2 ? "  " + option.shortestName() + ", " : " ".repeat(6))
                + option.longestName();
    }

    private static String label(Help help, ArgSpec argument) {
        return help.parameterLabelRenderer().renderParameterLabel(argument, Help.Ansi.OFF, List.of()).plainString();
    }

    /** An option with what it does. */
    private static String row(String left, ArgSpec argument) {
        String said = String.join(" ", argument.description());
        return left.length() + 2 <= COLUMN
                ? wrap(left + " ".repeat(COLUMN - left.length()) + said)
                : left + System.lineSeparator() + wrap(" ".repeat(COLUMN) + said);
    }

    private static String text(String[] paragraphs) {
        StringBuilder text = new StringBuilder();
        boolean continued = false;
        for (String line : paragraphs) {
            boolean example = continued || line.startsWith(EXAMPLE);
            text.append(example ? line + System.lineSeparator() : wrap(line));
            continued = example && line.endsWith(CONTINUED);
        }
        return text.toString();
    }

    /** A line broken at spaces; those that follow begin below its text, or below its second column. */
    public static String wrap(String line) {
        Matcher columns = COLUMNS.matcher(line);
        int indent = columns.matches() ? columns.group(1).length() : 0;
        StringBuilder text = new StringBuilder(line.substring(0, indent));
        int at = indent;
        for (String word : line.substring(indent).split(" ", -1)) {
            if (at > indent && at + 1 + word.length() > WIDTH) {
                text.append(System.lineSeparator()).append(" ".repeat(indent));
                at = indent;
            } else if (at > indent) {
                text.append(' ');
                at++;
            }
            text.append(word);
            at += word.length();
        }
        return text.append(System.lineSeparator()).toString();
    }
}
