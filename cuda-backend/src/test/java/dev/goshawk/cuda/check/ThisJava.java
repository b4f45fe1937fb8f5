package dev.goshawk.cuda.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The command of another process like this one. */
final class ThisJava {
    private ThisJava() {
    }

    /** This process's command up to its main class, then other arguments. */
    static List<String> command(Class<?> main, String... arguments) {
        ProcessHandle.Info info = ProcessHandle.current().info();
        List<String> command = new ArrayList<>(List.of(info.command().orElse("java")));
        List<String> own = Arrays.asList(info.arguments().orElse(new String[0]));
        command.addAll(own.subList(0, own.indexOf(main.getName()) + 1));
        command.addAll(List.of(arguments));
        return command;
    }
}
