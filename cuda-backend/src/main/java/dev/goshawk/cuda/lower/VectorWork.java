package dev.goshawk.cuda.lower;

import dev.goshawk.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/** Arithmetic on vectors that are made of several arrays of one type; scalars are float64 on the device. */
public final class VectorWork {
    private static final String MODULE = "vector";
    private static final int THREADS = 256;
    private static final int MOST_PARTS = 1024;
    private static final int RUN = 2048;

    private final KernelLibrary kernels;
    private final DType dtype;
    private final List<Integer> sizes;
    private final Address partial;

    /**
     * For vectors of these parts.
     *
     * @param partial room for {@link #partialBytes}
     */
    public VectorWork(KernelLibrary kernels, DType dtype, List<Integer> sizes, Address partial) {
        this.kernels = kernels;
        this.dtype = dtype;
        this.sizes = List.copyOf(sizes);
        this.partial = partial;
    }

    private static int parts(int size) {
        return Math.clamp(Math.ceilDiv(size, RUN), 1, MOST_PARTS);
    }

    /** Bytes that a dot product works in. */
    public static long partialBytes(List<Integer> sizes) {
        return sizes.stream().mapToLong(VectorWork::parts).sum() * Double.BYTES;
    }

    /** The dot product of two vectors, left at {@code to}. */
    public List<Work> dot(List<Address> x, List<Address> y, Address to) {
        List<Work> work = new ArrayList<>();
        int used = 0;
        for (int i = 0; i < sizes.size(); i++) {
            int parts = parts(sizes.get(i));
            work.add(
                    kernels.launch(MODULE, "gk_dot" + suffix(), new int[] {parts, 1, 1}, THREADS, 1, x.get(i), y.get(i),
                            partial.plus((long) used * Double.BYTES), sizes.get(i)));
            used += parts;
        }
        work.add(kernels.launch(MODULE, "gk_dot_finish", new int[] {1, 1, 1}, THREADS, 1, partial, used, to));
        return work;
    }

    /** y += factor x. */
    public List<Work> add(List<Address> x, List<Address> y, double factor) {
        return each((i, n) -> kernels.elements(MODULE, "gk_axpy" + suffix(), n, x.get(i), y.get(i), n, factor));
    }

    /** y = x / sqrt(square), zeros where that is 0. */
    public List<Work> scale(List<Address> x, List<Address> y, Address square) {
        return each(
                (i, n) -> kernels.elements(MODULE, "gk_scale_by_norm" + suffix(), n, x.get(i), y.get(i), n, square));
    }

    private interface PartWork {
        Work of(int part, int size);
    }

    private List<Work> each(PartWork part) {
        List<Work> work = new ArrayList<>();
        for (int i = 0; i < sizes.size(); i++) {
            if (sizes.get(i) > 0) {
                work.add(part.of(i, sizes.get(i)));
            }
        }
        return work;
    }

    private String suffix() {
        return ProductLowering.suffix(dtype);
    }
}
