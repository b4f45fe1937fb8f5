package dev.goshawk.cpu.exec.loop;

import dev.goshawk.compile.LoopNest;
import dev.goshawk.cpu.kernel.element.ElementOp;
import dev.goshawk.cpu.kernel.loop.ElementPass;
import dev.goshawk.cpu.kernel.loop.LoopShape.Place;
import dev.goshawk.cpu.kernel.loop.LoopShape;
import dev.goshawk.graph.Op;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A loop nest as straight-line code over chunks: multiply-adds, masks and sums of products recognized, temporaries packed into as
 * few chunk buffers as possible. Locations in order: operands, constants, stored results, sums, temporaries.
 */
final class LoopProgram {
    private final LoopNest nest;
    private final int[] overwritten;
    private final boolean[] written;
    private final int[] uses;
    private final List<ElementPass> code = new ArrayList<>();
    /** Location of each register once computed. */
    private final int[] location;
    private final int[] lastUse;
    private final boolean[] folded;
    private final List<Integer> freeTemporaries = new ArrayList<>();
    private int temporaries;

    private LoopProgram(LoopNest nest, int[] overwritten) {
        this.nest = nest;
        this.overwritten = overwritten;
        this.written = new boolean[nest.results().size()];
        int registers = nest.register(nest.instructions().size());
        this.uses = new int[registers];
        this.location = new int[registers];
        this.lastUse = new int[registers];
        this.folded = new boolean[nest.instructions().size()];
    }

    /** @param overwritten for each result, the operand whose memory it takes over, or -1 */
    static LoopProgram of(LoopNest nest, int[] overwritten) {
        LoopProgram p = new LoopProgram(nest, overwritten);
        p.compile();
        return p;
    }

    List<ElementPass> code() {
        return code;
    }

    int temporaries() {
        return temporaries;
    }

    /** First location of the results. */
    int results() {
        return nest.operands().size() + nest.constants().size();
    }

    /** First location of the temporaries. */
    int firstTemporary() {
        return results() + nest.results().size();
    }

    /**
     * The program without its sizes.
     *
     * @param chunkIsRow whether a chunk is one row, to whose elements an operand of one element a row is a scalar
     */
    LoopShape shape(boolean chunkIsRow) {
        List<Place> places = new ArrayList<>();
        nest.operands().forEach(o -> places.add(switch (o.access()) {
            case FULL -> Place.FULL;
            case COLUMN, BLOCK -> Place.REPEATED;
            case ROW -> chunkIsRow ? Place.BY_CHUNK : Place.REPEATED;
            case SCALAR -> Place.SCALAR;
        }));
        places.addAll(Collections.nCopies(nest.constants().size(), Place.SCALAR));
        nest.results().forEach(r -> places.add(r.kind().isGathered() ? Place.SUM : Place.FULL));
        places.addAll(Collections.nCopies(temporaries, Place.TEMPORARY));
        return new LoopShape(code, places);
    }

    private void compile() {
        int leaves = results();
        for (int i = 0; i < leaves; i++) {
            location[i] = i;
        }
        for (LoopNest.Instruction i : nest.instructions()) {
            for (int s : i.sources()) {
                uses[s]++;
            }
        }
        for (LoopNest.Result r : nest.results()) {
            uses[r.register()]++;
        }
        for (int i = 0; i < nest.instructions().size(); i++) {
            fold(i);
        }
        for (int i = 0; i < nest.instructions().size(); i++) {
            if (!folded[i]) {
                for (int s : effectiveSources(i)) {
                    lastUse[s] = i;
                }
            }
        }
        for (int k = 0; k < nest.results().size(); k++) {
            LoopNest.Result r = nest.results().get(k);
            for (int s : sumSources(r)) {
                lastUse[s] = Integer.MAX_VALUE;
            }
        }
        for (int i = 0; i < nest.instructions().size(); i++) {
            if (!folded[i]) {
                emit(i);
            }
        }
        // Sums first: a store may take over the memory of an operand that a sum still reads.
        finishAll(LoopNest.Kind.SUM_ROWS);
        finishAll(LoopNest.Kind.SUM_BLOCKS);
        finishAll(LoopNest.Kind.SUM_ALL);
        finishAll(LoopNest.Kind.SUM_COLUMNS);
        finishAll(LoopNest.Kind.STORE);
    }

    private void finishAll(LoopNest.Kind kind) {
        for (int k = 0; k < nest.results().size(); k++) {
            if (nest.results().get(k).kind() == kind && !written[k]) {
                finish(nest.results().get(k), results() + k);
            }
        }
    }

    private LoopNest.Instruction instruction(int register) {
        return nest.instructions().get(register - results());
    }

    private boolean isSingleUse(int register, Class<? extends Op> kind) {
        return register >= results() && uses[register] == 1 && kind.isInstance(instruction(register).op());
    }

    /** Marks instructions that their only user absorbs. */
    private void fold(int i) {
        LoopNest.Instruction in = nest.instructions().get(i);
        if (in.op() instanceof Op.Add) {
            int m = productOperand(in);
            if (m >= 0) {
                folded[in.sources()[m] - results()] = true;
            }
        } else if (in.op() instanceof Op.Multiply) {
            int m = stepOperand(in);
            if (m >= 0) {
                folded[in.sources()[m] - results()] = true;
            }
        }
    }

    private int productOperand(LoopNest.Instruction add) {
        for (int k = 1; k >= 0; k--) {
            int s = add.sources()[k];
            if (isSingleUse(s, Op.Multiply.class) && stepOperand(instruction(s)) < 0) {
                return k;
            }
        }
        return -1;
    }

    private int stepOperand(LoopNest.Instruction multiply) {
        for (int k = 0; k < 2; k++) {
            int s = multiply.sources()[k];
            if (isSingleUse(s, Op.Piecewise.class)
                    && instruction(s).op() instanceof Op.Piecewise(var f) && f == Op.Piecewise.Function.STEP) {
                return k;
            }
        }
        return -1;
    }

    /** Operand registers of an instruction with what it absorbed. */
    private int[] effectiveSources(int i) {
        LoopNest.Instruction in = nest.instructions().get(i);
        if (in.op() instanceof Op.Add && productOperand(in) >= 0) {
            int m = productOperand(in);
            int[] factors = instruction(in.sources()[m]).sources();
            return new int[] {factors[0], factors[1], in.sources()[1 - m]};
        }
        if (in.op() instanceof Op.Multiply && stepOperand(in) >= 0) {
            int m = stepOperand(in);
            return new int[] {in.sources()[1 - m], instruction(in.sources()[m]).sources()[0]};
        }
        return in.sources();
    }

    private void emit(int i) {
        LoopNest.Instruction in = nest.instructions().get(i);
        int[] s = effectiveSources(i);
        int register = nest.register(i);
        // A product that only a sum needs is added up without being written.
        if (uses[register] == 1 && plainProduct(in) && nest.results().stream()
                .anyMatch(r -> r.register() == register && r.kind().isGathered())) {
            return;
        }
        int a = location[s[0]];
        int b = s.length > 1 ? location[s[1]] : a;
        int c = s.length > 2 ? location[s[2]] : a;
        for (int k = 0; k < s.length; k++) {
            release(s[k], i);
        }
        int target = target(register, i);
        location[register] = target;
        double p = 0;
        ElementOp op = switch (in.op()) {
            case Op.Add _ -> s.length == 3 ? ElementOp.MULTIPLY_ADD : ElementOp.ADD;
            case Op.Subtract _ -> ElementOp.SUBTRACT;
            case Op.Multiply _ -> stepOperand(in) >= 0 ? ElementOp.MASK_POSITIVE : ElementOp.MULTIPLY;
            case Op.AtLeast _ -> ElementOp.AT_LEAST;
            case Op.Scale(var factor) -> {
                p = factor;
                yield ElementOp.SCALE;
            }
            case Op.Power(var byX, var byY) -> {
                p = byX + ElementOp.BY_EXPONENT * byY;
                yield ElementOp.POWER;
            }
            case Op.Where _ -> ElementOp.WHERE;
            case Op.Unary(var f) -> FunctionPasses.of(f);
            case Op.Binary(var f) -> FunctionPasses.of(f);
            case Op.Piecewise(var f) -> f == Op.Piecewise.Function.ROUND && isSmall(s[0])
                    ? ElementOp.ROUND_SMALL
                    : FunctionPasses.of(f);
            case Op.StraightThrough _ -> ElementOp.COPY;
            case Op.Leaf _, Op.Reshape _, Op.Permute _, Op.Broadcast _, Op.Sum _, Op.CumulativeSum _, Op.MaxOver _, Op.Pad _, Op.Slice _, Op.Concat _, Op.AvgPool _, Op.AvgPoolTranspose _, Op.MaxPoolIndices _, Op.PoolGather _, Op.PoolScatter _, Op.MatMul _, Op.Conv _, Op.StraightThroughSlope _ ->
                throw new IllegalStateException("not a loop op: " + in.op().label());
        };
        code.add(new ElementPass(op, p, a, b, c, target));
    }

    /** Whether a register was clamped to a part of [0, 2^22]. */
    private boolean isSmall(int register) {
        int low = bounded(register, Op.Binary.Function.MIN);
        return low >= 0 && bounded(low, Op.Binary.Function.MAX) >= 0;
    }

    /** For the minimum or maximum of a register and a constant in [0, 2^22]: the register, otherwise -1. */
    private int bounded(int register, Op.Binary.Function function) {
        if (register < results() || !(instruction(register).op() instanceof Op.Binary(var f)) || f != function) {
            return -1;
        }
        int[] s = instruction(register).sources();
        if (s[1] < nest.operands().size() || s[1] >= results()) {
            return -1;
        }
        double bound = nest.constants().get(s[1] - nest.operands().size());
        // Below zero lies -0 too.
        return Double.compare(bound, 0) >= 0 && bound <= 0x1p22 ? s[0] : -1;
    }

    private boolean plainProduct(LoopNest.Instruction in) {
        return in.op() instanceof Op.Multiply && stepOperand(in) < 0;
    }

    private int[] sumSources(LoopNest.Result r) {
        if (r.kind().isGathered() && r.register() >= results() && uses[r.register()] == 1
                && plainProduct(instruction(r.register()))) {
            return instruction(r.register()).sources();
        }
        return new int[] {r.register()};
    }

    private void finish(LoopNest.Result r, int target) {
        int[] s = sumSources(r);
        int a = location[s[0]];
        int b = location[s[s.length - 1]];
        ElementOp op = !r.kind().isGathered()
                ? ElementOp.COPY
                : s.length == 2 ? ElementOp.SUM_OF_PRODUCTS : ElementOp.SUM;
        code.add(new ElementPass(op, 0, a, b, a, target));
    }

    /** Where instruction i leaves its value: in the result's own memory if nothing still to be read lies there. */
    private int target(int register, int i) {
        for (int k = 0; k < nest.results().size(); k++) {
            LoopNest.Result r = nest.results().get(k);
            if (r.register() == register && !r.kind().isGathered()
                    && (overwritten[k] < 0 || lastUse[overwritten[k]] <= i)) {
                written[k] = true;
                return results() + k;
            }
        }
        return temporary();
    }

    private int temporary() {
        return freeTemporaries.isEmpty() ? firstTemporary() + temporaries++ : freeTemporaries.removeLast();
    }

    private void release(int register, int at) {
        if (location[register] >= firstTemporary() && lastUse[register] == at
                && !freeTemporaries.contains(location[register])) {
            freeTemporaries.add(location[register]);
        }
    }
}
