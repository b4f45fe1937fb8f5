package dev.goshawk.hawq.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HeapTest {
    private static final long MEBIBYTE = 1 << 20;

    /** What a plan of 151 MiB was seen to need: it ran out of memory in pools of 168 to 208 MiB, and passed in one of 232. */
    @Test
    void smallHeapsKeepMoreAside() {
        assertTrue(Heap.limit(208 * MEBIBYTE) < 151 * MEBIBYTE);
        assertTrue(Heap.limit(232 * MEBIBYTE) >= 151 * MEBIBYTE);
        assertEquals(7 * MEBIBYTE, Heap.limit(10 * MEBIBYTE));
        assertEquals(9500 * MEBIBYTE, Heap.limit(10_000 * MEBIBYTE));
    }

    @Test
    void moreRoomIsNeverLess() {
        for (long whole = 1; whole < 3000; whole++) {
            assertTrue(Heap.limit(whole * MEBIBYTE) <= Heap.limit((whole + 1) * MEBIBYTE), whole + " MiB");
        }
    }
}
