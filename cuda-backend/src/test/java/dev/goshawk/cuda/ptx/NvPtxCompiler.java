package dev.goshawk.cuda.ptx;

import dev.goshawk.cuda.driver.NativeLibraries;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.stream.Stream;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompileResult;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;

/** NVIDIA's PTX compiler, which needs no GPU. Its library is there for Linux on x86-64 only. */
public final class NvPtxCompiler {
    private NvPtxCompiler() {
    }

    /** Whether it can run here. */
    public static boolean isAvailable() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux")
                && System.getProperty("os.arch").equals("amd64");
    }

    /**
     * Compiles a module.
     *
     * @param architecture such as {@code sm_75}
     * @param more options of the compiler
     * @return what the compiler says of registers and memory
     * @throws AssertionError with the compiler's message
     */
    public static String compile(String ptx, String architecture, String... more) {
        NativeLibraries.usePrivateFolder(() -> JNvPTXCompiler.setExceptionsEnabled(false));
        nvPTXCompilerHandle handle = new nvPTXCompilerHandle();
        byte[] text = (ptx + "\0").getBytes(StandardCharsets.UTF_8);
        check(JNvPTXCompiler.nvPTXCompilerCreate(handle, text.length, text), "create");
        try {
            String[] options = Stream.concat(Stream.of("--gpu-name=" + architecture, "--verbose"), Stream.of(more))
                    .toArray(String[]::new);
            int result = JNvPTXCompiler.nvPTXCompilerCompile(handle, options.length, options);
            long[] size = new long[1];
            if (result != nvPTXCompileResult.NVPTXCOMPILE_SUCCESS) {
                JNvPTXCompiler.nvPTXCompilerGetErrorLogSize(handle, size);
                byte[] log = new byte[(int) size[0] + 1];
                JNvPTXCompiler.nvPTXCompilerGetErrorLog(handle, log);
                throw new AssertionError(architecture + ": " + new String(log, StandardCharsets.UTF_8).strip());
            }
            JNvPTXCompiler.nvPTXCompilerGetInfoLogSize(handle, size);
            byte[] log = new byte[(int) size[0] + 1];
            JNvPTXCompiler.nvPTXCompilerGetInfoLog(handle, log);
            return new String(log, StandardCharsets.UTF_8).strip();
        } finally {
            JNvPTXCompiler.nvPTXCompilerDestroy(handle);
        }
    }

    private static void check(int result, String what) {
        if (result != nvPTXCompileResult.NVPTXCOMPILE_SUCCESS) {
            throw new AssertionError(what + ": " + nvPTXCompileResult.stringFor(result));
        }
    }
}
