package dev.goshawk.onnx.flow;

import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.OnnxNode;
import dev.goshawk.onnx.format.Subgraph;
import java.util.HashSet;
import java.util.Set;

/** What the body of a loop says about going on. */
final class LoopCondition {
    private LoopCondition() {
    }

    /** Whether a loop's condition is what it is given, or a true array, whatever happens. */
    static boolean isAlways(Subgraph.Body body) {
        String name = body.outputs().getFirst();
        ConstantArray array = null;
        Set<String> seen = new HashSet<>();
        while (seen.add(name)) {
            for (OnnxNode node : body.nodes()) {
                if (!node.outputs().contains(name)) {
                    continue;
                }
                if ("Identity".equals(node.operator()) && !node.inputs().isEmpty()) {
                    name = node.inputs().getFirst();
                } else if ("Constant".equals(node.operator())
                        && node.attributes().get("value") instanceof OnnxNode.Attribute.Array(var value)) {
                    array = value;
                }
            }
        }
        array = array == null ? body.initializers().get(name) : array;
        return body.inputs().size() > 1 && name.equals(body.inputs().get(1))
                || (array != null && array.size() == 1 && array.real(0) != 0);
    }
}
