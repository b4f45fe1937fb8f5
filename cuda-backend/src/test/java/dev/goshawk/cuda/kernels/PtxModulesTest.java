package dev.goshawk.cuda.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.goshawk.cuda.ptx.NvPtxCompiler;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The PTX that ships belongs to the sources, and the driver's compiler takes it for every GPU it is for. */
class PtxModulesTest {
    private static final Pattern HASH = Pattern.compile("SHA-256 of all sources: (\\w+)");

    static Stream<String> modules() {
        return KernelModules.names().stream();
    }

    static Stream<Arguments> modulesAndTargets() {
        return modules().flatMap(m -> Stream.of("sm_75", "sm_80", "sm_90").filter(sm -> sm.compareTo(target(m)) >= 0)
                .limit(Boolean.getBoolean("goshawk.slowTests") ? Integer.MAX_VALUE : 1)
                .map(sm -> Arguments.of(m, sm)));
    }

    private static String target(String module) {
        return module.endsWith("_sm80") ? "sm_80" : "sm_70";
    }

    @ParameterizedTest
    @MethodSource("modules")
    void belongsToTheSources(String module) {
        Matcher stated = HASH.matcher(KernelModules.ptx(module));
        assertTrue(stated.find(), module + ".ptx does not say what it was compiled from");
        assertEquals(KernelModules.hashOfSources(), stated.group(1),
                module + ".ptx is older than src/main/cuda: run cuda-backend/compile-kernels where there is an nvcc");
        assertFalse(KernelModules.entries(module).isEmpty(), module + " has no kernels");
    }

    /** Drivers from CUDA 11.0 on take this version; GPUs from Volta on the target, tensor cores for tf32 those from Ampere on. */
    @ParameterizedTest
    @MethodSource("modules")
    void asksForNoNewDriverOrGpu(String module) {
        String ptx = KernelModules.ptx(module);
        assertTrue(ptx.contains("\n.version 7.0\n.target " + target(module) + "\n.address_size 64\n"), module);
    }

    @ParameterizedTest
    @MethodSource("modulesAndTargets")
    void compilesFor(String module, String target) {
        assumeTrue(NvPtxCompiler.isAvailable(), "NVIDIA's PTX compiler is there for Linux on x86-64 only");
        // Whether it compiles does not depend on the effort, which would double the time of this test.
        String info = NvPtxCompiler.compile(KernelModules.ptx(module), target, "--opt-level=0");
        KernelModules.entries(module).forEach(k -> assertTrue(info.contains("'" + k + "'"), k));
    }
}
