package dev.goshawk.hawq.curvature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.goshawk.models.Block;
import java.util.List;
import org.junit.jupiter.api.Test;

class BlockCurvatureTest {
    private static final Block A = new Block("a", List.of("a.weight"), 4, 1);
    private static final Block B = new Block("b", List.of("b.weight"), 8, 1);

    @Test
    void isJoinedByBlockWhateverTheOrder() {
        List<BlockCurvature> backward = List.of(BlockCurvature.of(B, -16), BlockCurvature.of(A, 1));
        assertEquals(1, BlockCurvature.of(A, backward).eigenvalue());
        assertEquals(2, BlockCurvature.of(B, backward).sensitivity());
        assertEquals("curvature: expected one of block c, got those of [b, a]",
                assertThrows(IllegalArgumentException.class,
                        () -> BlockCurvature.of(new Block("c", List.of("c"), 1, 1), backward)).getMessage());
        assertEquals("curvature of block a: expected that of weights [a.other], got that of [a.weight]",
                assertThrows(IllegalArgumentException.class,
                        () -> BlockCurvature.of(new Block("a", List.of("a.other"), 4, 1), backward)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> BlockCurvature.of(A, Double.NaN));
        assertEquals(0.25, new BlockCurvature(A, -2, 0.5, null, null, 3, false).relativeResidual());
    }
}
