package dev.goshawk.onnx.export;

import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
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

    /** Numbers by channel with the name of what they were, or null for anything else. */
    @Nullable Numbers of(Value v) {
        return switch (v.op()) {
            case Op.Input in when inputs.containsKey(in.name()) ->
                new Numbers(in.name(), inputs.getOrDefault(in.name(), new float[0]));
            case Op.Constant c -> new Numbers("constant" + c.value(), new float[] {(float) c.value()});
            case Op.Broadcast _ -> of(v.operand(0));
            case Op.Reshape(var to) when of(v.operand(0)) instanceof Numbers n && to.size() == n.values().length
                    && to.dim(-1) == to.size() ->
                n;
            default -> null;
        };
    }
}
