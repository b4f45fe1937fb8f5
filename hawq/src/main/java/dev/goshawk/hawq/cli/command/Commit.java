package dev.goshawk.hawq.cli.command;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The version of the software, to the commit. */
final class Commit {
    private static final String UNKNOWN = "unknown";

    private Commit() {
    }

    /** The commit of the clone that the program runs from, with a plus sign where it was changed; {@code unknown} elsewhere. */
    static String current() {
        try {
            Path here = Path.of(Commit.class.getProtectionDomain().getCodeSource().getLocation().toURI()).getParent();
            String head = git(here, "rev-parse", "--short=12", "HEAD");
            return head.isEmpty() ? UNKNOWN : head + (git(here, "status", "--porcelain", "-uno").isEmpty() ? "" : "+");
        } catch (URISyntaxException | IOException e) {
            // No git, or no clone: nothing that the work depends on.
            return UNKNOWN;
        }
    }

    private static String git(@Nullable Path folder, String... arguments) throws IOException {
        if (folder == null) {
            return "";
        }
        String[] command = new String[arguments.length + 1];
        command[0] = "git";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Process process = new ProcessBuilder(command).directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        process.getOutputStream().close();
        try (InputStream out = process.getInputStream()) {
            return new String(out.readAllBytes(), StandardCharsets.UTF_8).strip();
        }
    }
}
