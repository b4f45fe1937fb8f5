package dev.goshawk.cuda.lower;

import dev.goshawk.cuda.device.MatrixProduct;
import dev.goshawk.graph.Op;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import dev.goshawk.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Matrix products and the three roles of the convolution. */
final class ProductLowering {
    private static final int VECTOR = 4;

    private final KernelLibrary kernels;
    private final Workspace workspace;
    private final ReductionLowering reductions;
    private final Precision precision;

    ProductLowering(KernelLibrary kernels, Workspace workspace, ReductionLowering reductions, Precision precision) {
        this.kernels = kernels;
        this.workspace = workspace;
        this.reductions = reductions;
        this.precision = precision;
    }

    static String suffix(DType dtype) {
        return dtype == DType.FLOAT32 ? "_f32" : "_f64";
    }

    /** The sizes of a product whose factors are stored as they are or transposed. */
    private record Sizes(boolean transposeA, boolean transposeB, int m, int n, int k) {
    }

    List<Work> matmul(Op.MatMul op, DType dtype, int m, int n, int k, Address a, Address b, Address c,
            boolean accumulate) {
        return product(dtype, new Sizes(op.transposeA(), op.transposeB(), m, n, k), a, b, c, accumulate);
    }

    /** On a library's kernels where there are any, else on our own. */
    private List<Work> product(DType dtype, Sizes s, Address a, Address b, Address c, boolean accumulate) {
        List<Work> own = ownProduct(dtype, s, a, b, c, accumulate);
        return List.of(device -> {
            boolean queued = s.k() > 0 && device.product(new MatrixProduct(dtype, s.transposeA(), s.transposeB(), s.m(),
                    s.n(), s.k(), a.get(), b.get(), c.get(), accumulate));
            if (!queued) {
                own.forEach(w -> w.queue(device));
            }
        });
    }

    private List<Work> ownProduct(DType dtype, Sizes s, Address a, Address b, Address c, boolean accumulate) {
        TileChoice choice = TileChoice.of(TileChoice.matrices(dtype), s.m(), s.n(), s.k(), 1);
        String name = "gk_gemm_" + (s.transposeA() ? "t" : "n") + (s.transposeB() ? "t" : "n") + "_"
                + choice.tile().label() + suffix(dtype);
        int lda = s.transposeA() ? s.m() : s.k();
        int ldb = s.transposeB() ? s.k() : s.n();
        return split(choice, dtype, s.m() * s.n(), c, accumulate,
                (to, add) -> kernels.launch("gemm", name, new int[] {choice.blocks(s.m(), s.n()), choice.splits(), 1},
                        choice.tile().threads(), 1, a, b, to, s.m(), s.n(), s.k(), lda, ldb, s.n(), choice.splits(),
                        choice.chunk(), add));
    }

    /** Launches a product into a place, added to what is there for 1. */
    private interface Launcher {
        Work into(Address to, int accumulate);
    }

    private List<Work> split(TileChoice choice, DType dtype, int size, Address to, boolean accumulate,
            Launcher launcher) {
        if (choice.splits() == 1) {
            return List.of(launcher.into(to, accumulate ? 1 : 0));
        }
        Address parts = workspace.require((long) choice.splits() * size * dtype.bytes());
        List<Work> work = new ArrayList<>();
        work.add(launcher.into(parts, 0));
        work.add(reductions.sum(dtype, parts, to, 1, choice.splits(), size, accumulate));
        return work;
    }

    List<Work> conv(Op.Conv op, DType dtype, Address first, Address second, Address to, boolean accumulate) {
        ConvGeometry g = op.geometry();
        int in = g.inChannels() / g.groups();
        int out = g.outChannels() / g.groups();
        boolean vector = dtype == DType.FLOAT32 && in % VECTOR == 0 && out % VECTOR == 0;
        boolean special = precision.isSpecial(dtype, vector);
        if (isPlainProduct(g) && !special) {
            int pixels = g.batch() * g.inHeight() * g.inWidth();
            return switch (op.role()) {
                case OUTPUT ->
                    product(dtype, new Sizes(false, false, pixels, out, in), first, second, to, accumulate);
                case INPUT_GRAD ->
                    product(dtype, new Sizes(false, true, pixels, in, out), second, first, to, accumulate);
                case WEIGHT_GRAD ->
                    product(dtype, new Sizes(true, false, in, out, pixels), first, second, to, accumulate);
            };
        }
        int taps = g.kernelHeight() * g.kernelWidth();
        int outPixels = g.batch() * g.outHeight() * g.outWidth();
        int phases = op.role() == ConvRole.INPUT_GRAD ? g.strideHeight() * g.strideWidth() : 1;
        int m = switch (op.role()) {
            case OUTPUT -> outPixels;
            case INPUT_GRAD -> g.batch() * Math.ceilDiv(g.inHeight(), g.strideHeight())
                    * Math.ceilDiv(g.inWidth(), g.strideWidth());
            case WEIGHT_GRAD -> taps * in;
        };
        int n = op.role() == ConvRole.INPUT_GRAD ? in : out;
        int k = switch (op.role()) {
            case OUTPUT -> taps * in;
            case INPUT_GRAD -> Math.ceilDiv(g.kernelHeight(), g.strideHeight())
                    * Math.ceilDiv(g.kernelWidth(), g.strideWidth()) * out;
            case WEIGHT_GRAD -> outPixels;
        };
        boolean filters = op.role() == ConvRole.WEIGHT_GRAD;
        List<TileChoice.Tile> tiles = special
                ? TileChoice.tensorCores(filters)
                : filters ? TileChoice.filters(dtype, vector) : TileChoice.images(dtype, vector);
        TileChoice choice = TileChoice.of(tiles, m, n, k, g.groups() * phases);
        String role = op.role().name().toLowerCase(Locale.ROOT);
        String name = "gk_conv_" + role + "_" + choice.tile().label() + (vector ? "v" : "s")
                + (special ? "_" + precision.label() : suffix(dtype));
        String module = special ? "conv_" + precision.label() + "_sm80" : "conv_" + role;
        int size = switch (op.role()) {
            case OUTPUT -> g.outputShape().size();
            case INPUT_GRAD -> g.inputShape().size();
            case WEIGHT_GRAD -> g.filterShape().size();
        };
        int[] grid = {choice.blocks(m, n), g.groups() * choice.splits(), phases};
        return split(choice, dtype, size, to, accumulate, (place, add) -> kernels.launch(module, name, grid,
                choice.tile().threads(), 1, first, second, place, shape(g, choice, add)));
    }

    private static boolean isPlainProduct(ConvGeometry g) {
        return g.kernelHeight() == 1 && g.kernelWidth() == 1 && g.strideHeight() == 1 && g.strideWidth() == 1
                && g.groups() == 1 && g.inHeight() == g.outHeight() && g.inWidth() == g.outWidth();
    }

    private static int[] shape(ConvGeometry g, TileChoice choice, int accumulate) {
        return new int[] {g.batch(), g.inHeight(), g.inWidth(), g.inChannels(), g.outHeight(), g.outWidth(),
                g.outChannels(), g.kernelHeight(), g.kernelWidth(), g.strideHeight(), g.strideWidth(), g.padTop(),
                g.padLeft(), g.groups(), choice.splits(), choice.chunk(), accumulate};
    }
}
