package dev.goshawk.cpu.kernel;

import dev.goshawk.backend.Workers;
import dev.goshawk.cpu.kernel.conv.ConvKernel;
import dev.goshawk.cpu.kernel.conv.ConvKernelDouble;
import dev.goshawk.cpu.kernel.conv.direct.DirectConv;
import dev.goshawk.cpu.kernel.conv.direct.DirectTile;
import dev.goshawk.cpu.kernel.conv.direct.FlatFilterGrad;
import dev.goshawk.cpu.kernel.conv.packed.PackedConv;
import dev.goshawk.cpu.kernel.conv.packed.PackedConvDouble;
import dev.goshawk.cpu.kernel.conv.winograd.Winograd;
import dev.goshawk.cpu.kernel.gemm.GemmDouble;
import dev.goshawk.cpu.kernel.gemm.GemmFloat;
import dev.goshawk.cpu.kernel.gemm.GemmSmall;
import dev.goshawk.cpu.kernel.gemm.GemmSmallDouble;
import dev.goshawk.cpu.kernel.simd.VectorSupport;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;

/** The door to the matrix and convolution kernels: picks the best one for a geometry. */
public final class ProductKernels {
    private ProductKernels() {
    }

    /** Elements in a full-width float32 vector. */
    public static int floatLanes() {
        return VectorSupport.F32_LANES;
    }

    /** Winograd's products where they are allowed, direct convolution where a specialized kernel exists, else a packed matrix product. */
    public static ConvKernel conv(ConvRole role, ConvGeometry g) {
        if (Winograd.allowed() && Winograd.supports(role, g)) {
            return Winograd.of(role, g);
        }
        return DirectConv.supports(role, g) && !packsBetter(role, g) ? DirectConv.of(role, g) : PackedConv.of(role, g);
    }

    /**
     * Whether packing is the faster way: without neighbors to share loads with (1x1), and where there are so many
     * channels that gathering patches costs little. Measured with the network's operands in memory, not in cache.
     * Filter gradients of 288 terms (32 channels) would be packed faster, too, but ResNet20 has one and would wait for another kernel to be
     * compiled at its start.
     */
    private static boolean packsBetter(ConvRole role, ConvGeometry g) {
        if (g.kernelHeight() * g.kernelWidth() == 1) {
            return true;
        }
        if (role == ConvRole.WEIGHT_GRAD) {
            int depth = g.kernelHeight() * g.kernelWidth() * g.inChannels();
            boolean longTaps = g.inChannels() < DirectTile.BLOCK
                    && g.kernelWidth() * g.inChannels() >= DirectTile.BLOCK;
            return !FlatFilterGrad.supports(g) && (longTaps || depth >= 320 && g.outChannels() >= 64);
        }
        return Math.min(g.inChannels(), g.outChannels()) > (g.strideHeight() * g.strideWidth() == 1 ? 128 : 64);
    }

    /** Convolution in float64. */
    public static ConvKernelDouble convDouble(ConvRole role, ConvGeometry g) {
        return PackedConvDouble.of(role, g);
    }

    /** Scratch elements of a float32 product. */
    public static int gemmScratch(int m, int n, int k, int threads) {
        return GemmSmall.suits(m, n, k) ? 0 : GemmFloat.scratchFloats(m, n, k, threads);
    }

    /** Scratch elements of a float64 product. */
    public static int gemmScratchDouble(int m, int n, int k, int threads) {
        return GemmSmallDouble.suits(m, n, k) ? 0 : GemmDouble.scratchDoubles(m, n, k, threads);
    }

    /** Float32 matrix product, see {@link GemmFloat#run}. */
    public static void gemm(int m, int n, int k, float[] a, int aOff, int lda, boolean transposeA, float[] b, int bOff,
            int ldb, boolean transposeB, float[] c, int cOff, int ldc, boolean accumulate, float[] scratch,
            int scratchOff, Workers workers) {
        if (GemmSmall.suits(m, n, k)) {
            GemmSmall.run(m, n, k, a, aOff, lda, transposeA, b, bOff, ldb, transposeB, c, cOff, ldc, accumulate);
            return;
        }
        GemmFloat.run(m, n, k, a, aOff, lda, transposeA, b, bOff, ldb, transposeB, c, cOff, ldc, accumulate, scratch,
                scratchOff, workers);
    }

    /** Float64 matrix product, see {@link GemmDouble#run}. */
    public static void gemm(int m, int n, int k, double[] a, int aOff, int lda, boolean transposeA, double[] b,
            int bOff, int ldb, boolean transposeB, double[] c, int cOff, int ldc, boolean accumulate, double[] scratch,
            int scratchOff, Workers workers) {
        if (GemmSmallDouble.suits(m, n, k)) {
            GemmSmallDouble.run(m, n, k, a, aOff, lda, transposeA, b, bOff, ldb, transposeB, c, cOff, ldc, accumulate);
            return;
        }
        GemmDouble.run(m, n, k, a, aOff, lda, transposeA, b, bOff, ldb, transposeB, c, cOff, ldc, accumulate, scratch,
                scratchOff, workers);
    }
}
