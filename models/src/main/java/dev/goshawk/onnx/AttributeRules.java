package dev.goshawk.onnx;

import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.format.OnnxNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Values of attributes that operators are defined for, where they are texts: a node with another one is refused before anything is traced. */
final class AttributeRules {
    private static final List<String> PADDING = List.of("NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID");
    private static final List<String> SCATTERING = List.of("none", "add", "mul", "max", "min");
    private static final Map<String, List<String>> ALLOWED = Map.ofEntries(
            Map.entry("Pad.mode", List.of("constant", "reflect", "edge", "wrap")),
            Map.entry("Gelu.approximate", List.of("none", "tanh")),
            Map.entry("DepthToSpace.mode", List.of("DCR", "CRD")),
            Map.entry("ScatterElements.reduction", SCATTERING),
            Map.entry("ScatterND.reduction", SCATTERING),
            Map.entry("Conv.auto_pad", PADDING),
            Map.entry("ConvTranspose.auto_pad", PADDING),
            Map.entry("MaxPool.auto_pad", PADDING),
            Map.entry("AveragePool.auto_pad", PADDING),
            Map.entry("LpPool.auto_pad", PADDING));

    private AttributeRules() {
    }

    static Optional<String> refusal(OnnxNode node) {
        for (var attribute : node.attributes().entrySet()) {
            List<String> allowed = ALLOWED.get(node.operator() + "." + attribute.getKey());
            if (allowed != null && attribute.getValue() instanceof OnnxNode.Attribute.Text text
                    && !allowed.contains(text.value())) {
                return Optional.of("attribute " + attribute.getKey() + ": expected " + String.join(", ", allowed)
                        + ", got " + OnnxException.quoted(text.value()));
            }
        }
        return Optional.empty();
    }
}
