package dev.goshawk.hawq.quantize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ActivationRangeTest {
    @Test
    void movingAverageByHand() {
        ActivationRange range = new ActivationRange();
        range.observe(2);
        range.observe(3);
        assertEquals(2.1, range.range(), 1e-15);
        assertEquals(2.1 / 15, range.scale(BitWidth.B4), 1e-15);
        ActivationRange again = new ActivationRange(range.state());
        range.observe(1);
        again.observe(1);
        assertEquals(1.99, again.range(), 1e-15);
        assertEquals(range.state(), again.state());
    }

    @Test
    void silentActivation() {
        ActivationRange range = new ActivationRange();
        assertEquals(1, range.scale(BitWidth.B4));
        range.observe(0);
        assertEquals(1, range.scale(BitWidth.B4));
    }

    @Test
    void badInput() {
        ActivationRange range = new ActivationRange();
        assertThrows(IllegalArgumentException.class, () -> range.observe(-1));
        assertThrows(IllegalArgumentException.class, () -> range.observe(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> new ActivationRange.State(1, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> ActivationRange.highestLevel(BitWidth.FLOAT));
    }
}
