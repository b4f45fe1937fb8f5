package dev.goshawk.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** What the entry points of the fuzzer and the tests of what it found have in common. */
public final class FuzzInputs {
    private FuzzInputs() {
    }

    /** A file that inputs are written to, one after another; it is deleted when the process ends. */
    public static Path temporary(String suffix) {
        try {
            Path file = Files.createTempFile("fuzz", suffix);
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The inputs in the resources {@code fuzz/<of>}: starting inputs and what was found. */
    public static List<Path> kept(String of) throws IOException, URISyntaxException {
        URL resources = Objects.requireNonNull(FuzzInputs.class.getResource("/fuzz/" + of));
        try (Stream<Path> files = Files.list(Path.of(resources.toURI()))) {
            return files.sorted().toList();
        }
    }
}
