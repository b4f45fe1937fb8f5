package dev.goshawk.cpu.exec.loop;

import dev.goshawk.cpu.exec.slot.CacheLine;
import dev.goshawk.cpu.exec.slot.Scratch;
import dev.goshawk.cpu.exec.slot.Slot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.goshawk.backend.ThreadPool;
import dev.goshawk.backend.Workers;
import dev.goshawk.compile.LoopNest.Access;
import dev.goshawk.compile.LoopNest.Instruction;
import dev.goshawk.compile.LoopNest.Kind;
import dev.goshawk.compile.LoopNest;
import dev.goshawk.cpu.kernel.element.ElementOp;
import dev.goshawk.cpu.kernel.loop.ElementPass;
import dev.goshawk.cpu.kernel.loop.FusedLoop;
import dev.goshawk.cpu.kernel.loop.GeneratedLoop;
import dev.goshawk.cpu.kernel.loop.LoopGenerator;
import dev.goshawk.cpu.kernel.loop.LoopShape;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Generated loops against the passes, bit for bit. */
class LoopKernelTest {
    private static final int[] ROWS = {1, 7, 1000};
    private static final int[] COLUMNS = {1, 3, 16, 17, 64, LoopChunks.WIDE, 133, 1401, 4500};

    private static final List<Op> UNARY = List.of(new Op.Unary(Op.Unary.Function.RELU),
            new Op.Unary(Op.Unary.Function.SQRT), new Op.Unary(Op.Unary.Function.RECIPROCAL),
            new Op.Unary(Op.Unary.Function.ABS), new Op.Piecewise(Op.Piecewise.Function.SIGN),
            new Op.Piecewise(Op.Piecewise.Function.FLOOR),
            new Op.Piecewise(Op.Piecewise.Function.STEP), new Op.Piecewise(Op.Piecewise.Function.ROUND),
            new Op.Scale(0.3));
    private static final List<Op> BINARY = List.of(new Op.Add(), new Op.Add(), new Op.Subtract(), new Op.Multiply(),
            new Op.Multiply(), new Op.AtLeast(), new Op.Binary(Op.Binary.Function.DIVIDE),
            new Op.Binary(Op.Binary.Function.MAX), new Op.Binary(Op.Binary.Function.MIN), new Op.StraightThrough());

    /** A nest's code without sizes; each size gives a nest. */
    private record Code(List<Access> operands, List<Double> constants, List<Instruction> instructions,
            List<Integer> results, List<Kind> kinds, int[] overwritten) {

        LoopNest nest(int rows, int columns) {
            List<LoopNest.Operand> in = new ArrayList<>();
            for (int k = 0; k < operands.size(); k++) {
                in.add(new LoopNest.Operand(value(elements(operands.get(k), rows, columns)), operands.get(k)));
            }
            List<LoopNest.Result> out = new ArrayList<>();
            for (int k = 0; k < results.size(); k++) {
                out.add(new LoopNest.Result(value(elements(kinds.get(k), rows, columns)), results.get(k),
                        kinds.get(k)));
            }
            return new LoopNest(DType.FLOAT32, rows, columns, in, constants, instructions, out);
        }

        private static Value value(int elements) {
            return Value.input("x", DType.FLOAT32, Shape.of(elements));
        }

        static int elements(Access access, int rows, int columns) {
            return switch (access) {
                case FULL -> rows * columns;
                case COLUMN -> columns;
                case ROW -> rows;
                case BLOCK -> (rows % 4 == 0 ? rows / 4 : 1) * columns;
                case SCALAR -> 1;
            };
        }

        static int elements(Kind kind, int rows, int columns) {
            return switch (kind) {
                case STORE -> rows * columns;
                case SUM_ROWS -> columns;
                case SUM_BLOCKS -> elements(Access.BLOCK, rows, columns);
                case SUM_COLUMNS -> rows;
                case SUM_ALL -> 1;
            };
        }
    }

    private static Code random(Random r) {
        List<Access> operands = new ArrayList<>(List.of(Access.FULL));
        for (int k = r.nextInt(6); k > 0; k--) {
            operands.add(Access.values()[r.nextInt(Access.values().length)]);
        }
        List<Double> constants = r.nextBoolean() ? List.of() : List.of(0.7, -1.25);
        int leaves = operands.size() + constants.size();
        List<Instruction> instructions = new ArrayList<>();
        for (int n = 1 + r.nextInt(12); n > 0; n--) {
            int registers = leaves + instructions.size();
            if (r.nextInt(8) == 0) {
                instructions.add(new Instruction(new Op.Where(), r.ints(3, 0, registers).toArray()));
                continue;
            }
            List<Op> family = r.nextInt(3) == 0 ? UNARY : BINARY;
            int arity = family == UNARY ? 1 : 2;
            instructions.add(new Instruction(family.get(r.nextInt(family.size())),
                    r.ints(arity, 0, registers).toArray()));
        }
        List<Integer> results = new ArrayList<>();
        List<Kind> kinds = new ArrayList<>();
        List<Integer> overwritten = new ArrayList<>();
        for (int k = 1 + r.nextInt(4); k > 0; k--) {
            Kind kind = Kind.values()[r.nextInt(Kind.values().length)];
            int register = (kind == Kind.STORE ? leaves : 0)
                    + r.nextInt(instructions.size() + (kind == Kind.STORE ? 0 : leaves));
            int operand = r.nextInt(operands.size());
            boolean over = kind == Kind.STORE && operands.get(operand) == Access.FULL && !overwritten.contains(operand);
            if (kind != Kind.STORE || !results.contains(register)) {
                results.add(register);
                kinds.add(kind);
                overwritten.add(over ? operand : -1);
            }
        }
        return new Code(operands, constants, instructions, results, kinds,
                overwritten.stream().mapToInt(i -> i).toArray());
    }

    /** Some ops, and what is made of several: a loop of all together is more than the JVM's compiler takes. */
    private static Code each(List<Op> ops, boolean several) {
        List<Access> operands = List.of(Access.FULL, Access.FULL, Access.COLUMN, Access.SCALAR);
        List<Double> constants = List.of(0.0, 15.0);
        int leaves = operands.size() + constants.size();
        List<Instruction> instructions = new ArrayList<>();
        List<Integer> results = new ArrayList<>();
        List<Kind> kinds = new ArrayList<>();
        for (Op op : ops) {
            int arity = UNARY.contains(op) ? 1 : 2;
            instructions.add(new Instruction(op, Arrays.copyOf(new int[] {0, 1, 3}, arity)));
            results.add(leaves + instructions.size() - 1);
            kinds.add(Kind.STORE);
        }
        if (several) {
            addSeveral(leaves, instructions, results, kinds);
        }
        int[] overwritten = new int[results.size()];
        Arrays.fill(overwritten, -1);
        overwritten[0] = 1;
        return new Code(operands, constants, instructions, results, kinds, overwritten);
    }

    private static void addSeveral(int leaves, List<Instruction> instructions, List<Integer> results,
            List<Kind> kinds) {
        instructions.add(new Instruction(new Op.Where(), new int[] {1, 0, 2}));
        results.add(leaves + instructions.size() - 1);
        kinds.add(Kind.STORE);
        // a * b + c, a where b is positive, and sums of a value and of a product.
        int next = leaves + instructions.size();
        instructions.add(new Instruction(new Op.Multiply(), new int[] {0, 2}));
        instructions.add(new Instruction(new Op.Add(), new int[] {1, next}));
        instructions.add(new Instruction(new Op.Piecewise(Op.Piecewise.Function.STEP), new int[] {1}));
        instructions.add(new Instruction(new Op.Multiply(), new int[] {next + 2, next + 1}));
        instructions.add(new Instruction(new Op.Multiply(), new int[] {next + 1, next + 3}));
        // Rounded when it has been clamped: what fake quantization is made of.
        instructions.add(new Instruction(new Op.Binary(Op.Binary.Function.MAX), new int[] {0, leaves - 2}));
        instructions.add(new Instruction(new Op.Binary(Op.Binary.Function.MIN), new int[] {next + 5, leaves - 1}));
        instructions.add(new Instruction(new Op.Piecewise(Op.Piecewise.Function.ROUND), new int[] {next + 6}));
        results.addAll(List.of(next + 1, next + 3, next + 4, next + 7));
        kinds.addAll(List.of(Kind.SUM_ROWS, Kind.STORE, Kind.SUM_ALL, Kind.STORE));
    }

    /** What the results are after a run on the same operands, all in one slab as in an executable. */
    private static float[] run(Code code, int rows, int columns, Workers workers, @Nullable GeneratedLoop loop) {
        LoopNest nest = code.nest(rows, columns);
        List<Value> values = new ArrayList<>();
        nest.operands().forEach(o -> values.add(o.value()));
        nest.results().forEach(o -> values.add(o.value()));
        int n = values.stream().mapToInt(v -> v.shape().size() + 16).sum();
        float[] slab = new float[n];
        Random r = new Random(rows * 31L + columns);
        for (int i = 0; i < n; i++) {
            slab[i] = switch (r.nextInt(50)) {
                case 0 -> 0;
                case 1 -> -0.0f;
                case 2 -> Float.POSITIVE_INFINITY;
                case 3 -> Float.NaN;
                default -> (float) (3 * r.nextGaussian());
            };
        }
        Slot[] slots = new Slot[values.size()];
        int operands = nest.operands().size();
        int at = 5;
        for (int k = 0; k < slots.length; k++) {
            slots[k] = new Slot();
            if (k >= operands && code.overwritten()[k - operands] >= 0) {
                slots[k] = slots[code.overwritten()[k - operands]];
                continue;
            }
            slots[k].bind(Tensor.view(values.get(k).shape(), slab, at));
            at += values.get(k).shape().size();
        }
        Scratch scratch = new Scratch();
        LoopKernel kernel = new LoopKernel(nest, code.overwritten(), Arrays.copyOf(slots, operands),
                Arrays.copyOfRange(slots, operands, slots.length), rows == 7, scratch, workers.threads());
        kernel.run(workers, loop);
        return slab;
    }

    private static void assertSameBits(Code code, GeneratedLoop loop, int rows, int columns) {
        float[] passes = run(code, rows, columns, Workers.SINGLE, null);
        assertArrayEquals(passes, run(code, rows, columns, Workers.SINGLE, loop), () -> rows + "x" + columns + code);
    }

    private static LoopShape shape(Code code, boolean wide) {
        return LoopProgram.of(code.nest(1000, 16), code.overwritten()).shape(wide);
    }

    @Test
    void randomNestsGiveTheBitsOfThePasses() throws ReflectiveOperationException {
        Random r = new Random(1);
        for (int k = 0; k < 60; k++) {
            Code code = random(r);
            GeneratedLoop narrow = LoopGenerator.generate(shape(code, false));
            GeneratedLoop wide = LoopGenerator.generate(shape(code, true));
            // A chunk of less than a vector is not for generated loops.
            for (int columns : COLUMNS) {
                for (int rows : ROWS) {
                    if (rows * columns >= GeneratedLoop.LANES
                            && (rows * columns < 20_000 || k % 10 == 0 && columns < 1000)) {
                        assertSameBits(code, LoopChunks.isWide(code.nest(rows, columns)) ? wide : narrow, rows,
                                columns);
                    }
                }
            }
        }
    }

    /** Tagged: it may wait twenty seconds for the JVM, which is once enough. */
    @Test
    @Tag("waits-for-compiler")
    void everyOpOfACompiledLoopGivesTheBitsOfThePasses() {
        List<Code> codes = List.of(each(UNARY, true), each(BINARY.subList(0, 5), false),
                each(BINARY.subList(5, BINARY.size()), false));
        Set<ElementOp> missing = Arrays.stream(ElementOp.values()).filter(ElementOp::hasVectorForm)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(ElementOp.class)));
        codes.forEach(code -> shape(code, false).passes().forEach(pass -> missing.remove(pass.op())));
        assertEquals(Set.of(), missing, "without a row in UNARY, BINARY or addSeveral()");
        for (Code code : codes) {
            FusedLoop fused = FusedLoop.of(shape(code, false));
            assertTrue(fused != null);
            fused.make();
            GeneratedLoop loop = fused.loop();
            assumeTrue(loop != null, "the JVM compiled no loop in time");
            compare(code, loop);
        }
    }

    private static void compare(Code code, GeneratedLoop loop) {
        Workers two = ThreadPool.ofThreads(2);
        for (int columns : COLUMNS) {
            if (columns >= LoopChunks.WIDE) {
                continue;
            }
            assertSameBits(code, loop, 1000, columns);
            assertArrayEquals(run(code, 1000, columns, Workers.SINGLE, null), run(code, 1000, columns, two, loop));
        }
    }
}
