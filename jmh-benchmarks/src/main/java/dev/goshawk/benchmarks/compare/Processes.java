package dev.goshawk.benchmarks.compare;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Starts the engine's process and the peers', each with the settings it does best with. */
final class Processes {
    /** libtorch's memory formats. */
    static final List<String> FORMATS = List.of("nchw", "channels_last");

    private static final String PEERS = "dev.goshawk.benchmarks.peers.";
    private static final Set<String> ONNX_RUNTIME = Set.of("onnxruntime");
    private static final Set<String> BYTEDECO = Set.of("javacpp", "openblas", "pytorch");
    private static final Path CPU = Path.of("/proc/cpuinfo");

    private final int threads;
    private final @Nullable Path peers;
    private final Isa isa;

    /**
     * @param isa what both sides are held to
     * @param peers folder with {@code classes} and {@code lib} that the profile {@code peers} left, or null for none
     */
    Processes(int threads, @Nullable Path peers, Isa isa) {
        this.threads = threads;
        this.peers = peers;
        this.isa = isa;
    }

    boolean havePeers() {
        return peers != null;
    }

    /** The engine, with the flags of this process, which are the launcher's, those of the instruction set, and more. */
    WorkerProcess engine(String... more) {
        return WorkerProcess.start("goshawk", engine(List.of(more), EngineWorker.class.getName(),
                Integer.toString(threads)), Map.of());
    }

    /** The command of a program on the engine, on as many threads. */
    List<String> program(String main, String... arguments) {
        return engine(List.of("-Dgoshawk.threads=" + threads), main, arguments);
    }

    private List<String> engine(List<String> more, String main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(java()));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(isa.options());
        command.addAll(more);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
        command.addAll(List.of(arguments));
        return command;
    }

    /** ONNX Runtime. */
    WorkerProcess onnxRuntime() {
        return WorkerProcess.start("ONNX Runtime", peer(ONNX_RUNTIME, "OrtWorker", Integer.toString(threads)),
                Map.of());
    }

    /** The command of a program that classifies an image by ONNX Runtime. */
    List<String> onnxRuntimeProgram(String model, String image) {
        return peer(ONNX_RUNTIME, "OrtProgram", Integer.toString(threads), model, image);
    }

    /** libtorch in a memory format. */
    WorkerProcess torch(String format) {
        return WorkerProcess.start("libtorch " + format,
                peer(BYTEDECO, "TorchWorker", Integer.toString(threads), format),
                environment());
    }

    /** OpenBLAS. */
    WorkerProcess blas() {
        return WorkerProcess.start("OpenBLAS", peer(BYTEDECO, "BlasWorker"), environment());
    }

    /** @param libraries beginnings of the names of jars: a process sees none but its own */
    private List<String> peer(Set<String> libraries, String main, String... arguments) {
        Path folder = java.util.Objects.requireNonNull(peers, "no peers");
        String separator = System.getProperty("path.separator");
        List<String> path = new ArrayList<>();
        path.add(folder.resolve("classes").toString());
        path.add(System.getProperty("java.class.path"));
        try (Stream<Path> jars = Files.list(folder.resolve("lib"))) {
            jars.filter(f -> f.toString().endsWith(".jar") && libraries.stream().anyMatch(name(f)::startsWith)).sorted()
                    .forEach(f -> path.add(f.toString()));
        } catch (IOException e) {
            throw new CompareException(folder + ": cannot be read", e);
        }
        // The bindings' own limits on native memory follow the heap's, 2 GB here: beyond it they would collect garbage all the time.
        // ONNX Runtime 1.29 begins with a regular expression over the process's command line that takes 250 bytes of stack a character.
        List<String> command = new ArrayList<>(List.of(java(), "--enable-native-access=ALL-UNNAMED", "-Xmx1g",
                "-Xss16m",
                "-Dorg.bytedeco.javacpp.maxBytes=0", "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                "-Dorg.bytedeco.javacpp.cachedir=" + folder.resolve("native"), "-cp", String.join(separator, path),
                PEERS + main));
        command.addAll(List.of(arguments));
        return command;
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /**
     * The peers' tuning: OpenBLAS told to take its AVX-512 kernels, which it does not do by itself on every processor that has
     * them, and a malloc that keeps its pages.
     */
    Map<String, String> environment() {
        Map<String, String> set = new LinkedHashMap<>();
        set.put("OPENBLAS_L2_SIZE", "");
        set.put("OPENBLAS_CORETYPE", coreType());
        set.put("OPENBLAS_NUM_THREADS", Integer.toString(threads));
        set.put("OMP_NUM_THREADS", Integer.toString(threads));
        set.put("MALLOC_MMAP_MAX_", "0");
        set.put("MALLOC_TRIM_THRESHOLD_", "8589934592");
        set.put("MALLOC_ARENA_MAX", "1");
        set.putAll(isa.environment());
        return set;
    }

    private static String coreType() {
        String flags = cpu("flags");
        return flags.contains(" avx512_bf16") ? "COOPERLAKE" : flags.contains(" avx512vl") ? "SKYLAKEX" : "";
    }

    /** A line of the processor's description, empty where there is none. */
    static String cpu(String field) {
        try (Stream<String> lines = Files.lines(CPU)) {
            return lines.filter(l -> l.startsWith(field)).findFirst().map(l -> l.substring(l.indexOf(':') + 1))
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }
}
