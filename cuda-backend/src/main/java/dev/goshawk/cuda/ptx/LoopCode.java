package dev.goshawk.cuda.ptx;

import dev.goshawk.compile.LoopNest;
import dev.goshawk.compile.LoopNest.Access;
import dev.goshawk.compile.LoopNest.Instruction;
import dev.goshawk.compile.LoopNest.Kind;
import dev.goshawk.tensor.DType;
import java.util.List;

/**
 * What one fused loop computes, without where its operands lie: as a {@link LoopNest} counts registers, operands first, then
 * constants, then one for each instruction.
 */
public record LoopCode(DType dtype, List<Access> operands, List<Double> constants, List<Instruction> instructions,
        List<Output> results) {

    /** A register's value leaving the loop. */
    public record Output(int register, Kind kind) {
    }

    /** The code of a nest. */
    public static LoopCode of(LoopNest nest) {
        return new LoopCode(nest.dtype(), nest.operands().stream().map(LoopNest.Operand::access).toList(),
                nest.constants(), nest.instructions(),
                nest.results().stream().map(r -> new Output(r.register(), r.kind())).toList());
    }

    /** Sums of so many arrays, each by itself. */
    public static LoopCode sums(DType dtype, int arrays, Kind kind) {
        List<Integer> each = java.util.stream.IntStream.range(0, arrays).boxed().toList();
        return new LoopCode(dtype, each.stream().map(_ -> Access.FULL).toList(), List.of(), List.of(),
                each.stream().map(i -> new Output(i, kind)).toList());
    }

    /** Whether the loop has to know which column an element is in. */
    boolean hasColumns() {
        return operands.contains(Access.COLUMN) || results.stream().anyMatch(r -> r.kind() == Kind.SUM_ROWS);
    }

    boolean hasSums() {
        return results.stream().anyMatch(r -> r.kind() != Kind.STORE);
    }
}
