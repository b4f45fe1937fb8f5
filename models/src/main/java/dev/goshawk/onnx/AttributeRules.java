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
    private static final List<String> DIRECTIONS = List.of("forward", "reverse", "bidirectional");
    private static final List<String> SUMS = List.of("none", "sum", "mean");
    private static final Map<String, List<String>> ALLOWED = Map.ofEntries(
            Map.entry("Pad.mode", List.of("constant", "reflect", "edge", "wrap")),
            Map.entry("Gelu.approximate", List.of("none", "tanh")),
            Map.entry("DepthToSpace.mode", List.of("DCR", "CRD")),
            Map.entry("ScatterElements.reduction", SCATTERING),
            Map.entry("ScatterND.reduction", SCATTERING),
            Map.entry("Resize.mode", List.of("nearest", "linear", "cubic")),
            Map.entry("Resize.coordinate_transformation_mode",
                    List.of("half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric",
                            "tf_half_pixel_for_nn", "tf_crop_and_resize")),
            Map.entry("Resize.nearest_mode",
                    List.of("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")),
            Map.entry("Resize.keep_aspect_ratio_policy", List.of("stretch", "not_larger", "not_smaller")),
            Map.entry("Upsample.mode", List.of("nearest", "linear", "bilinear")),
            Map.entry("GridSample.mode",
                    List.of("linear", "nearest", "cubic", "bilinear", "bicubic")),
            Map.entry("GridSample.padding_mode", List.of("zeros", "border", "reflection")),
            Map.entry("RoiAlign.mode", List.of("avg", "max")),
            Map.entry("RoiAlign.coordinate_transformation_mode", List.of("half_pixel", "output_half_pixel")),
            Map.entry("TensorScatter.mode", List.of("linear", "circular")),
            Map.entry("BitShift.direction", List.of("LEFT", "RIGHT")),
            Map.entry("RNN.direction", DIRECTIONS),
            Map.entry("GRU.direction", DIRECTIONS),
            Map.entry("LSTM.direction", DIRECTIONS),
            Map.entry("NegativeLogLikelihoodLoss.reduction", SUMS),
            Map.entry("SoftmaxCrossEntropyLoss.reduction", SUMS),
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
                String most = String.join(", ", allowed.subList(0, allowed.size() - 1));
                return Optional.of("attribute " + attribute.getKey() + ": expected " + most
                        + (most.isEmpty() ? "" : " or ") + allowed.getLast() + ", got "
                        + OnnxException.quoted(text.value()));
            }
        }
        return Optional.empty();
    }
}
