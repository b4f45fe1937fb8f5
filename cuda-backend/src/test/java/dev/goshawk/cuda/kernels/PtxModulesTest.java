package dev.goshawk.cuda.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The PTX that ships belongs to the sources, and the driver's compiler takes it for every GPU from sm_70. */
class PtxModulesTest {
    private static final Pattern HASH = Pattern.compile("SHA-256 of all sources: (\\w+)");

    static Stream<String> modules() {
        return KernelModules.names().stream();
    }

    static Stream<Arguments> modulesAndTargets() {
        return modules().flatMap(m -> Stream.of("sm_75", "sm_80", "sm_90").map(sm -> Arguments.of(m, sm)));
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

    /** Drivers from CUDA 11.0 on take this version, and GPUs from Volta on this target. */
    @ParameterizedTest
    @MethodSource("modules")
    void asksForNoNewDriverOrGpu(String module) {
        String ptx = KernelModules.ptx(module);
        assertTrue(ptx.contains("\n.version 7.0\n.target sm_70\n.address_size 64\n"), module);
    }

    @ParameterizedTest
    @MethodSource("modulesAndTargets")
    void compilesFor(String module, String target) {
        byte[] program = PtxCompiler.orSkip().compile(KernelModules.ptx(module), target);
        assertTrue(program.length > 0);
    }
}
