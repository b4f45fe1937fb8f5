package dev.goshawk.onnx.format;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Names for values that a model gets. */
public final class FreeNames {
    private final Set<String> taken = new HashSet<>();
    /** The last number behind each name. */
    private final Map<String, Integer> last = new HashMap<>();

    /** Without those of a model's own values. */
    public FreeNames(OnnxModel model) {
        taken.addAll(model.initializers().keySet());
        model.inputs().forEach(i -> taken.add(i.name()));
        model.nodes().forEach(n -> taken.addAll(n.outputs()));
    }

    /** Takes a name: this one if it is free, else this one with a number behind it. */
    public String take(String name) {
        String free = name;
        while (!taken.add(free)) {
            free = name + "." + last.merge(name, 2, (number, _) -> number + 1);
        }
        return free;
    }
}
