package dev.goshawk.cuda.blas;

import dev.goshawk.cuda.device.MatrixProduct;
import dev.goshawk.tensor.DType;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * cuBLAS 12 or 13, bound without JNI: the calls used are the same in both. The settings make results reproducible bit for bit: one
 * stream, a workspace of a fixed size, no atomics, and full float32 (the default mode; TF32 and emulation are opt-in).
 */
public final class Cublas {
    private static final int DEFAULT_MATH = 0;
    private static final int ATOMICS_NOT_ALLOWED = 0;
    private static final int TRANSPOSE = 1;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final AddressLayout POINTER = ValueLayout.ADDRESS;

    private final SymbolLookup symbols;
    private final String place;
    private final MemorySegment handle;
    private final MethodHandle single;
    private final MethodHandle twice;
    // The factors of the product and of what is there already, read when a call is made.
    private final MemorySegment one = Arena.global().allocate(ValueLayout.JAVA_DOUBLE);
    private final MemorySegment zero = Arena.global().allocate(ValueLayout.JAVA_DOUBLE);
    private final MemorySegment oneSingle = Arena.global().allocate(ValueLayout.JAVA_FLOAT);

    Cublas(CublasLibrary.Opened library, long stream) {
        this.symbols = library.symbols();
        this.place = library.place();
        this.single = function("cublasSgemm_v2", gemm());
        this.twice = function("cublasDgemm_v2", gemm());
        one.set(ValueLayout.JAVA_DOUBLE, 0, 1);
        oneSingle.set(ValueLayout.JAVA_FLOAT, 0, 1);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(POINTER);
            call("cublasCreate_v2", List.of(POINTER), out);
            handle = out.get(POINTER, 0);
        }
        call("cublasSetStream_v2", List.of(POINTER, POINTER), handle, MemorySegment.ofAddress(stream));
        call("cublasSetMathMode", List.of(POINTER, INT), handle, DEFAULT_MATH);
        call("cublasSetAtomicsMode", List.of(POINTER, INT), handle, ATOMICS_NOT_ALLOWED);
    }

    /** The library for a stream; empty where it is missing or refuses. */
    public static Optional<Cublas> find(long stream) {
        return CublasLibrary.open().flatMap(library -> {
            try {
                return Optional.of(new Cublas(library, stream));
            } catch (IllegalStateException e) {
                System.getLogger(Cublas.class.getName()).log(System.Logger.Level.WARNING,
                        library.place() + " is not used: " + e.getMessage());
                return Optional.empty();
            }
        });
    }

    /** Gives the library memory to work in, so that it takes none of its own, while recording or otherwise. */
    public void useWorkspace(long address, long bytes) {
        call("cublasSetWorkspace_v2", List.of(POINTER, POINTER, ValueLayout.JAVA_LONG), handle,
                MemorySegment.ofAddress(address), bytes);
    }

    /** The library and its version, and where it was found. */
    public String description() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(INT);
            call("cublasGetVersion_v2", List.of(POINTER, POINTER), handle, out);
            int v = out.get(INT, 0);
            return "cuBLAS " + v / 10_000 + "." + v / 100 % 100 + "." + v % 100 + " (" + place + ")";
        }
    }

    /** Queues a product. The library counts columns first, so it is given the transposed product: c' = op(b)' op(a)'. */
    public void queue(MatrixProduct p) {
        boolean f32 = p.dtype() == DType.FLOAT32;
        MemorySegment alpha = f32 ? oneSingle : one;
        MemorySegment beta = !p.accumulate() ? zero : alpha;
        int lda = p.transposeA() ? p.m() : p.k();
        int ldb = p.transposeB() ? p.k() : p.n();
        try {
            int code = (int) (f32 ? single : twice).invokeExact(handle, p.transposeB() ? TRANSPOSE : 0,
                    p.transposeA() ? TRANSPOSE : 0, p.n(), p.m(), p.k(), alpha, MemorySegment.ofAddress(p.b()), ldb,
                    MemorySegment.ofAddress(p.a()), lda, beta, MemorySegment.ofAddress(p.c()), p.n());
            check("gemm", code);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException("cuBLAS", t);
        }
    }

    private static FunctionDescriptor gemm() {
        return FunctionDescriptor.of(INT, POINTER, INT, INT, INT, INT, INT, POINTER, POINTER, INT, POINTER, INT,
                POINTER, POINTER, INT);
    }

    private MethodHandle function(String name, FunctionDescriptor type) {
        return Linker.nativeLinker().downcallHandle(
                symbols.find(name).orElseThrow(() -> new IllegalStateException("it has no " + name)), type);
    }

    private void call(String name, List<? extends MemoryLayout> types, Object... arguments) {
        MethodHandle f = function(name, FunctionDescriptor.of(INT, types.toArray(MemoryLayout[]::new)));
        try {
            check(name, (int) f.invokeWithArguments(new ArrayList<>(Arrays.asList(arguments))));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(name, t);
        }
    }

    private static void check(String name, int code) {
        if (code != 0) {
            throw new IllegalStateException(name + " returns " + code);
        }
    }
}
