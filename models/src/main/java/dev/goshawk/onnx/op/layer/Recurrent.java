package dev.goshawk.onnx.op.layer;

import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.op.Axes;
import dev.goshawk.onnx.op.Node;
import dev.goshawk.onnx.op.Operator;
import dev.goshawk.onnx.op.Term;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** RNN, GRU and LSTM of sequences whose lengths are known: as many cells as there are steps. */
public final class Recurrent {
    private static final String FORWARD = "forward";

    private Recurrent() {
    }

    /** Puts the operators into a table, by ONNX's names. */
    public static void register(Map<String, Operator> all) {
        all.put("RNN", n -> run(n, new Kind(1, List.of("Tanh"), Recurrent::plain)));
        all.put("GRU", n -> run(n, new Kind(3, List.of("Sigmoid", "Tanh"), Recurrent::gru)));
        all.put("LSTM", n -> run(n, new Kind(4, List.of("Sigmoid", "Tanh", "Tanh"), Recurrent::lstm)));
    }

    /**
     * A recurrent operator.
     *
     * @param gates how many matrices are stacked in a weight
     * @param activations its functions, where the node names none
     */
    private record Kind(int gates, List<String> activations, Cell cell) {
    }

    private interface Cell {
        State step(Direction d, Value x, State state);
    }

    /** @param memory an LSTM's, else the same as the output */
    private record State(Value output, Value memory) {
    }

    /**
     * One direction's arrays.
     *
     * @param w [in, gates times hidden]
     * @param r [hidden, gates times hidden]
     * @param bias of the inputs and of the states, both [gates times hidden]
     * @param peepholes [3 times hidden]
     */
    private record Direction(Node node, int hidden, Value w, Value r, @Nullable Value bias, @Nullable Value stateBias,
            @Nullable Value peepholes, List<UnaryOperator<Value>> functions) {
        /** What goes into gate i from the input. */
        Value gate(Value x, int i) {
            Value g = x.matmul(part(w, i));
            return bias == null ? g : g.add(vector(bias, i));
        }

        /** What goes into gate i from the state. */
        Value back(Value h, int i) {
            Value g = h.matmul(part(r, i));
            return stateBias == null ? g : g.add(vector(stateBias, i));
        }

        Value part(Value all, int i) {
            return Axes.slice(all, 1, i * hidden, (i + 1) * hidden, 1);
        }

        Value vector(Value all, int i) {
            return Axes.slice(all, 0, i * hidden, (i + 1) * hidden, 1);
        }

        Value apply(int function, Value x) {
            double clip = node.onnx().real("clip", 0);
            Value y = clip > 0 ? x.max(x.like(-clip)).min(x.like(clip)) : x;
            return functions.get(function).apply(y);
        }

        Value peep(Value memory, int i, Value gate) {
            return peepholes == null ? gate : gate.add(memory.multiply(vector(peepholes, i)));
        }
    }

    private static State plain(Direction d, Value x, State s) {
        Value h = d.apply(0, d.gate(x, 0).add(d.back(s.output(), 0)));
        return new State(h, h);
    }

    /** Gates in the order update, reset, hidden. */
    private static State gru(Direction d, Value x, State s) {
        Value h = s.output();
        Value update = d.apply(0, d.gate(x, 0).add(d.back(h, 0)));
        Value reset = d.apply(0, d.gate(x, 1).add(d.back(h, 1)));
        boolean after = d.node().onnx().whole("linear_before_reset", 0) != 0;
        Value back = after ? reset.multiply(d.back(h, 2)) : d.back(reset.multiply(h), 2);
        Value fresh = d.apply(1, d.gate(x, 2).add(back));
        Value next = update.subtractFrom(1).multiply(fresh).add(update.multiply(h));
        return new State(next, next);
    }

    /** Gates in the order input, output, forget, cell; peepholes in the order input, output, forget. */
    private static State lstm(Direction d, Value x, State s) {
        Value h = s.output();
        Value c = s.memory();
        Value input = d.apply(0, d.peep(c, 0, d.gate(x, 0).add(d.back(h, 0))));
        boolean coupled = d.node().onnx().whole("input_forget", 0) == 1;
        Value forget = coupled
                ? input.subtractFrom(1)
                : d.apply(0, d.peep(c, 2, d.gate(x, 2).add(d.back(h, 2))));
        Value fresh = d.apply(1, d.gate(x, 3).add(d.back(h, 3)));
        Value memory = forget.multiply(c).add(input.multiply(fresh));
        Value output = d.apply(0, d.peep(memory, 1, d.gate(x, 1).add(d.back(h, 1))));
        return new State(output.multiply(d.functions().get(2).apply(memory)), memory);
    }

    private static List<Term> run(Node n, Kind kind) {
        boolean batchFirst = n.onnx().whole("layout", 0) == 1;
        Value given = n.logical(0);
        if (given.shape().rank() != 3 || n.rank(1) != 3 || n.rank(2) != 3) {
            throw new OnnxException("expected a sequence [length, batch, width] and weights of 3 axes, got shapes "
                    + n.shape(0) + ", " + n.shape(1) + " and " + n.shape(2));
        }
        Value x = batchFirst ? Axes.permute(given, 1, 0, 2) : given;
        int length = x.shape().dim(0);
        int batch = x.shape().dim(1);
        int hidden = n.shape(2).dim(2);
        int directions = n.shape(1).dim(0);
        String direction = n.onnx().text("direction", FORWARD);
        if (directions != ("bidirectional".equals(direction) ? 2 : 1)
                || n.shape(1).dim(1) != (long) kind.gates() * hidden
                || n.onnx().whole("hidden_size", hidden) != hidden) {
            throw new OnnxException("expected weights for direction " + direction + " and " + kind.gates()
                    + " gates, got shapes " + n.shape(1) + " and " + n.shape(2));
        }
        Axes.requireFew((long) length * directions);
        List<List<Value>> outputs = new ArrayList<>();
        List<Value> last = new ArrayList<>();
        List<Value> memories = new ArrayList<>();
        for (int i = 0; i < directions; i++) {
            boolean reverse = i == 1 || "reverse".equals(direction);
            Direction d = direction(n, kind, i, hidden);
            State s = new State(initial(n, 5, i, batch, hidden, batchFirst), initial(n, 6, i, batch, hidden,
                    batchFirst));
            Value[] all = new Value[length];
            for (int k = 0; k < length; k++) {
                int t = reverse ? length - 1 - k : k;
                Value step = Axes.slice(x, 0, t, t + 1, 1).reshape(batch, x.shape().dim(2));
                State next = kind.cell().step(d, step, s);
                Value there = there(n, t, batch);
                s = there == null
                        ? next
                        : new State(Functions.where(there, next.output(), s.output()),
                                Functions.where(there, next.memory(), s.memory()));
                all[t] = there == null ? next.output() : Functions.where(there, next.output(), next.output().like(0));
            }
            outputs.add(List.of(all));
            last.add(s.output().reshape(1, batch, hidden));
            memories.add(s.memory().reshape(1, batch, hidden));
        }
        Value y = Functions.concat(0, IntStream.range(0, length).boxed()
                .flatMap(t -> outputs.stream().map(o -> o.get(t).reshape(1, batch, hidden))).toList())
                .reshape(length, directions, batch, hidden);
        List<Term> results = new ArrayList<>();
        results.add(Term.traced(batchFirst ? Axes.permute(y, 2, 0, 1, 3) : y));
        results.add(last(last, batchFirst));
        if (kind.gates() == 4) {
            results.add(last(memories, batchFirst));
        }
        return results;
    }

    private static Term last(List<Value> states, boolean batchFirst) {
        Value all = states.size() == 1 ? states.getFirst() : Functions.concat(0, states);
        return Term.traced(batchFirst ? Axes.permute(all, 1, 0, 2) : all);
    }

    /** A state [batch, hidden] at the beginning. */
    private static Value initial(Node n, int input, int direction, int batch, int hidden, boolean batchFirst) {
        if (!n.has(input)) {
            return Value.constant(0, n.dtype(), Shape.of(batch, hidden));
        }
        Value all = batchFirst ? Axes.permute(n.logical(input), 1, 0, 2) : n.logical(input);
        return Axes.slice(all, 0, direction, direction + 1, 1).reshape(batch, hidden);
    }

    /** 1 for the sequences that have a step t, [batch, 1]; null where all have it. */
    private static @Nullable Value there(Node n, int t, int batch) {
        if (!n.has(4)) {
            return null;
        }
        ConstantArray lengths = n.constant(4);
        Tensor there = Tensor.zeros(n.dtype(), Shape.of(batch, 1));
        boolean all = true;
        for (int i = 0; i < batch; i++) {
            boolean has = lengths.integer(i) > t;
            there.set(i, has ? 1 : 0);
            all &= has;
        }
        return all ? null : Functions.constant(there);
    }

    private static Direction direction(Node n, Kind kind, int i, int hidden) {
        Value w = matrix(n, 1, i);
        Value r = matrix(n, 2, i);
        Value bias = null;
        Value stateBias = null;
        if (n.has(3)) {
            int half = kind.gates() * hidden;
            Value both = Axes.slice(n.logical(3), 0, i, i + 1, 1).reshape(2 * half);
            bias = Axes.slice(both, 0, 0, half, 1);
            stateBias = Axes.slice(both, 0, half, 2 * half, 1);
        }
        Value peepholes = n.has(7) ? Axes.slice(n.logical(7), 0, i, i + 1, 1).reshape(3 * hidden) : null;
        return new Direction(n, hidden, w, r, bias, stateBias, peepholes,
                RecurrentFunctions.of(n.onnx(), kind.activations(), i));
    }

    private static Value matrix(Node n, int input, int direction) {
        int[] d = n.shape(input).dims();
        return Axes.slice(n.logical(input), 0, direction, direction + 1, 1).reshape(d[1], d[2]).transpose();
    }
}
