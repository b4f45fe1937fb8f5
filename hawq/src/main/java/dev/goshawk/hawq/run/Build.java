package dev.goshawk.hawq.run;

import dev.goshawk.autodiff.HessianVectorProduct;
import dev.goshawk.backend.Backend;
import dev.goshawk.fingerprint.Fingerprint;
import dev.goshawk.models.Networks;
import dev.goshawk.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Which build of Goshawk a process runs: the version, and a fingerprint of the classes and resources that results depend on. A build of
 * the same sources has the same, from one jar or several; commands, reports, the bridge to clusters and classes that read and write JSON
 * or protocol buffers do not count.
 */
final class Build {
    private static final String OURS = "dev/goshawk/";
    private static final List<String> WITHOUT_NUMBERS = List.of(OURS + "hawq/cli/", OURS + "hawq/report/",
            OURS + "spark/", OURS + "shaded/");
    /** Libraries that the one jar for clusters holds under other names: classes that use them differ there. */
    private static final List<String> RELOCATED = List.of("jackson", "protobuf");
    private static final int DIGITS = 8;
    /** By the backend's class. What is on the disk later may be another build. */
    private static final Map<Class<?>, String> KNOWN = new ConcurrentHashMap<>();

    private Build() {
    }

    /** This process's, such as {@code 0.1.0 (code 3f29a1c4)}; the version alone where classes are in no files. */
    static String here(Backend backend) {
        return KNOWN.computeIfAbsent(backend.getClass(), type -> of(
                List.of(Tensor.class, HessianVectorProduct.class, Networks.class, Build.class, type)));
    }

    private static String of(List<Class<?>> modules) {
        Set<Path> places = new LinkedHashSet<>();
        for (Class<?> module : modules) {
            Optional<Path> place = place(module);
            if (place.isEmpty()) {
                return ReportParts.version();
            }
            places.add(place.get());
        }
        try {
            return ReportParts.version() + " (code " + code(places) + ")";
        } catch (IOException e) {
            System.getLogger(Build.class.getName()).log(System.Logger.Level.DEBUG, "classes cannot be read", e);
            return ReportParts.version();
        }
    }

    private static Optional<Path> place(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Path.of(source.getLocation().toURI()));
        } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException e) {
            // A jar within a jar, for instance.
            return Optional.empty();
        }
    }

    /** Digits that tell the classes and resources in some jars and folders from others. */
    static String code(Set<Path> places) throws IOException {
        SortedMap<String, Long> sums = new TreeMap<>();
        for (Path place : places) {
            if (Files.isDirectory(place)) {
                addFolder(sums, place);
            } else {
                addJar(sums, place);
            }
        }
        Fingerprint all = new Fingerprint();
        sums.forEach((name, sum) -> all.add(name).add(sum));
        String text = all.text();
        return text.substring(text.length() - DIGITS);
    }

    private static void addJar(Map<String, Long> sums, Path jar) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                if (!entry.isDirectory() && counts(entry.getName())) {
                    try (InputStream in = zip.getInputStream(entry)) {
                        add(sums, entry.getName(), in.readAllBytes());
                    }
                }
            }
        }
    }

    private static void addFolder(Map<String, Long> sums, Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(Files::isRegularFile).collect(Collectors.toList());
        }
        for (Path file : files) {
            String name = folder.relativize(file).toString().replace('\\', '/');
            if (counts(name)) {
                add(sums, name, Files.readAllBytes(file));
            }
        }
    }

    private static void add(Map<String, Long> sums, String name, byte[] content) {
        String text = new String(content, StandardCharsets.ISO_8859_1);
        if (RELOCATED.stream().noneMatch(text::contains)) {
            CRC32 sum = new CRC32();
            sum.update(content);
            sums.put(name, sum.getValue());
        }
    }

    private static boolean counts(String name) {
        return name.startsWith(OURS) && WITHOUT_NUMBERS.stream().noneMatch(name::startsWith);
    }
}
