package dev.goshawk.compile;

import dev.goshawk.compile.LoopNest.Access;
import dev.goshawk.compile.LoopNest.Instruction;
import dev.goshawk.compile.LoopNest.Kind;
import dev.goshawk.compile.LoopNest.Operand;
import dev.goshawk.compile.LoopNest.Result;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes the loop for a set of roots: stored values and sums over the same elements, with everything virtual between. */
final class LoopBuilder {
    private final Set<Value> materialized;
    private final List<Value> members;
    private final List<Operand> operands = new ArrayList<>();
    private final List<Double> constants = new ArrayList<>();
    private final List<Instruction> instructions = new ArrayList<>();
    /** Registers counted per kind until the totals are known: operands from 0, constants from 1M, instructions from 2M. */
    private final Map<Value, Integer> registers = new IdentityHashMap<>();
    private final Map<Double, Integer> constantRegisters = new HashMap<>();
    private static final int KIND = 1 << 20;

    private LoopBuilder(List<Value> members, Set<Value> materialized) {
        this.members = members;
        this.materialized = materialized;
    }

    /**
     * @param members materialized elementwise values and sums that this loop computes, in the order traced
     * @param read those of them that something outside the loop reads
     * @param materialized values that have storage
     */
    static LoopNest build(List<Value> members, Set<Value> read, Set<Value> materialized, int size, int columns) {
        LoopBuilder b = new LoopBuilder(members, materialized);
        List<Result> results = new ArrayList<>();
        for (Value r : members.stream().filter(read::contains).toList()) {
            boolean sum = r.op() instanceof Op.Sum;
            int register = sum ? b.register(r.operand(0)) : b.compute(r);
            results.add(new Result(r, register, kind(r)));
        }
        List<Instruction> placed = b.instructions.stream().map(i -> new Instruction(i.op(), b.place(i.sources())))
                .toList();
        List<Result> out = results.stream().map(r -> new Result(r.value(), b.place(r.register()), r.kind())).toList();
        return new LoopNest(members.get(0).dtype(), size / columns, columns, List.copyOf(b.operands),
                List.copyOf(b.constants), placed, out);
    }

    private static Kind kind(Value result) {
        if (!(result.op() instanceof Op.Sum)) {
            return Kind.STORE;
        }
        if (result.shape().size() == 1) {
            return Kind.SUM_ALL;
        }
        if (Pointwise.isOverRows(result)) {
            return Kind.SUM_COLUMNS;
        }
        return Pointwise.sumBlocks(result) > 1 ? Kind.SUM_BLOCKS : Kind.SUM_ROWS;
    }

    private int[] place(int[] sources) {
        int[] placed = new int[sources.length];
        for (int i = 0; i < placed.length; i++) {
            placed[i] = place(sources[i]);
        }
        return placed;
    }

    private int place(int register) {
        int kind = register / KIND;
        int base = kind == 0 ? 0 : kind == 1 ? operands.size() : operands.size() + constants.size();
        return base + register % KIND;
    }

    private int register(Value v) {
        Integer known = registers.get(v);
        if (known != null) {
            return known;
        }
        if (materialized.contains(v) && !members.contains(v)) {
            return operand(v, v, Access.FULL);
        }
        return compute(v);
    }

    private int compute(Value v) {
        Integer known = registers.get(v);
        if (known != null) {
            return known;
        }
        if (v.op() instanceof Op.Constant k) {
            return constantRegisters.computeIfAbsent(k.value(), c -> {
                constants.add(c);
                return KIND + constants.size() - 1;
            });
        }
        if (v.op() instanceof Op.Broadcast) {
            return operand(v, v.operand(0), Pointwise.access(v));
        }
        int[] sources = new int[v.operands().size()];
        for (int i = 0; i < sources.length; i++) {
            sources[i] = register(v.operand(i));
        }
        instructions.add(new Instruction(v.op(), sources));
        int register = 2 * KIND + instructions.size() - 1;
        registers.put(v, register);
        return register;
    }

    private int operand(Value seenAs, Value read, Access access) {
        for (int i = 0; i < operands.size(); i++) {
            if (operands.get(i).value() == read && operands.get(i).access() == access) {
                registers.put(seenAs, i);
                return i;
            }
        }
        operands.add(new Operand(read, access));
        registers.put(seenAs, operands.size() - 1);
        return operands.size() - 1;
    }
}
