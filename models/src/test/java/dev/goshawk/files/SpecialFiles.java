package dev.goshawk.files;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;

/** Files for tests that Java cannot make. */
public final class SpecialFiles {
    private SpecialFiles() {
    }

    /** A named pipe without a writer: whoever opens it waits for ever. */
    public static Path pipe(Path file) throws IOException, InterruptedException {
        shell("mkfifo \"$0\"", file.toString());
        return file;
    }

    /** A file whose name ends in a byte that stands for no character, and then the given ending. */
    public static void unnameable(Path folder, String ending) throws IOException, InterruptedException {
        shell("echo x > \"$0/$(printf 'a\\377')$1\"", folder.toString(), ending);
    }

    private static void shell(String command, String... arguments) throws IOException, InterruptedException {
        String[] all = new String[3 + arguments.length];
        all[0] = "sh";
        all[1] = "-c";
        all[2] = command;
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        assumeTrue(new ProcessBuilder(all).inheritIO().start().waitFor() == 0, "skipped: cannot make a special file");
    }
}
