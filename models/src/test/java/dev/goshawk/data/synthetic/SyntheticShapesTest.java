package dev.goshawk.data.synthetic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.data.DataException;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.SplitMix64;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SyntheticShapesTest {

    private static byte[] pixels(ImageDataset d) {
        byte[] all = new byte[d.size() * d.imageBytes()];
        for (int i = 0; i < d.size(); i++) {
            d.pixels(i, all, i * d.imageBytes());
        }
        return all;
    }

    @Test
    void isAFunctionOfTheSeedAlone() {
        byte[] set = pixels(SyntheticShapes.generate("train", 200, 5));
        assertArrayEquals(set, pixels(SyntheticShapes.generate("train", 200, 5)));
        byte[] larger = pixels(SyntheticShapes.generate("train", 300, 5));
        assertArrayEquals(set, Arrays.copyOf(larger, set.length), "a larger set begins alike");
        Set<Long> sums = new HashSet<>();
        for (byte[] other : new byte[][] {set, pixels(SyntheticShapes.generate("test", 200, 5)),
                pixels(SyntheticShapes.generate("train", 200, 6))}) {
            CRC32 crc = new CRC32();
            crc.update(other);
            sums.add(crc.getValue());
        }
        assertEquals(3, sums.size(), "splits and seeds differ");
    }

    @Test
    void classesAreBalancedAndImagesAreAllDifferent() {
        ImageDataset d = SyntheticShapes.generate("test", 500, 1);
        int[] count = new int[10];
        Set<Integer> distinct = new HashSet<>();
        byte[] rgb = new byte[d.imageBytes()];
        for (int i = 0; i < d.size(); i++) {
            count[d.label(i)]++;
            d.pixels(i, rgb, 0);
            distinct.add(Arrays.hashCode(rgb));
            int label = d.label(i);
            assertTrue(d.name(i).startsWith("test/" + d.classes().get(label) + "/"), d.name(i));
        }
        assertArrayEquals(new int[] {50, 50, 50, 50, 50, 50, 50, 50, 50, 50}, count);
        assertEquals(500, distinct.size());
    }

    /** Images are drawn when they are first asked for: in any order and by many threads, the bytes are those of their order. */
    @Test
    void anImageDoesNotDependOnWhatWasDrawnBefore() {
        byte[] inOrder = pixels(SyntheticShapes.generate("train", 200, 5));
        ImageDataset d = SyntheticShapes.generate("train", 200, 5);
        byte[] scattered = new byte[inOrder.length];
        IntStream.range(0, 400).parallel()
                .forEach(k -> d.pixels(k * 77 % 200, scattered, k * 77 % 200 * d.imageBytes()));
        assertArrayEquals(inOrder, scattered);
        assertThrows(IndexOutOfBoundsException.class, () -> d.pixels(200, scattered, 0));
    }

    @Test
    void refusesOtherSplitsAndSizes() {
        assertEquals("synthetic shapes: expected the split train or test, got 'valid'",
                assertThrows(DataException.class, () -> SyntheticShapes.open("valid")).getMessage());
        assertEquals("synthetic shapes: expected at least one image, got 0",
                assertThrows(DataException.class, () -> SyntheticShapes.generate("train", 0, 1)).getMessage());
        assertEquals(
                "synthetic shapes: 700000 images of 32x32 need 2150400000 bytes, more than the 2 GiB a data set in "
                        + "memory can have",
                assertThrows(DataException.class, () -> SyntheticShapes.generate("train", 700_000, 1)).getMessage());
    }

    /** A signed distance has slope at most 1, changes sign, and is positive outside the disc that a shape fills. */
    @ParameterizedTest
    @EnumSource(Outline.class)
    void outlinesAreSignedDistances(Outline outline) {
        SplitMix64 random = SplitMix64.of(3, outline.ordinal());
        int inside = 0;
        for (int i = 0; i < 2000; i++) {
            double x = random.between(-1.5, 1.5);
            double y = random.between(-1.5, 1.5);
            double dx = random.between(-0.1, 0.1);
            double dy = random.between(-0.1, 0.1);
            double here = outline.distance(x, y);
            assertTrue(Math.abs(outline.distance(x + dx, y + dy) - here) <= Math.hypot(dx, dy) + 1e-12, x + "," + y);
            inside += here < 0 ? 1 : 0;
            assertTrue(here > 0 || x * x + y * y < 1.3, x + "," + y);
        }
        assertTrue(inside > 50, "covers " + inside + " of 2000 points");
    }
}
