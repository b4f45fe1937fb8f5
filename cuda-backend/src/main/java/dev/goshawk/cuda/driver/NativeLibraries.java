package dev.goshawk.cuda.driver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * JCuda unpacks its libraries into the system's temporary folder under fixed names and trusts what already lies there. While it
 * loads them it is shown a folder that only this user and this process has.
 */
public final class NativeLibraries {
    private static final String TEMPORARY = "java.io.tmpdir";

    private NativeLibraries() {
    }

    /** Runs something that makes JCuda load a library for the first time. */
    public static synchronized void usePrivateFolder(Runnable loading) {
        String shared = System.getProperty(TEMPORARY);
        // Made readable to its owner alone.
        Path folder = createFolder();
        System.setProperty(TEMPORARY, folder.toString());
        try {
            loading.run();
        } finally {
            System.setProperty(TEMPORARY, shared);
            delete(folder);
        }
    }

    private static Path createFolder() {
        try {
            return Files.createTempDirectory("goshawk-cuda-");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a temporary folder for the GPU's libraries", e);
        }
    }

    /** A loaded library stays mapped when its file goes. */
    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path p : deepestFirst) {
                Files.deleteIfExists(p);
            }
        } catch (IOException e) {
            System.getLogger(NativeLibraries.class.getName()).log(System.Logger.Level.DEBUG, "left behind: " + folder,
                    e);
        }
    }
}
