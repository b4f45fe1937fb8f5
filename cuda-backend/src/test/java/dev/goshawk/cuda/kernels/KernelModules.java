package dev.goshawk.cuda.kernels;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The modules of kernels: their sources in this project and the PTX on the class path. */
final class KernelModules {
    static final Path SOURCES = Path.of("src/main/cuda");
    private static final Pattern ENTRY = Pattern.compile("(?m)^\\.visible \\.entry (\\w+)");

    private KernelModules() {
    }

    /** Names of the modules: a source {@code X.cu} and a resource {@code X.ptx} each. */
    static List<String> names() {
        return sources(".cu").map(p -> p.getFileName().toString().replace(".cu", "")).toList();
    }

    /** Files of the sources by ending, in the order of their names. */
    static Stream<Path> sources(String ending) {
        return files(SOURCES, ending);
    }

    static Stream<Path> files(Path folder, String ending) {
        try (Stream<Path> list = Files.list(folder)) {
            return list.filter(p -> p.toString().endsWith(ending)).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SHA-256 of files one after another, as {@code compile-kernels} takes it of all sources. */
    static String hash(Stream<Path> files) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path p : files.toList()) {
                digest.update(Files.readAllBytes(p));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    static String hashOfSources() {
        return hash(Stream.concat(sources(".cu"), sources(".cuh")));
    }

    static String ptx(String module) {
        try (InputStream in = KernelModules.class.getResourceAsStream("/dev/goshawk/cuda/" + module + ".ptx")) {
            if (in == null) {
                throw new IllegalStateException(
                        module + ".ptx is not on the class path: run cuda-backend/compile-kernels");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kernels of a module's PTX. */
    static List<String> entries(String module) {
        return ENTRY.matcher(ptx(module)).results().map(m -> m.group(1)).toList();
    }
}
