package dev.goshawk.graph;

import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import dev.goshawk.tensor.ShapeMismatchException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Sums of products by index letters, as NumPy's einsum: {@code "bij,bjk->bik"} is a product of batches of matrices. A letter stands for one axis;
 * twice in an operand, for its diagonal; {@code ...} for the axes that no letter names, which broadcast. Without {@code ->} the result has those and
 * the letters that occur once, by the alphabet. More than two operands are multiplied from left to right.
 *
 * <p>A product without common letters in the result is one matrix product. With them (a batch) it is one convolution of as many groups with
 * filters of one pixel, which has every derivative and runs on every backend.
 */
public final class Einsum {
    private final EinsumForm form;

    private Einsum(EinsumForm form) {
        this.form = form;
    }

    /**
     * Applies a form.
     *
     * @param spec such as {@code "ij,jk->ik"}; letters without a place in the result are summed over
     * @throws ShapeMismatchException if the form is not understood, or an operand does not fit it
     */
    public static Value einsum(String spec, Value... operands) {
        Einsum e = new Einsum(new EinsumForm(spec, Arrays.stream(operands).map(Value::shape).toList()));
        String result = e.form.result();
        List<Lettered> factors = new ArrayList<>();
        for (int i = 0; i < operands.length; i++) {
            factors.add(squeezed(e.form.input(i), operands[i]).diagonal());
        }
        Lettered product = factors.get(0);
        for (int i = 1; i < factors.size(); i++) {
            StringBuilder later = new StringBuilder(result);
            factors.subList(i + 1, factors.size()).forEach(f -> later.append(f.letters));
            product = e.product(product, factors.get(i), later.toString());
        }
        String present = kept(result, product.letters);
        int[] dims = result.chars().map(c -> e.form.extent((char) c)).toArray();
        return permuted(kept(product.letters, result), summed(product.letters, product.value, result), present)
                .reshape(dims);
    }

    /**
     * The product of batches of matrices: [..., i, j] by [..., j, k]. Leading axes broadcast as in NumPy, without a copy: what is there
     * once is multiplied as one matrix.
     */
    public static Value batchedMatmul(Value a, Value b) {
        if (Math.min(a.shape().rank(), b.shape().rank()) < 2) {
            throw new ShapeMismatchException("batched_matmul: expected two values of 2 or more axes, got " + a.shape()
                    + " and " + b.shape());
        }
        if (a.shape().dim(-1) != b.shape().dim(-2)) {
            throw new ShapeMismatchException("batched_matmul: inner sizes " + a.shape().dim(-1) + " != "
                    + b.shape().dim(-2) + " (A " + a.shape() + ", B " + b.shape() + ")");
        }
        return einsum("...xy,...yz->...xz", a, b);
    }

    /** A value with a letter for each axis. */
    private record Lettered(String letters, Value value) {

        /** Of axes of one letter the diagonal, with the letter last, until none comes twice. */
        Lettered diagonal() {
            for (int p = 0; p < letters.length(); p++) {
                char c = letters.charAt(p);
                int q = letters.indexOf(c, p + 1);
                if (q >= 0) {
                    int first = p;
                    int n = value.shape().dim(p);
                    int[] rest = IntStream.range(0, letters.length()).filter(i -> i != first && i != q).toArray();
                    int[] order = IntStream.concat(IntStream.of(rest), IntStream.of(p, q)).toArray();
                    int[] dims = IntStream.concat(IntStream.of(rest).map(value.shape()::dim), IntStream.of(n * n))
                            .toArray();
                    int[] stride = new int[dims.length];
                    Arrays.fill(stride, 1);
                    stride[rest.length] = n + 1;
                    StringBuilder left = new StringBuilder();
                    IntStream.of(rest).forEach(i -> left.append(letters.charAt(i)));
                    return new Lettered(left.append(c).toString(),
                            value.permute(order).reshape(dims).slice(new int[dims.length], dims, stride)).diagonal();
                }
            }
            return this;
        }
    }

    /** Without the axes of '...' that are of extent 1. */
    private static Lettered squeezed(String letters, Value v) {
        int[] axes = IntStream.range(0, letters.length())
                .filter(i -> !EinsumForm.broadcasts(letters.charAt(i)) || v.shape().dim(i) != 1).toArray();
        StringBuilder left = new StringBuilder();
        IntStream.of(axes).forEach(i -> left.append(letters.charAt(i)));
        return new Lettered(left.toString(), v.reshape(IntStream.of(axes).map(v.shape()::dim).toArray()));
    }

    private static String kept(String letters, String others) {
        StringBuilder kept = new StringBuilder();
        letters.chars().filter(c -> others.indexOf(c) >= 0).forEach(c -> kept.append((char) c));
        return kept.toString();
    }

    private static String without(String letters, String others) {
        StringBuilder rest = new StringBuilder();
        letters.chars().filter(c -> others.indexOf(c) < 0).forEach(c -> rest.append((char) c));
        return rest.toString();
    }

    /** Sums over the letters that {@code wanted} lacks. */
    private static Value summed(String letters, Value v, String wanted) {
        List<Integer> axes = new ArrayList<>();
        for (int i = 0; i < letters.length(); i++) {
            if (wanted.indexOf(letters.charAt(i)) < 0) {
                axes.add(i);
            }
        }
        return v.sum(axes.stream().mapToInt(Integer::intValue).toArray());
    }

    private static Value permuted(String from, Value v, String to) {
        return from.equals(to) ? v : v.permute(to.chars().map(from::indexOf).toArray());
    }

    private int extent(String letters) {
        return letters.chars().map(c -> form.extent((char) c)).reduce(1, Math::multiplyExact);
    }

    /** Summed over the letters that are not wanted. */
    private Lettered product(Lettered left, Lettered right, String wanted) {
        String ls = left.letters;
        String rs = right.letters;
        Value a = summed(ls, left.value, rs + wanted);
        Value b = summed(rs, right.value, ls + wanted);
        String la = kept(ls, rs + wanted);
        String lb = kept(rs, ls + wanted);
        String batch = kept(kept(la, lb), wanted);
        String inner = without(kept(la, lb), wanted);
        String rows = without(la, lb);
        String columns = without(lb, la);
        int g = extent(batch);
        int i = extent(rows);
        int j = extent(inner);
        int k = extent(columns);
        Value c;
        String order;
        if (batch.isEmpty()) {
            c = permuted(la, a, rows + inner).reshape(i, j).matmul(permuted(lb, b, inner + columns).reshape(j, k));
            order = rows + columns;
        } else if (inner.isEmpty() && rows.isEmpty() && columns.isEmpty()) {
            c = permuted(la, a, batch).multiply(permuted(lb, b, batch));
            order = batch;
        } else {
            ConvGeometry geometry = new ConvGeometry(1, 1, i, g * j, g * k, 1, 1, 1, 1, 0, 0, 0, 0, g);
            c = Value.of(new Op.Conv(ConvRole.OUTPUT, geometry),
                    permuted(la, a, rows + batch + inner).reshape(1, 1, i, g * j),
                    permuted(lb, b, inner + batch + columns).reshape(1, 1, j, g * k));
            order = rows + batch + columns;
        }
        return new Lettered(order, c.reshape(order.chars().map(letter -> form.extent((char) letter)).toArray()));
    }
}
