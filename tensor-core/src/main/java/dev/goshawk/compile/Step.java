package dev.goshawk.compile;

import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import java.util.List;
import java.util.Optional;

/** One unit of work in a plan. */
public sealed interface Step {
    /** Values whose storage is read. */
    List<Value> reads();

    /** Values whose storage is written. */
    List<Value> writes();

    /** A single op. With {@code addTo} the result is added into that value's storage, which the result takes over. */
    record Apply(Op op, List<Value> operands, Value result, Optional<Value> addTo) implements Step {
        @Override
        public List<Value> reads() {
            return operands;
        }

        @Override
        public List<Value> writes() {
            return List.of(result);
        }
    }

    /** A fused pass over elements. */
    record Loop(LoopNest nest) implements Step {
        @Override
        public List<Value> reads() {
            return nest.operands().stream().map(LoopNest.Operand::value).toList();
        }

        @Override
        public List<Value> writes() {
            return nest.results().stream().map(LoopNest.Result::value).toList();
        }
    }
}
