package dev.goshawk.compile;

import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import java.util.List;

/**
 * One pass over {@code rows x columns} elements that computes elementwise values and sums of them together, so that what lies between
 * them never touches memory. Registers in order: the operands, the constants, then one for each instruction.
 *
 * @param columns extent of the row-broadcast operands and column sums; 1 where there are none
 */
public record LoopNest(DType dtype, int rows, int columns, List<Operand> operands, List<Double> constants,
        List<Instruction> instructions, List<Result> results) {

    /** How an operand is read. */
    public enum Access {
        /** One element for each of the loop's. */
        FULL,
        /** One element a column, the same for every row. */
        COLUMN,
        /** One element a row, the same for every column. */
        ROW,
        /** One element a column for each of some equal blocks of rows. */
        BLOCK,
        /** One element for all. */
        SCALAR
    }

    /** How a result leaves the loop. */
    public enum Kind {
        /** Every element. */
        STORE,
        /** Summed over rows, one element a column. */
        SUM_ROWS,
        /** Summed over the rows of each of some equal blocks, one element a column for each block. */
        SUM_BLOCKS,
        /** Summed over columns, one element a row. */
        SUM_COLUMNS,
        /** Summed over everything. */
        SUM_ALL;

        /** Whether a result adds up rows, so that it is not complete when its row is. */
        public boolean isGathered() {
            return this == SUM_ROWS || this == SUM_BLOCKS || this == SUM_ALL;
        }

        /** Whether a result is complete only when the loop has ended. */
        public boolean isOfWhole() {
            return this == SUM_ROWS || this == SUM_ALL;
        }
    }

    /** A value read. */
    public record Operand(Value value, Access access) {
    }

    /** One arithmetic op on registers. */
    public record Instruction(Op op, int[] sources) {
    }

    /** A value written. */
    public record Result(Value value, int register, Kind kind) {
    }

    /** Elements of one pass. */
    public int size() {
        return rows * columns;
    }

    /** Equal blocks of rows that results are summed over; 1 where none are. */
    public int blocks() {
        return results.stream().filter(r -> r.kind() == Kind.SUM_BLOCKS)
                .mapToInt(r -> r.value().shape().size() / columns).findFirst().orElse(1);
    }

    /** Register of instruction i. */
    public int register(int instruction) {
        return operands.size() + constants.size() + instruction;
    }
}
