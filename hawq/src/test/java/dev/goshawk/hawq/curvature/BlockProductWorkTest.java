package dev.goshawk.hawq.curvature;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.goshawk.autodiff.HessianVectorProduct;
import dev.goshawk.autodiff.Linearization;
import dev.goshawk.graph.Op;
import dev.goshawk.models.Block;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Networks;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.tensor.ConvRole;
import dev.goshawk.tensor.DType;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What a new direction costs in convolutions, counted in the traced graphs. For layers y = x * w after one another, with tangents
 * dx, dw and, of the output's gradient g, dg:
 * <ul>
 * <li>after the block (w fixed): dy = dx * w, one OUTPUT, and back dg_x = w * dg, one INPUT_GRAD;
 * <li>in the block, first convolution (x fixed): dy = x * dw, one OUTPUT; the result's part is x * dg, one WEIGHT_GRAD; nothing
 * goes further back;
 * <li>in the block, second convolution (everything moves): dy = dx * w + x * dw; the part is dx * g + x * dg; back go w * dg and
 * dw * g: two of each role.
 * </ul>
 */
class BlockProductWorkTest {
    private final TracedNetwork resnet20 = Networks.byName("resnet20").trace(DType.FLOAT32, 2, Mode.EVALUATION);

    private static Map<ConvRole, Integer> count(dev.goshawk.graph.Graph graph) {
        Map<ConvRole, Integer> counts = new EnumMap<>(ConvRole.class);
        for (ConvRole role : ConvRole.values()) {
            counts.put(role, 0);
        }
        graph.nodes().forEach(v -> {
            if (v.op() instanceof Op.Conv c) {
                counts.merge(c.role(), 1, Integer::sum);
            }
        });
        return counts;
    }

    private Linearization parts(List<String> weights) {
        return HessianVectorProduct.trace(resnet20.loss(), weights.stream().map(resnet20::parameter).toList(),
                HessianVectorProduct.Mode.FORWARD_OVER_REVERSE, false);
    }

    @Test
    void eachBlocksProductTouchesOnlyTheNetworkFromItOn() {
        int all = 0;
        int after = 19;
        for (Block block : resnet20.blocks()) {
            int own = (int) block.weights().stream().filter(n -> n.contains("conv")).count();
            after -= own;
            Map<ConvRole, Integer> expected = switch (own) {
                case 0 -> Map.of(ConvRole.OUTPUT, 0, ConvRole.INPUT_GRAD, 0, ConvRole.WEIGHT_GRAD, 0);
                case 1 -> Map.of(ConvRole.OUTPUT, 1 + after, ConvRole.INPUT_GRAD, after, ConvRole.WEIGHT_GRAD, 1);
                default -> Map.of(ConvRole.OUTPUT, 3 + after, ConvRole.INPUT_GRAD, 2 + after, ConvRole.WEIGHT_GRAD, 3);
            };
            Map<ConvRole, Integer> counted = count(parts(block.weights()).tangent());
            assertEquals(expected, counted, block.name());
            all += counted.values().stream().mapToInt(Integer::intValue).sum();
        }
        assertEquals(0, after);
        // conv1: 2 + 2 * 18; residual block j of 9: 8 + 2 * 2 * (9 - j); linear: matrix products only. 38 + 216 + 0.
        assertEquals(254, all, "one product for each of the 11 blocks");
    }

    @Test
    void whatDoesNotDependOnTheDirectionIsComputedOnce() {
        // The network is piecewise linear in conv1's weights alone: no product needs a gradient, only the forward pass.
        assertEquals(Map.of(ConvRole.OUTPUT, 19, ConvRole.INPUT_GRAD, 0, ConvRole.WEIGHT_GRAD, 0),
                count(parts(List.of("conv1.weight")).primal()));
        // With two layers in the block, the gradient at the second one's output is needed: back through the 16 after it.
        assertEquals(Map.of(ConvRole.OUTPUT, 19, ConvRole.INPUT_GRAD, 16, ConvRole.WEIGHT_GRAD, 0),
                count(parts(resnet20.block("layer1.0").weights()).primal()));
    }

    @Test
    void theWholeHessianCostsSixConvolutionsALayerButForTheImages() {
        List<String> weights = resnet20.blocks().stream().flatMap(b -> b.weights().stream()).toList();
        Map<ConvRole, Integer> counted = count(parts(weights).tangent());
        // Six a layer; the images have no tangent and nobody asks for their gradient: conv1 lacks one OUTPUT, one WEIGHT_GRAD
        // and both INPUT_GRADs.
        assertEquals(Map.of(ConvRole.OUTPUT, 37, ConvRole.INPUT_GRAD, 36, ConvRole.WEIGHT_GRAD, 37), counted);
    }
}
