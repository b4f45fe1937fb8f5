package dev.goshawk.onnx.export;

import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.Shape;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What of a graph is a number for each channel: such inputs, constants, and both repeated or with more axes. */
final class ChannelNumbers {
    private final Map<String, float[]> inputs = new HashMap<>();

    /** Numbers by channel, or one for all. */
    @SuppressWarnings("ArrayRecordComponent")
    record Numbers(String name, float[] values) {
        float at(int channel) {
            return values[values.length == 1 ? 0 : channel];
        }
    }

    /** Says what an input holds. */
    void put(String input, float[] values) {
        inputs.put(input, values);
    }

    /** Numbers by channel, the last axis, with the name of what they were; null for anything else. */
    @Nullable Numbers of(Value v) {
        return switch (v.op()) {
            case Op.Input in when isVector(v.shape()) -> known(in);
            case Op.Constant c -> new Numbers("constant" + c.value(), new float[] {(float) c.value()});
            case Op.Broadcast _ -> of(v.operand(0));
            case Op.Reshape(var to) when isVector(to) && whole(v.operand(0)) instanceof Numbers n
                    && n.values().length == to.size() ->
                n;
            default -> null;
        };
    }

    /** Whether all elements lie along the last axis. */
    private static boolean isVector(Shape shape) {
        return shape.size() == 1 || shape.rank() > 0 && shape.dim(-1) == shape.size();
    }

    /** An input's numbers, whatever its axes. */
    private @Nullable Numbers whole(Value v) {
        return v.op() instanceof Op.Input in ? known(in) : of(v);
    }

    private @Nullable Numbers known(Op.Input in) {
        float[] values = inputs.get(in.name());
        return values == null ? null : new Numbers(in.name(), values);
    }
}
