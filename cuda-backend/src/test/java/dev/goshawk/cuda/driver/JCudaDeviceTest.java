package dev.goshawk.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.goshawk.cuda.kernels.EmulatedKernels;
import dev.goshawk.cuda.ptx.NvPtxCompiler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** JCuda's own library in a process whose libcuda.so.1 is a stub: arguments, copies, recordings and errors as a driver sees them. */
class JCudaDeviceTest {
    @TempDir
    private Path folder;

    @Test
    void queuesWhatTheDriverExpects() throws IOException, InterruptedException {
        assumeTrue(NvPtxCompiler.isAvailable(), "JCuda's libraries are there for Linux on x86-64 only");
        EmulatedKernels emulated = EmulatedKernels.orSkip();

        run(List.of(emulated.compiler(), "-std=c++17", "-O1", "-fPIC", "-shared", "-o",
                folder.resolve("libcuda.so.1").toString(), "src/test/cuda/driver/stub.cpp", "-ldl"), "");
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        String said = run(List.of(java.toString(), "-Xmx1g", "--add-modules", "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED", "-Dgoshawk.cublas=none", "-cp",
                System.getProperty("java.class.path"), StubDriverRun.class.getName()), emulated.file().toString());
        assertTrue(said.contains("cuda: Stub GPU, 132 multiprocessors, compute capability 9.0"), said);
        assertTrue(
                said.contains("GPU memory: a plan of 512.0 MiB for values and 0.0 MiB to work in asks for 512.0 MiB, "),
                said);
        assertTrue(said.lines().toList().getLast().equals("right"), said);
    }

    private String run(List<String> command, String kernels) throws IOException, InterruptedException {
        ProcessBuilder b = new ProcessBuilder(command).redirectErrorStream(true);
        b.environment().put("LD_LIBRARY_PATH", folder.toString());
        b.environment().put("GOSHAWK_EMULATED_KERNELS", kernels);
        Process p = b.start();
        String said = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, p.waitFor(), said);
        return said.strip();
    }
}
