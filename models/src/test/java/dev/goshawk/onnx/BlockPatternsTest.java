package dev.goshawk.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.goshawk.onnx.BlockPatterns.Layer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlockPatternsTest {
    private static final List<Layer> RESNET = layers("conv1", "layer1.0.conv1", "layer1.0.conv2",
            "layer1.0.downsample.0",
            "layer1.1.conv1", "layer2.0.conv1", "fc");

    private static List<Layer> layers(String... names) {
        List<Layer> layers = new ArrayList<>();
        for (String name : names) {
            layers.add(new Layer(name, "/" + name.replace('.', '/') + "/Conv"));
        }
        return layers;
    }

    private static String blocks(String patterns) {
        return String.join(" ", BlockPatterns.parse(patterns).assign(RESNET).values());
    }

    @Test
    void withoutPatternsEachLayerIsABlock() {
        assertEquals("[conv1, fc]", BlockPatterns.NONE.assign(layers("conv1", "fc")).values().toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "layer1.*|conv1 layer1.* layer1.* layer1.* layer1.* layer2.0.conv1 fc",
            "stem=conv1, one=layer1.*, two=layer2.*|stem one one one one two fc",
            "(layer?.?).*|conv1 layer1.0 layer1.0 layer1.0 layer1.1 layer2.0 fc",
            "(layer*.*).*|conv1 layer1.0 layer1.0 layer1.0 layer1.1 layer2.0 fc",
            "ends=conv1,ends=fc|ends layer1.0.conv1 layer1.0.conv2 layer1.0.downsample.0 layer1.1.conv1 layer2.0.conv1 ends",
            "all=*|all all all all all all all",
            // By nodes, where weights are numbered.
            "(/layer?)/*|conv1 /layer1 /layer1 /layer1 /layer1 /layer2 fc",
            // Two patterns may put a layer into the same block.
            "a=layer1.0.*,a=layer1.*|conv1 a a a a layer2.0.conv1 fc"})
    void layersAreGroupedByTheirNames(String patterns, String expected) {
        assertEquals(expected, blocks(patterns));
    }

    @Test
    void characterOfExpressionsStandForThemselves() {
        assertEquals("[b, a.b[0]+]", BlockPatterns.parse("b=a?b").assign(layers("a.b", "a.b[0]+")).values().toString());
        assertEquals("[b, b]", BlockPatterns.parse("b=a.b*").assign(layers("a.b", "a.b[0]+")).values().toString());
        assertEquals("blocks: 'a+' matches no layer; there are aa (/aa/Conv)",
                assertThrows(IllegalArgumentException.class, () -> BlockPatterns.parse("a+").assign(layers("aa")))
                        .getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
            "layer9.*|blocks: 'layer9.*' matches no layer; there are conv1 (/conv1/Conv), layer1.0.conv1 "
                    + "(/layer1/0/conv1/Conv), layer1.0.conv2 (/layer1/0/conv2/Conv), layer1.0.downsample.0 "
                    + "(/layer1/0/downsample/0/Conv), layer1.1.conv1 (/layer1/1/conv1/Conv), layer2.0.conv1 "
                    + "(/layer2/0/conv1/Conv), fc (/fc/Conv)",
            "layer1.*,*conv1|blocks: layer 'layer1.0.conv1' is in the block 'layer1.*' by 'layer1.*' and in '*conv1' by "
                    + "'*conv1', expected one block",
            "fc=conv1|blocks: a block is called 'fc' like a layer outside of it, expected another name",
            "(*)conv1|blocks: '(*)conv1' leaves the block of layer 'conv1' without a name"})
    void patternsThatDoNotFitAreRefused(String patterns, String message) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, () -> blocks(patterns)).getMessage());
    }

    @Test
    void malformedPatternsAreRefused() {
        for (String list : List.of("", "a,,b", "a,", "=a", "a=", " , ")) {
            String message = assertThrows(IllegalArgumentException.class, () -> BlockPatterns.parse(list)).getMessage();
            assertEquals("blocks: expected PATTERN or NAME=PATTERN between commas, got '", message.substring(0, 62));
        }
        for (String one : List.of("(", ")", "()", ")a(", "(a)(b)", "((a))", "x=(a)", "(a", "a)")) {
            assertEquals("blocks: expected one pair of parentheses around the block's name, or a name before '=', got '"
                    + one + "'",
                    assertThrows(IllegalArgumentException.class, () -> BlockPatterns.parse(one)).getMessage());
        }
    }
}
