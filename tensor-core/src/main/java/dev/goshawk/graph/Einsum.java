package dev.goshawk.graph;

import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Sums of products by index letters, as NumPy's einsum with an explicit result: {@code "bij,bjk->bik"} is a product of batches of matrices.
 * One or two operands; a letter stands for one axis, and none occurs twice in an operand.
 *
 * <p>A product without common letters in the result is one matrix product. With them (a batch) it is one convolution of as many groups with
 * filters of one pixel, which has every derivative and runs on every backend.
 */
public final class Einsum {
    private static final String LEADING = "abcdefghijklmnopqrst";

    private final Map<Character, Integer> extents = new TreeMap<>();
    private final String spec;
    private final String result;

    private Einsum(String spec, String result) {
        this.spec = spec;
        this.result = result;
    }

    /**
     * Applies a form.
     *
     * @param spec such as {@code "ij,jk->ik"}; letters without a place in the result are summed over
     * @throws ShapeMismatchException if the form is not understood, or an operand does not fit it
     */
    public static Value einsum(String spec, Value... operands) {
        String plain = spec.replace(" ", "");
        int arrow = plain.indexOf("->");
        String[] inputs = arrow < 0 ? new String[0] : plain.substring(0, arrow).split(",", -1);
        Einsum e = new Einsum(spec, arrow < 0 ? "" : plain.substring(arrow + 2));
        if (inputs.length != operands.length || inputs.length < 1 || inputs.length > 2) {
            throw e.refused("one or two operands and as many inputs before '->', got " + operands.length);
        }
        for (int i = 0; i < inputs.length; i++) {
            e.read(inputs[i], operands[i]);
        }
        e.requireLetters(e.result);
        for (char c : e.result.toCharArray()) {
            if (!e.extents.containsKey(c)) {
                throw e.refused("a result of letters that its inputs have, got '" + c + "'");
            }
        }
        return inputs.length == 1
                ? e.arranged(inputs[0], operands[0])
                : e.product(inputs[0], operands[0], inputs[1], operands[1]);
    }

    /**
     * The product of batches of matrices: [..., i, j] by [..., j, k]. Leading axes broadcast as in NumPy, without a copy: what is there
     * once is multiplied as one matrix.
     */
    public static Value batchedMatmul(Value a, Value b) {
        int rank = Math.max(a.shape().rank(), b.shape().rank());
        if (Math.min(a.shape().rank(), b.shape().rank()) < 2 || rank > LEADING.length() + 2) {
            throw new ShapeMismatchException("batched_matmul: expected two values of 2 to " + (LEADING.length() + 2)
                    + " axes, got " + a.shape() + " and " + b.shape());
        }
        Shape leading = Value.joint("batched_matmul", leading(a), leading(b));
        String batch = LEADING.substring(0, rank - 2);
        String present = varying(batch, leading);
        Value product = einsum(
                varying(batch, leading(a)) + "xy," + varying(batch, leading(b)) + "yz->" + present + "xz",
                squeezed(a), squeezed(b));
        int[] dims = Arrays.copyOf(leading.dims(), rank);
        dims[rank - 2] = a.shape().dim(-2);
        dims[rank - 1] = b.shape().dim(-1);
        return product.reshape(Shape.of(dims));
    }

    private static Shape leading(Value v) {
        return Shape.of(Arrays.copyOf(v.shape().dims(), v.shape().rank() - 2));
    }

    /** The letters of leading axes that are longer than 1; they are counted from the last. */
    private static String varying(String batch, Shape leading) {
        StringBuilder letters = new StringBuilder();
        for (int i = leading.rank(); i > 0; i--) {
            if (leading.dim(-i) != 1) {
                letters.append(batch.charAt(batch.length() - i));
            }
        }
        return letters.toString();
    }

    /** Without the leading axes of extent 1. */
    private static Value squeezed(Value v) {
        int last = v.shape().rank() - 2;
        return v.reshape(IntStream.range(0, v.shape().rank()).filter(i -> i >= last || v.shape().dim(i) != 1)
                .map(v.shape()::dim).toArray());
    }

    private ShapeMismatchException refused(String expected) {
        return new ShapeMismatchException("einsum '" + spec + "': expected " + expected);
    }

    private void requireLetters(String letters) {
        for (int i = 0; i < letters.length(); i++) {
            if (!Character.isLetter(letters.charAt(i)) || letters.indexOf(letters.charAt(i)) != i) {
                throw refused("distinct letters in '" + letters + "'");
            }
        }
    }

    private void read(String letters, Value v) {
        requireLetters(letters);
        if (letters.length() != v.shape().rank()) {
            throw refused(letters.length() + " axes for '" + letters + "', got " + v.shape());
        }
        for (int i = 0; i < letters.length(); i++) {
            Integer before = extents.putIfAbsent(letters.charAt(i), v.shape().dim(i));
            if (before != null && before != v.shape().dim(i)) {
                throw refused("'" + letters.charAt(i) + "' of one extent, got " + before + " and " + v.shape().dim(i));
            }
        }
    }

    /** Sums letters that the result lacks and brings the rest into its order. */
    private Value arranged(String letters, Value v) {
        return permuted(kept(letters, result), summed(letters, v, result), result);
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
        return letters.chars().map(c -> extents.getOrDefault((char) c, 1)).reduce(1, Math::multiplyExact);
    }

    private Value product(String ls, Value left, String rs, Value right) {
        Value a = summed(ls, left, rs + result);
        Value b = summed(rs, right, ls + result);
        String la = kept(ls, rs + result);
        String lb = kept(rs, ls + result);
        String batch = kept(kept(la, lb), result);
        String inner = without(kept(la, lb), result);
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
        int[] dims = order.chars().map(letter -> extents.getOrDefault((char) letter, 1)).toArray();
        return permuted(order, c.reshape(dims), result);
    }
}
