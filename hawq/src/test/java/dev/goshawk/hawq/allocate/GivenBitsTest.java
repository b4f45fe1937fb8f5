package dev.goshawk.hawq.allocate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.goshawk.hawq.method.Methods;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.models.Block;
import java.util.List;
import org.junit.jupiter.api.Test;

class GivenBitsTest {
    private static final List<Block> BLOCKS = List.of(new Block("a", List.of("a.weight"), 10, 1),
            new Block("b", List.of("b.weight"), 30, 1));
    private static final SizeTarget TARGET = SizeTarget.ratio(8);

    @Test
    void areTakenAsTheyAre() {
        GivenBits given = new GivenBits(List.of(BitWidth.B8, BitWidth.FLOAT), true);
        assertEquals("8,32", given.choose(AllocationTask.of(BLOCKS, TARGET)).list());
        assertEquals(List.of(BitWidth.B8), given.widths());
        assertEquals("bits 8,32", given.describe(TARGET));
        assertEquals("2,2", GivenBits.everywhere(BitWidth.B2).choose(AllocationTask.of(BLOCKS, TARGET)).list());
    }

    @Test
    void asManyAsThereAreBlocks() {
        GivenBits three = new GivenBits(List.of(BitWidth.B8, BitWidth.B8, BitWidth.B8), true);
        assertThrows(IllegalArgumentException.class, () -> three.requireReachable(BLOCKS, TARGET));
    }

    @Test
    void targetsSayWhatTheyAre() {
        assertEquals("ratio 8.0", Methods.byName("direct").policy().describe(TARGET));
        assertEquals("size 0.5 MiB", Methods.byName("hawq").policy().describe(SizeTarget.mebibytes(0.5)));
    }
}
