package dev.goshawk.cuda.blas;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Where cuBLAS is looked for, in this order: the loader's own places (ldconfig, LD_LIBRARY_PATH), the toolkit that CUDA_HOME or
 * CUDA_PATH names and /usr/local/cuda, then the folder in the system property {@value #PROPERTY}, which may be the library's own or
 * the root of what pip or conda have installed ({@code site-packages}, an environment). The property {@code none} turns it off.
 */
final class CublasLibrary {
    static final String PROPERTY = "goshawk.cublas";
    private static final String NONE = "none";
    private static final List<String> VERSIONS = List.of("13", "12");
    private static final List<String> SUBFOLDERS = List.of("", "lib", "lib64", "targets/x86_64-linux/lib",
            "nvidia/cu13/lib", "nvidia/cublas/lib");

    private CublasLibrary() {
    }

    /** A library that is open. */
    record Opened(SymbolLookup symbols, String place) {
    }

    static Optional<Opened> open() {
        String property = System.getProperty(PROPERTY);
        if (NONE.equals(property)) {
            return Optional.empty();
        }
        for (String candidate : candidates(System.getenv()::get, property)) {
            Optional<SymbolLookup> symbols = load(candidate);
            if (symbols.isPresent()) {
                return Optional.of(new Opened(symbols.get(), candidate));
            }
        }
        return Optional.empty();
    }

    /** Names and existing files to try. */
    static List<String> candidates(UnaryOperator<@Nullable String> environment, @Nullable String property) {
        List<String> found = new ArrayList<>();
        VERSIONS.forEach(v -> found.add("libcublas.so." + v));
        List<String> roots = new ArrayList<>();
        for (String variable : List.of("CUDA_HOME", "CUDA_PATH")) {
            String root = environment.apply(variable);
            if (root != null) {
                roots.add(root);
            }
        }
        roots.add("/usr/local/cuda");
        if (property != null) {
            roots.add(property);
        }
        for (String root : roots) {
            for (String folder : SUBFOLDERS) {
                for (String v : VERSIONS) {
                    Path file = Path.of(root, folder, "libcublas.so." + v);
                    if (Files.exists(file) && !found.contains(file.toString())) {
                        found.add(file.toString());
                    }
                }
            }
        }
        return found;
    }

    /** Its other half, cublasLt, is opened first: it lies in the same folder, which the loader does not search. */
    private static Optional<SymbolLookup> load(String file) {
        try {
            if (file.contains("/")) {
                SymbolLookup.libraryLookup(file.replace("libcublas.so", "libcublasLt.so"), Arena.global());
            }
            return Optional.of(SymbolLookup.libraryLookup(file, Arena.global()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
