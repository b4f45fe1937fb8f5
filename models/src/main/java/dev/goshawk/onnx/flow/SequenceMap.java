package dev.goshawk.onnx.flow;

import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.format.OnnxNode;
import dev.goshawk.onnx.format.Subgraph;
import dev.goshawk.onnx.op.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A body for each array of the first sequence; other inputs are sequences of that length too, or arrays that are the same for all. */
final class SequenceMap {
    private SequenceMap() {
    }

    /**
     * Writes the bodies.
     *
     * @param given what the node's inputs stand for
     */
    static void write(OnnxNode node, List<Term> given, Inlined inlined) {
        if (given.isEmpty()) {
            throw new OnnxException("expected a sequence, got no input");
        }
        Subgraph graph = node.graph("body");
        Subgraph.Body body = graph.read();
        int count = given.getFirst().parts().size();
        ControlFlow.requireFew(count, body);
        List<List<String>> collected = ControlFlow.lists(body.outputs().size());
        for (int i = 0; i < count; i++) {
            List<String> inputs = new ArrayList<>();
            for (int k = 0; k < given.size(); k++) {
                String name = node.inputs().get(k);
                inputs.add(given.get(k).isSequence()
                        ? inlined.add("SequenceAt", List.of(name, inlined.number(i)), name + ".part", Map.of())
                        : name);
            }
            List<String> results = inlined.body(graph, body, inputs);
            for (int k = 0; k < results.size(); k++) {
                collected.get(k).add(results.get(k));
            }
        }
        for (int k = 0; k < collected.size() && k < node.outputs().size(); k++) {
            inlined.output(k, inlined.add("SequenceConstruct", collected.get(k), node.outputs().get(k) + ".all",
                    Map.of()));
        }
    }
}
