package dev.goshawk.onnx.op.layer;

import dev.goshawk.graph.Einsum;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.models.ParameterSpec.Kind;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.op.Axes;
import dev.goshawk.onnx.op.Node;
import dev.goshawk.onnx.op.Operator;
import dev.goshawk.onnx.op.Term;
import dev.goshawk.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/** Matrix products. */
public final class MatrixProducts {
    private static final int LARGEST_DETERMINANT = 8;

    private MatrixProducts() {
    }

    /** Puts the operators into a table, by ONNX's names. */
    public static void register(Map<String, Operator> all) {
        all.put("MatMul", Operator.single(MatrixProducts::matmul));
        all.put("Einsum", Operator.single(n -> Term.traced(Einsum.einsum(n.onnx().text("equation", ""),
                IntStream.range(0, n.inputs()).mapToObj(n::logical).toArray(Value[]::new)))));
        all.put("Det", Operator.single(MatrixProducts::determinant));
        all.put("Gemm", Operator.single(MatrixProducts::gemm));
    }

    /** By columns, from the determinants of all smaller choices of columns: a polynomial, with every derivative where it is 0 too. */
    private static Term determinant(Node n) {
        Value x = n.logical(0);
        int rank = x.shape().rank();
        int size = rank < 2 ? 0 : x.shape().dim(-1);
        if (size < 1 || x.shape().dim(-2) != size || size > LARGEST_DETERMINANT) {
            throw new OnnxException("expected square matrices of 1 to " + LARGEST_DETERMINANT + " rows, got shape "
                    + x.shape());
        }
        int[] d = Arrays.copyOf(x.shape().dims(), rank - 2);
        Value matrices = x.reshape(x.shape().size() / (size * size), size, size);
        int count = matrices.shape().dim(0);
        Value[] chosen = new Value[1 << size];
        chosen[0] = Value.constant(1, x.dtype(), Shape.of(count));
        for (int columns = 1; columns < chosen.length; columns++) {
            int row = Integer.bitCount(columns) - 1;
            Value sum = null;
            for (int rest = columns; rest != 0; rest &= rest - 1) {
                int column = Integer.numberOfTrailingZeros(rest);
                Value element = Axes.slice(Axes.slice(matrices, 1, row, row + 1, 1), 2, column, column + 1, 1);
                Value minor = chosen[columns & ~(1 << column)].multiply(element.reshape(count));
                boolean odd = (Integer.bitCount(columns >> column + 1) & 1) == 1;
                Value signed = odd ? minor.negate() : minor;
                sum = sum == null ? signed : sum.add(signed);
            }
            chosen[columns] = Objects.requireNonNull(sum);
        }
        return Term.traced(chosen[chosen.length - 1].reshape(d));
    }

    private static Term gemm(Node n) {
        Value a = n.logical(0);
        if (a.shape().rank() != 2) {
            throw new OnnxException("expected a matrix, got shape " + a.shape());
        }
        Value x = n.onnx().whole("transA", 0) == 1 ? a.transpose() : a;
        Value w = n.weight(1, Kind.LINEAR_WEIGHT, n.onnx().whole("transB", 0) == 0);
        n.source().addMacs(w.shape().size());
        Value y = x.matmul(w).scale(n.onnx().real("alpha", 1));
        if (!n.has(2)) {
            return Term.traced(y);
        }
        Value c = n.rank(2) == 1 ? n.channels(2, Kind.BIAS) : n.logical(2);
        return Term.traced(y.add(c.scale(n.onnx().real("beta", 1))));
    }

    private static Term matmul(Node n) {
        if (n.rank(0) == 0 || n.rank(1) == 0) {
            throw new OnnxException("expected arrays of at least one axis");
        }
        if (n.rank(1) == 2) {
            // Rows of whatever shape times one matrix: a linear layer.
            Value a = n.logical(0);
            Value w = n.weight(1, Kind.LINEAR_WEIGHT, true);
            int[] d = a.shape().dims();
            int inner = d[d.length - 1];
            n.source().addMacs((long) (d.length < 3 ? 1 : Axes.product(a.shape(), 1, d.length - 1)) * w.shape().size());
            Value y = a.reshape(a.shape().size() / Math.max(1, inner), inner).matmul(w);
            d[d.length - 1] = w.shape().dim(1);
            return Term.traced(y.reshape(d));
        }
        Value a = n.logical(0);
        Value b = n.logical(1);
        Value left = a.shape().rank() == 1 ? a.reshape(1, a.shape().dim(0)) : a;
        Value right = b.shape().rank() == 1 ? b.reshape(b.shape().dim(0), 1) : b;
        Value y = batched(left, right);
        int[] d = y.shape().dims();
        if (b.shape().rank() == 1) {
            d = Arrays.copyOf(d, d.length - 1);
        }
        if (a.shape().rank() == 1) {
            int drop = b.shape().rank() == 1 ? d.length - 1 : d.length - 2;
            int[] less = new int[d.length - 1];
            System.arraycopy(d, 0, less, 0, drop);
            System.arraycopy(d, drop + 1, less, drop, less.length - drop);
            d = less;
        }
        return Term.traced(y.reshape(d));
    }

    /** A product for each place of the leading axes, which broadcast. */
    private static Value batched(Value a, Value b) {
        int rank = Math.max(a.shape().rank(), b.shape().rank());
        if (rank == 2) {
            return a.matmul(b);
        }
        int[] lead = new int[rank - 2];
        for (int i = 0; i < lead.length; i++) {
            int da = extent(a, i - lead.length - 2);
            int db = extent(b, i - lead.length - 2);
            if (da != db && da != 1 && db != 1) {
                throw new OnnxException("shapes " + a.shape() + " and " + b.shape() + " do not broadcast");
            }
            lead[i] = Math.max(da, db);
        }
        Value left = rows(a, lead);
        Value right = rows(b, lead);
        int count = left.shape().dim(0);
        Axes.requireFew(count);
        List<Value> products = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Value product = matrix(left, i).matmul(matrix(right, i));
            products.add(product.reshape(Axes.insert(product.shape().dims(), 0, 1)));
        }
        int[] d = Arrays.copyOf(lead, rank);
        d[rank - 2] = left.shape().dim(1);
        d[rank - 1] = right.shape().dim(2);
        return (products.size() == 1 ? products.getFirst() : Functions.concat(0, products)).reshape(d);
    }

    private static int extent(Value x, int axisFromEnd) {
        int axis = x.shape().rank() + axisFromEnd;
        return axis < 0 ? 1 : x.shape().dim(axis);
    }

    /** [count, rows, columns]. */
    private static Value rows(Value x, int... lead) {
        int[] whole = Arrays.copyOf(lead, lead.length + 2);
        whole[lead.length] = x.shape().dim(-2);
        whole[lead.length + 1] = x.shape().dim(-1);
        int count = Arrays.stream(lead).reduce(1, Math::multiplyExact);
        return x.broadcast(Shape.of(whole)).reshape(count, x.shape().dim(-2), x.shape().dim(-1));
    }

    private static Value matrix(Value batch, int i) {
        return Axes.slice(batch, 0, i, i + 1, 1).reshape(batch.shape().dim(1), batch.shape().dim(2));
    }
}
