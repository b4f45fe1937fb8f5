package dev.goshawk.packed.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.packed.format.LevelRule.Form;
import dev.goshawk.tensor.Shape;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CodesTest {
    @Test
    void theLowestBitComesFirst() {
        // 101 then 011 then 110, from the lowest bit of the first byte on: 1|10 011 101 = ...
        assertArrayEquals(new byte[] {(byte) 0b10_011_101, 0b1}, Codes.pack(new int[] {0b101, 0b011, 0b110}, 3));
        assertArrayEquals(new byte[] {0x21, 0x03}, Codes.pack(new int[] {1, 2, 3}, 4));
        assertArrayEquals(new byte[] {(byte) 0xFF, 0x00, 0x7F}, Codes.pack(new int[] {255, 0, 127}, 8));
    }

    @Test
    void everyWidthComesBack() {
        SplittableRandom random = new SplittableRandom(1);
        for (int width = 1; width <= 31; width++) {
            int[] values = new int[67];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextInt() & (int) ((1L << width) - 1);
            }
            byte[] packed = Codes.pack(values, width);
            assertEquals((67L * width + 7) / 8, packed.length);
            Codes reader = new Codes(packed, 0, width);
            for (int value : values) {
                assertEquals(value, reader.next(), "width " + width);
            }
        }
    }

    /** Every place of the one code that symmetric levels lack, in sequences that do and do not end with a byte. */
    @Test
    void theLargestCodeIsFoundAnywhere() {
        SplittableRandom random = new SplittableRandom(2);
        for (int width = 1; width <= 8; width++) {
            int largest = (1 << width) - 1;
            for (int count : new int[] {1, 7, 8, 41}) {
                int[] values = new int[count];
                for (int i = 0; i < count; i++) {
                    values[i] = random.nextInt(largest);
                }
                assertFalse(Codes.containsLargest(Codes.pack(values, width), width), width + " bits, " + count);
                for (int i = 0; i < count; i++) {
                    int kept = values[i];
                    values[i] = largest;
                    assertTrue(Codes.containsLargest(Codes.pack(values, width), width), width + " bits, at " + i);
                    values[i] = kept;
                }
            }
        }
        assertFalse(Codes.containsLargest(new byte[0], 4));
    }

    @Test
    void levelsByHand() {
        assertArrayEquals(new float[] {-0.5f, -2, 0.5f, 2},
                new LevelRule(Form.LINEAR, 1, 2, 2, -1, 2).table(new float[] {0.5f, 2}));
        assertArrayEquals(new float[] {-1, 1f / 3 * 2 - 1, 2f / 3 * 2 - 1, 1},
                new LevelRule(Form.UNIT, 2, 4, 1, 0, 0).table(new float[0]));
        assertArrayEquals(new float[] {-5, -3, 3, 5},
                new LevelRule(Form.BASIS, 2, 4, 1, 0, 0).table(new float[] {4, -1}));
        assertArrayEquals(new float[] {0, 1, 4, 5}, LevelRule.sums(new float[] {4, 1}, 2, 1, 0, false));
    }

    @Test
    void elementsAreInPyTorchsOrder() {
        // [height 1, width 2, in 2, out 2]: element (o, i, 0, w) has the code 4 o + 2 i + w.
        PackedWeight weight = new PackedWeight(8, new LevelRule(Form.LINEAR, 3, 8, 1, 0, 1), new float[] {1},
                Codes.pack(new int[] {0, 1, 2, 3, 4, 5, 6, 7}, 3), new int[] {6}, new short[] {-100}, 0.5f);
        assertArrayEquals(new float[] {0, 4, 2, -50, 1, 5, 3, 7}, weight.values(Shape.of(1, 2, 2, 2)).floats());
    }

    /** Any width, numbers of channels that are no multiple of a cache line's, and channels longer than are unpacked at a time. */
    @Test
    void valuesAreThoseOfTheCodesOneByOne() {
        SplittableRandom random = new SplittableRandom(3);
        for (int bits = 1; bits <= 8; bits++) {
            for (Shape shape : new Shape[] {Shape.of(3, 3, 37, 21), Shape.of(300, 7), Shape.of(1, 1, 5, 48),
                    Shape.of(2, 1)}) {
                int groups = random.nextBoolean() ? 1 : shape.dim(-1);
                float[] table = new float[groups << bits];
                for (int i = 0; i < table.length; i++) {
                    table[i] = (float) random.nextGaussian();
                }
                int[] codes = random.ints(shape.size(), 0, 1 << bits).toArray();
                PackedWeight weight = new PackedWeight(codes.length,
                        new LevelRule(Form.TABLE, bits, 1 << bits, groups, 0, 0), table, Codes.pack(codes, bits));
                PackedWeight.Order order = new PackedWeight.Order(shape);
                float[] expected = new float[codes.length + 5];
                for (int i = 0; i < codes.length; i++) {
                    expected[3 + order.target(i)] = table[codes[i] * groups + (groups == 1 ? 0 : order.channel(i))];
                }
                float[] found = new float[expected.length];
                assertEquals(3, weight.values(shape, found, 3).offset());
                assertArrayEquals(expected, found, bits + " bits, " + shape);
                assertArrayEquals(codes, weight.unpacked());
            }
        }
    }

    @Test
    void theLargestCodeIsTheOneThatIsTold() {
        SplittableRandom random = new SplittableRandom(4);
        for (int bits = 2; bits <= 8; bits++) {
            int levels = (1 << bits) - 2;
            int[] codes = random.ints(5000, 0, levels).toArray();
            LevelRule rule = new LevelRule(Form.TABLE, bits, levels, 1, 0, 0);
            for (int at : new int[] {0, 2047, 2048, 4999}) {
                int kept = codes[at];
                codes[at] = levels + random.nextInt(2);
                PackedWeight weight = new PackedWeight(codes.length, rule, new float[levels], Codes.pack(codes, bits));
                assertEquals("expected codes of 0 to " + (levels - 1) + ", got " + codes[at],
                        assertThrows(IllegalArgumentException.class, weight::check).getMessage());
                codes[at] = kept;
            }
            new PackedWeight(codes.length, rule, new float[levels], Codes.pack(codes, bits)).check();
        }
    }
}
