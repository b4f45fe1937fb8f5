package dev.goshawk.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.data.synthetic.SyntheticShapes;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import dev.goshawk.tensor.Tensor;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BatchesTest {
    private static final ImageDataset SHAPES = SyntheticShapes.generate("train", 50, 1);

    private static Batches batches(long seed) {
        return new Batches(SHAPES, Normalization.IMAGENET, seed);
    }

    @Test
    void normalisesInBothTypesAndMarksLabels() {
        Batches b = batches(1);
        Tensor x = Tensor.zeros(DType.FLOAT32, b.imageShape(3));
        Tensor x64 = Tensor.zeros(DType.FLOAT64, b.imageShape(3));
        Tensor y = Tensor.zeros(DType.FLOAT32, b.labelShape(3));
        assertEquals(3, b.fill(new int[] {9, 7, 12, 0}, 1, x, y));
        assertEquals(3, b.fill(new int[] {9, 7, 12, 0}, 1, x64, y));
        byte[] rgb = new byte[SHAPES.imageBytes()];
        SHAPES.pixels(12, rgb, 0);
        double[] mean = {0.485, 0.456, 0.406};
        double[] std = {0.229, 0.224, 0.225};
        for (int i = 0; i < rgb.length; i++) {
            double expected = ((rgb[i] & 0xFF) / 255.0 - mean[i % 3]) / std[i % 3];
            assertEquals(expected, x64.get(rgb.length + i), 0.0);
            assertEquals((float) expected, x.get(rgb.length + i), 0.0);
        }
        assertArrayEquals(new float[] {0, 0, 0, 0, 0, 0, 0, 1, 0, 0}, Arrays.copyOf(y.floats(), 10));
        assertEquals(1, y.get(10 + 2));
        assertEquals(1, y.get(20));
    }

    @Test
    void zerosTheRowsPastTheEnd() {
        Batches b = batches(1);
        Tensor x = Tensor.zeros(DType.FLOAT32, b.imageShape(4));
        Tensor y = Tensor.zeros(DType.FLOAT64, b.labelShape(4));
        x.fill(5);
        y.fill(5);
        assertEquals(1, b.fill(new int[] {3, 4}, 1, x, y));
        assertEquals(0, Arrays.stream(x.toDoubles()).skip(3072).filter(v -> v != 0).count());
        assertEquals(1.0, Arrays.stream(y.toDoubles()).sum());
    }

    @Test
    void theOrderIsAPermutationOfSeedAndEpoch() {
        int[] first = batches(1).order(0);
        assertArrayEquals(first, batches(1).order(0));
        assertArrayEquals(batches(1).inOrder(), Arrays.stream(first).sorted().toArray());
        assertFalse(Arrays.equals(first, batches(1).order(1)));
        assertFalse(Arrays.equals(first, batches(2).order(0)));
    }

    @Test
    void augmentationDependsOnSeedEpochAndImageAlone() {
        Batches b = batches(1);
        Tensor all = Tensor.zeros(DType.FLOAT32, b.imageShape(50));
        Tensor labels = Tensor.zeros(DType.FLOAT32, b.labelShape(50));
        assertEquals(50, b.fill(b.inOrder(), 0, all, labels, Augmentation.CIFAR, 7));
        Tensor one = Tensor.zeros(DType.FLOAT32, b.imageShape(1));
        Tensor label = Tensor.zeros(DType.FLOAT32, b.labelShape(1));
        assertEquals(1, batches(1).fill(new int[] {33}, 0, one, label, Augmentation.CIFAR, 7));
        assertArrayEquals(Arrays.copyOfRange(all.floats(), 33 * 3072, 34 * 3072), one.floats());
        assertEquals(1, b.fill(new int[] {33}, 0, one, label, Augmentation.CIFAR, 8));
        assertFalse(Arrays.equals(Arrays.copyOfRange(all.floats(), 33 * 3072, 34 * 3072), one.floats()));
    }

    /** Every variant is one of the 81 crops of the padded image, mirrored or not, and all offsets come up. */
    @Test
    void augmentationCropsAndMirrors() {
        int side = 32;
        byte[] image = new byte[SHAPES.imageBytes()];
        SHAPES.pixels(0, image, 0);
        for (int i = 0; i < image.length; i++) {
            image[i] |= 1;
        }
        byte[] out = new byte[image.length];
        Set<Integer> seen = new HashSet<>();
        for (int epoch = 0; epoch < 2000; epoch++) {
            Augmentation.CIFAR.apply(image, side, side, 1, epoch, 0, out);
            int found = -1;
            for (int v = 0; v < 162 && found < 0; v++) {
                found = isVariant(image, out, v / 2 / 9 - 4, v / 2 % 9 - 4, v % 2 == 1) ? v : -1;
            }
            assertTrue(found >= 0, "epoch " + epoch + " is no crop");
            seen.add(found);
        }
        assertEquals(162, seen.size());
        Augmentation.NONE.apply(image, side, side, 1, 3, 0, out);
        assertArrayEquals(image, out);
    }

    private static boolean isVariant(byte[] image, byte[] out, int dy, int dx, boolean mirror) {
        for (int y = 0; y < 32; y++) {
            for (int x = 0; x < 32; x++) {
                int sy = y + dy;
                int sx = (mirror ? 31 - x : x) + dx;
                boolean inside = sy >= 0 && sy < 32 && sx >= 0 && sx < 32;
                for (int c = 0; c < 3; c++) {
                    if (out[(y * 32 + x) * 3 + c] != (inside ? image[(sy * 32 + sx) * 3 + c] : 0)) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    @Test
    void refusesOtherShapesAndParameters() {
        Batches b = batches(1);
        Tensor y = Tensor.zeros(DType.FLOAT32, b.labelShape(2));
        Tensor wrong = Tensor.zeros(DType.FLOAT32, Shape.of(2, 3, 32, 32));
        assertEquals("batch: expected images float32 or float64 [2,32,32,3], got float32 [2,3,32,32]",
                assertThrows(ShapeMismatchException.class, () -> b.fill(b.inOrder(), 0, wrong, y)).getMessage());
        Tensor x = Tensor.zeros(DType.FLOAT32, b.imageShape(3));
        assertEquals("batch: expected labels float32 or float64 [3,10], got float32 [2,10]",
                assertThrows(ShapeMismatchException.class, () -> b.fill(b.inOrder(), 0, x, y)).getMessage());
        assertEquals("augmentation: padding must not be negative, got -1",
                assertThrows(DataException.class, () -> new Augmentation(-1, true)).getMessage());
        assertTrue(assertThrows(DataException.class, () -> new Normalization(new double[3], new double[3])).getMessage()
                .startsWith("normalization: expected three means and three positive deviations"));
    }

    /** SplitMix64's published first outputs for seed 1234567. */
    @Test
    void randomNumbersAreSplitMix64() {
        long gamma = 0x9E3779B97F4A7C15L;
        assertEquals(6457827717110365317L, SplitMix64.mix(1234567 + gamma));
        assertEquals(3203168211198807973L, SplitMix64.mix(1234567 + 2 * gamma));
    }
}
