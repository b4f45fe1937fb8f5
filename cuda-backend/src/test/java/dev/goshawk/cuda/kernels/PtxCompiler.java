package dev.goshawk.cuda.kernels;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import jcuda.CudaException;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;
import org.junit.jupiter.api.Assumptions;

/** The compiler that is inside the driver, of CUDA 12.6, as a library: it needs no GPU. */
public final class PtxCompiler {
    private static PtxCompiler loaded;
    private static String reason;

    private PtxCompiler() {
    }

    /** The compiler, or the test that asks is skipped with a line that says why. */
    public static synchronized PtxCompiler orSkip() {
        if (loaded == null && reason == null) {
            load();
        }
        Assumptions.assumeTrue(loaded != null, "PTX is not compiled: " + reason);
        return loaded;
    }

    /** JCuda unpacks its library under a fixed name, which another run may be writing: a folder of our own, for the moment. */
    private static void load() {
        String folder = System.getProperty("java.io.tmpdir");
        try {
            Path own = Files.createDirectories(Path.of("target/jcuda")).toAbsolutePath();
            System.setProperty("java.io.tmpdir", own.toString());
            JNvPTXCompiler.setExceptionsEnabled(true);
            loaded = new PtxCompiler();
        } catch (java.io.IOException | LinkageError e) {
            reason = e.toString().lines().findFirst().orElse("");
        } finally {
            System.setProperty("java.io.tmpdir", folder);
        }
    }

    /**
     * Compiles a module to machine code.
     *
     * @param target such as {@code sm_80}
     * @throws AssertionError with the compiler's words if it refuses the module
     */
    public byte[] compile(String ptx, String target) {
        nvPTXCompilerHandle handle = new nvPTXCompilerHandle();
        // The text ends with a zero, as in C.
        byte[] text = Arrays.copyOf(ptx.getBytes(StandardCharsets.UTF_8), ptx.length() + 1);
        JNvPTXCompiler.nvPTXCompilerCreate(handle, text.length, text);
        try {
            String[] options = {"--gpu-name=" + target};
            JNvPTXCompiler.nvPTXCompilerCompile(handle, options.length, options);
            long[] size = {0};
            JNvPTXCompiler.nvPTXCompilerGetCompiledProgramSize(handle, size);
            byte[] program = new byte[(int) size[0]];
            JNvPTXCompiler.nvPTXCompilerGetCompiledProgram(handle, program);
            return program;
        } catch (CudaException e) {
            throw new AssertionError(target + ": " + errorLog(handle), e);
        } finally {
            JNvPTXCompiler.nvPTXCompilerDestroy(handle);
        }
    }

    private static String errorLog(nvPTXCompilerHandle handle) {
        long[] size = {0};
        JNvPTXCompiler.nvPTXCompilerGetErrorLogSize(handle, size);
        byte[] log = new byte[(int) size[0] + 1];
        JNvPTXCompiler.nvPTXCompilerGetErrorLog(handle, log);
        return new String(log, StandardCharsets.UTF_8).strip();
    }
}
