package dev.goshawk.onnx.op.layer;

import dev.goshawk.graph.Activations;
import dev.goshawk.graph.Einsum;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.op.Axes;
import dev.goshawk.onnx.op.Node;
import dev.goshawk.onnx.op.Operator;
import dev.goshawk.onnx.op.Term;
import dev.goshawk.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.LongBinaryOperator;
import java.util.stream.IntStream;

/** Scaled dot-product attention (Vaswani et al. 2017) of whole sequences, and rotary positions (Su et al. 2021). */
public final class AttentionOperators {
    private static final int PAST = 4;
    private static final int LENGTHS = 6;

    private AttentionOperators() {
    }

    /** Puts the operators into a table, by ONNX's names. */
    public static void register(Map<String, Operator> all) {
        all.put("Attention", AttentionOperators::attention);
        all.put("RotaryEmbedding", Operator.single(AttentionOperators::rotary));
    }

    /** [batch, heads, length, width], from that or [batch, length, heads width]. */
    private static Value heads(Node n, int i, String attribute) {
        Value x = n.logical(i);
        int[] d = x.shape().dims();
        if (d.length == 4) {
            return x;
        }
        int heads = n.onnx().whole(attribute, 0);
        if (d.length != 3 || heads < 1 || d[2] % heads != 0) {
            throw new OnnxException("input " + i + ": expected [batch, heads, length, width], or [batch, length, "
                    + "width] of " + attribute + " heads, got shape " + x.shape() + " and " + attribute + " " + heads);
        }
        return Axes.permute(x.reshape(d[0], d[1], heads, d[2] / heads), 0, 2, 1, 3);
    }

    /** Back to the form of the node's first input. */
    private static Value merged(Node n, Value x) {
        int[] d = x.shape().dims();
        return n.rank(0) == 4 ? x : Axes.permute(x, 0, 2, 1, 3).reshape(d[0], d[2], d[1] * d[3]);
    }

    /** With keys and values as they are after the past ones, and scores. */
    private static List<Term> attention(Node n) {
        Value q = heads(n, 0, "q_num_heads");
        Value k = joined(n, PAST, heads(n, 1, "kv_num_heads"));
        Value v = joined(n, PAST + 1, heads(n, 2, "kv_num_heads"));
        int past = n.has(PAST) ? n.shape(PAST).dim(2) : 0;
        Term keys = Term.traced(k);
        Term values = Term.traced(v);
        int groups = q.shape().dim(1) / Math.max(1, k.shape().dim(1));
        // Neighboring heads of queries share those of keys and values.
        k = Axes.repeat(k, 1, groups);
        v = Axes.repeat(v, 1, groups);
        double scale = n.onnx().real("scale", 1 / Math.sqrt(q.shape().dim(3)));
        Value scores = Einsum.einsum("bhqd,bhkd->bhqk", q, k).scale(scale);
        double cap = n.onnx().real("softcap", 0);
        Value capped = cap > 0 ? scores.scale(1 / cap).tanh().scale(cap) : scores;
        Value masked = masked(n, capped, past);
        Value shares = Activations.softmax(masked, -1);
        Value shown = switch (n.onnx().whole("qk_matmul_output_mode", 0)) {
            case 0 -> scores;
            case 1 -> capped;
            case 2 -> masked;
            default -> shares;
        };
        return List.of(Term.traced(merged(n, Einsum.einsum("bhqk,bhkd->bhqd", shares, v))), keys, values,
                Term.traced(shown));
    }

    /** Scores without those of keys that a query does not see. */
    private static Value masked(Node n, Value scores, int past) {
        Value masked = scores;
        if (n.onnx().whole("is_causal", 0) == 1) {
            masked = kept(n.has(LENGTHS) && !n.has(PAST) ? seen(n, masked) : before(masked, past), masked);
        }
        if (n.has(3)) {
            boolean truth = n.isTruth(3);
            Value mask = n.logical(3);
            int missing = scores.shape().dim(3) - mask.shape().dim(-1);
            if (missing > 0) {
                // What a mask does not reach is not seen.
                int[] more = mask.shape().dims();
                more[more.length - 1] = missing;
                mask = Functions.concat(more.length - 1, List.of(mask, Value.constant(
                        truth ? 0 : Double.NEGATIVE_INFINITY, mask.dtype(), Shape.of(more))));
            }
            masked = truth ? kept(mask, masked) : masked.add(mask);
        }
        return n.has(LENGTHS) ? kept(counted(n, masked, 1, (i, length) -> length), masked) : masked;
    }

    /** 1 for the keys that belong to each batch's sequence, and are not after the query, the last of which is the last of them. */
    private static Value seen(Node n, Value scores) {
        int queries = scores.shape().dim(2);
        return counted(n, scores, queries, (i, length) -> length - queries + i + 1);
    }

    /** 1 for the first keys, as many as a number of each query and of its batch's length, [batch, 1, queries, keys]. */
    private static Value counted(Node n, Value scores, int queries, LongBinaryOperator count) {
        ConstantArray lengths = n.constant(LENGTHS);
        int batch = scores.shape().dim(0);
        int keys = scores.shape().dim(3);
        if (lengths.size() != batch) {
            throw new OnnxException("nonpad_kv_seqlen: expected " + batch + " lengths, got " + lengths.size());
        }
        double[] ones = new double[Math.multiplyExact(batch * queries, keys)];
        for (int i = 0; i < ones.length; i++) {
            int query = i / keys % queries;
            ones[i] = i % keys < count.applyAsLong(query, lengths.integer(i / keys / queries)) ? 1 : 0;
        }
        return n.array(queries == 1 ? "lengths" : "seen", ConstantArray.of(Shape.of(batch, 1, queries, keys), ones));
    }

    private static Value joined(Node n, int past, Value present) {
        return n.has(past) ? Functions.concat(2, List.of(n.logical(past), present)) : present;
    }

    private static Value kept(Value condition, Value scores) {
        return Functions.where(condition, scores, scores.like(Double.NEGATIVE_INFINITY));
    }

    /** 1 where a key is not after the query, [queries, keys]; the first query follows so many keys of the past. */
    private static Value before(Value scores, int past) {
        Value queries = Functions.cumulativeSum(Value.constant(1, scores.dtype(), Shape.of(scores.shape().dim(2))), 0);
        Value keys = Functions.cumulativeSum(Value.constant(1, scores.dtype(), Shape.of(scores.shape().dim(3))), 0);
        return queries.reshape(scores.shape().dim(2), 1).add(past).atLeast(keys);
    }

    private static Term rotary(Node n) {
        Value x = heads(n, 0, "num_heads");
        int[] d = x.shape().dims();
        int given = n.onnx().whole("rotary_embedding_dim", 0);
        int width = given == 0 ? d[3] : given;
        if (width < 2 || width % 2 != 0 || width > d[3]) {
            throw new OnnxException("rotary_embedding_dim: expected an even number up to " + d[3] + ", got " + width);
        }
        boolean interleaved = n.onnx().whole("interleaved", 0) == 1;
        int half = width / 2;
        Value first = Axes.slice(x, 3, 0, interleaved ? width : half, interleaved ? 2 : 1);
        Value second = Axes.slice(x, 3, interleaved ? 1 : half, width, interleaved ? 2 : 1);
        Value cos = angles(n, 1, half);
        Value sin = angles(n, 2, half);
        Value real = first.multiply(cos).subtract(second.multiply(sin));
        Value imaginary = first.multiply(sin).add(second.multiply(cos));
        Value turned = interleaved
                ? Functions.concat(4, List.of(apart(real), apart(imaginary))).reshape(d[0], d[1], d[2], width)
                : Functions.concat(3, List.of(real, imaginary));
        Value rest = Axes.slice(x, 3, width, d[3], 1);
        return Term.traced(merged(n, width == d[3] ? turned : Functions.concat(3, List.of(turned, rest))));
    }

    private static Value apart(Value x) {
        return x.reshape(Axes.insert(x.shape().dims(), 4, 1));
    }

    /** Sines or cosines [batch, 1, length, half], by position where positions are given. */
    private static Value angles(Node n, int input, int half) {
        Value table = n.logical(input);
        if (n.has(3)) {
            ConstantArray positions = n.constant(3);
            int[] places = Arrays.stream(positions.integers()).mapToInt(Math::toIntExact).toArray();
            if (IntStream.of(places).anyMatch(p -> p < 0 || p >= table.shape().dim(0))) {
                throw new OnnxException("expected positions of 0 to " + (table.shape().dim(0) - 1));
            }
            int[] p = positions.shape().dims();
            return Axes.pick(table, 0, places).reshape(p[0], 1, p[1], half);
        }
        int[] d = table.shape().dims();
        return table.reshape(d[0], 1, d[1], half);
    }
}
