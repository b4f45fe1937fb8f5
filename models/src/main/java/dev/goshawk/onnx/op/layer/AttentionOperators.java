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
        if (n.has(LENGTHS)) {
            throw new OnnxException("its input nonpad_kv_seqlen is not supported");
        }
        Value q = heads(n, 0, "q_num_heads");
        Value k = joined(n, PAST, heads(n, 1, "kv_num_heads"));
        Value v = joined(n, PAST + 1, heads(n, 2, "kv_num_heads"));
        int past = n.has(PAST) ? n.shape(PAST).dim(2) : 0;
        Term keys = Term.traced(k);
        Term values = Term.traced(v);
        int groups = q.shape().dim(1) / Math.max(1, k.shape().dim(1));
        // Neighbouring heads of queries share those of keys and values.
        k = Axes.repeat(k, 1, groups);
        v = Axes.repeat(v, 1, groups);
        double scale = n.onnx().real("scale", 1 / Math.sqrt(q.shape().dim(3)));
        Value scores = Einsum.einsum("bhqd,bhkd->bhqk", q, k).scale(scale);
        Value products = scores;
        double cap = n.onnx().real("softcap", 0);
        if (cap > 0) {
            scores = scores.scale(1 / cap).tanh().scale(cap);
        }
        if (n.onnx().whole("is_causal", 0) == 1) {
            scores = kept(before(scores, past), scores);
        }
        if (n.has(3)) {
            scores = n.isTruth(3) ? kept(n.logical(3), scores) : scores.add(n.logical(3));
        }
        Value shares = Activations.softmax(scores, -1);
        int stage = n.onnx().whole("qk_matmul_output_mode", 0);
        if (n.onnx().outputs().size() > 3 && stage != 0 && stage != 3) {
            throw new OnnxException("attribute qk_matmul_output_mode: expected 0 or 3, got " + stage);
        }
        return List.of(Term.traced(merged(n, Einsum.einsum("bhqk,bhkd->bhqd", shares, v))), keys, values,
                Term.traced(stage == 0 ? products : shares));
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
