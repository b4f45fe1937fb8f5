package dev.goshawk.cuda.kernels;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * The kernels on the CPU: the same sources, compiled by the C++ compiler against {@code src/test/cuda/emulation.h} into a library
 * under {@code target}, which is kept until a source changes.
 */
public final class EmulatedKernels {
    private static final Path EMULATION = Path.of("src/test/cuda");
    private static final Path BUILD = Path.of("target/emulated-kernels");
    private static final List<String> OPTIONS = List.of("-std=c++17", "-O1", "-U_FORTIFY_SOURCE", "-fPIC", "-Wall",
            "-Werror",
            "-Wno-unknown-pragmas");
    private static Optional<EmulatedKernels> loaded;

    private final String compiler;
    private final Path file;
    private final MethodHandle launch;

    private EmulatedKernels(String compiler) {
        this.compiler = compiler;
        this.file = library(compiler);
        SymbolLookup symbols = SymbolLookup.libraryLookup(file, Arena.global());
        this.launch = Linker.nativeLinker().downcallHandle(symbols.findOrThrow("gk_launch"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
    }

    /** The kernels, or the test that asks is skipped with a line that says why. */
    public static EmulatedKernels orSkip() {
        Optional<EmulatedKernels> kernels = load();
        Assumptions.assumeTrue(kernels.isPresent(),
                "no C++ compiler here (CXX, c++, g++ or clang++): the kernels are not run on the CPU");
        return kernels.orElseThrow();
    }

    /** The kernels; empty where there is no C++ compiler. */
    public static synchronized Optional<EmulatedKernels> load() {
        if (loaded == null) {
            loaded = findCompiler().map(EmulatedKernels::new);
        }
        return loaded;
    }

    /** The library, for a process of its own. */
    public Path file() {
        return file;
    }

    /** The C++ compiler's command. */
    public String compiler() {
        return compiler;
    }

    private static Optional<String> findCompiler() {
        String named = System.getenv("CXX");
        return (named != null ? Stream.of(named) : Stream.of("c++", "g++", "clang++"))
                .filter(EmulatedKernels::isCommand).findFirst();
    }

    private static boolean isCommand(String name) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder).resolve(name)));
    }

    private static Path library(String compiler) {
        try {
            String hash = KernelModules.hash(Stream.of(KernelModules.sources(".cu"), KernelModules.sources(".cuh"),
                    KernelModules.files(EMULATION, ".h"), KernelModules.files(EMULATION, ".cpp")).flatMap(s -> s));
            Path library = BUILD.resolve(hash.substring(0, 16) + ".so").toAbsolutePath();
            if (!Files.exists(library)) {
                Files.createDirectories(BUILD);
                compile(compiler, library);
            }
            return library;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One unit a module, at the same time: the build is the longest part of these tests. */
    private static void compile(String compiler, Path library) throws IOException {
        List<String> link = new ArrayList<>(List.of(compiler, "-shared", "-o", library + ".new"));
        List<Process> units = new ArrayList<>();
        List<Path> sources = new ArrayList<>(List.of(EMULATION.resolve("emulation.cpp")));
        for (String module : KernelModules.names()) {
            List<String> kernels = KernelModules.entries(module);
            if (!kernels.isEmpty()) {
                sources.add(Files.writeString(BUILD.resolve(module + ".cpp"), unit(module, kernels)));
            }
        }
        for (Path source : sources) {
            String object = BUILD.resolve(source.getFileName() + ".o").toString();
            List<String> command = new ArrayList<>(List.of(compiler, "-c", source.toString(), "-o", object,
                    "-I" + EMULATION, "-I" + KernelModules.SOURCES));
            command.addAll(OPTIONS);
            units.add(start(command));
            link.add(object);
        }
        for (Process unit : units) {
            await(unit);
        }
        await(start(link));
        Files.move(Path.of(library + ".new"), library, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String unit(String module, List<String> kernels) {
        StringBuilder sb = new StringBuilder("#include \"emulation.h\"\n#include \"" + module + ".cu\"\n");
        kernels.forEach(k -> sb.append("EMULATED_KERNEL(").append(k).append(")\n"));
        return sb.toString();
    }

    private static Process start(List<String> command) throws IOException {
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static void await(Process p) throws IOException {
        try {
            String said = new String(p.getInputStream().readAllBytes());
            if (p.waitFor() != 0) {
                throw new IllegalStateException("the C++ compiler refuses the kernels: " + said);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while compiling", e);
        }
    }

    /**
     * Runs a kernel to its end.
     *
     * @param backwards the threads of a block run in descending order between two barriers: the results must be the same
     * @param arguments in the kernel's order: {@code Long} for a pointer or 8 bytes, {@code Integer}, {@code Double}, {@code int[]}
     *            for a structure
     * @throws IllegalArgumentException if there is no such kernel, or no GPU would run the block or grid
     * @throws IllegalStateException if threads of a block do not meet at a barrier
     */
    public void launch(String kernel, int gridX, int gridY, int gridZ, int blockX, int blockY, List<Object> arguments,
            boolean backwards) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pointers = arena.allocate(ValueLayout.ADDRESS, Math.max(1, arguments.size()));
            for (int i = 0; i < arguments.size(); i++) {
                pointers.setAtIndex(ValueLayout.ADDRESS, i, switch (arguments.get(i)) {
                    case Long bits -> arena.allocateFrom(ValueLayout.JAVA_LONG, bits);
                    case Integer n -> arena.allocateFrom(ValueLayout.JAVA_INT, n);
                    case Double x -> arena.allocateFrom(ValueLayout.JAVA_DOUBLE, x);
                    case int[] structure -> arena.allocateFrom(ValueLayout.JAVA_INT, structure);
                    case Object other -> throw new IllegalArgumentException(
                            kernel + ": argument " + i + " is of " + other.getClass());
                });
            }
            int code = (int) launch.invokeExact(arena.allocateFrom(kernel), gridX, gridY, gridZ, blockX, blockY,
                    backwards ? 1 : 0, pointers);
            switch (code) {
                case 0 -> {
                }
                case 1 -> throw new IllegalArgumentException("no kernel " + kernel);
                case 2 -> throw new IllegalStateException(kernel + ": threads of a block do not meet at a barrier");
                default -> throw new IllegalArgumentException(kernel + ": no GPU runs blocks of " + blockX + " x "
                        + blockY + " in a grid of " + gridX + " x " + gridY + " x " + gridZ);
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(kernel, t);
        }
    }
}
