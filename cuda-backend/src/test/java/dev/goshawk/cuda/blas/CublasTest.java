package dev.goshawk.cuda.blas;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.autodiff.SampleValues;
import dev.goshawk.cpu.reference.ReferenceOps;
import dev.goshawk.cuda.device.MatrixProduct;
import dev.goshawk.cuda.kernels.EmulatedKernels;
import dev.goshawk.graph.Op;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The binding of cuBLAS against a stub that computes on the heap, and where the library is looked for. */
class CublasTest {
    private static final long STREAM = 0x77;

    @TempDir
    private Path folder;

    private Cublas stub() throws IOException, InterruptedException {
        Path library = folder.resolve("libcublas.so.13");
        Process p = new ProcessBuilder(EmulatedKernels.orSkip().compiler(), "-std=c++17", "-O1", "-fPIC", "-shared",
                "-o",
                library.toString(), "src/test/cuda/cublas/stub.cpp").inheritIO().start();
        assertEquals(0, p.waitFor());
        SymbolLookup symbols = SymbolLookup.libraryLookup(library, Arena.global());
        return new Cublas(new CublasLibrary.Opened(symbols, library.toString()), STREAM);
    }

    @Test
    void multipliesRowMajorMatrices() throws IOException, InterruptedException {
        Cublas cublas = stub();
        // Not before its workspace is known: the stub counts the settings.
        assertThrows(IllegalStateException.class, () -> check(cublas, DType.FLOAT32, false, false, false));
        cublas.useWorkspace(0x100, 4096);
        assertTrue(cublas.description().startsWith("cuBLAS 13.1.2 ("), cublas.description());
        for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            for (int flags = 0; flags < 8; flags++) {
                check(cublas, dtype, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0);
            }
        }
    }

    private static void check(Cublas cublas, DType dtype, boolean transposeA, boolean transposeB, boolean accumulate) {
        int m = 5;
        int n = 3;
        int k = 7;
        Shape a = transposeA ? Shape.of(k, m) : Shape.of(m, k);
        Shape b = transposeB ? Shape.of(n, k) : Shape.of(k, n);
        double[] x = SampleValues.normal(1, a.dims()).toDoubles();
        double[] y = SampleValues.normal(2, b.dims()).toDoubles();
        double[] z = SampleValues.normal(3, m, n).toDoubles();
        double[] expected = ReferenceOps.evaluate(new Op.MatMul(transposeA, transposeB), Shape.of(m, n),
                new Shape[] {a, b}, new double[][] {x, y});
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment c = copy(arena, dtype, z);
            cublas.queue(new MatrixProduct(dtype, transposeA, transposeB, m, n, k, copy(arena, dtype, x).address(),
                    copy(arena, dtype, y).address(), c.address(), accumulate));
            double[] actual = new double[m * n];
            for (int i = 0; i < actual.length; i++) {
                expected[i] += accumulate ? z[i] : 0;
                actual[i] = dtype == DType.FLOAT32
                        ? c.getAtIndex(ValueLayout.JAVA_FLOAT, i)
                        : c.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
            }
            assertArrayEquals(expected, actual, dtype == DType.FLOAT32 ? 1e-5 : 1e-13);
        }
    }

    private static MemorySegment copy(Arena arena, DType dtype, double[] values) {
        if (dtype == DType.FLOAT64) {
            return arena.allocateFrom(ValueLayout.JAVA_DOUBLE, values);
        }
        MemorySegment m = arena.allocate(ValueLayout.JAVA_FLOAT, values.length);
        for (int i = 0; i < values.length; i++) {
            m.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) values[i]);
        }
        return m;
    }

    @Test
    void looksWhereItSays() throws IOException {
        Path home = folder.resolve("home");
        Path pip = folder.resolve("site-packages");
        Path conda = folder.resolve("conda");
        Path first = touch(home.resolve("lib64/libcublas.so.12"));
        Path second = touch(pip.resolve("nvidia/cublas/lib/libcublas.so.12"));
        Path third = touch(pip.resolve("nvidia/cu13/lib/libcublas.so.13"));
        Path fourth = touch(conda.resolve("lib/libcublas.so.13"));
        List<String> found = CublasLibrary.candidates(Map.of("CUDA_HOME", home.toString())::get, pip.toString());
        assertEquals(List.of("libcublas.so.13", "libcublas.so.12"), found.subList(0, 2));
        assertEquals(first.toString(), found.get(2));
        assertEquals(List.of(third.toString(), second.toString()), found.subList(found.size() - 2, found.size()));
        assertEquals(fourth.toString(), CublasLibrary.candidates(_ -> null, conda.toString()).getLast());
        assertEquals(fourth.toString(), CublasLibrary.candidates(_ -> null, conda.resolve("lib").toString()).getLast());
    }

    private static Path touch(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.createFile(file);
    }
}
