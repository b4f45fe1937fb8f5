package dev.goshawk.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxFaultsTest {
    @TempDir
    Path folder;

    static OnnxBytes images() {
        return new OnnxBytes(13).input("x", 1, 1, 3, 4, 4);
    }

    private String message(OnnxBytes model) throws IOException {
        return message(model.toBytes());
    }

    private String message(byte[] bytes) throws IOException {
        return message(folder, bytes);
    }

    /** The one line with which a file of these bytes is refused, without its name. */
    static String message(Path folder, byte[] bytes) throws IOException {
        Path file = Files.write(folder.resolve("faulty.onnx"), bytes);
        String message = assertThrows(OnnxException.class, () -> OnnxNetwork.read(file)).getMessage();
        assertTrue(message.startsWith(file.toString()), message);
        assertFalse(message.contains("\n"), message);
        return message.substring(file.toString().length() + 2);
    }

    @Test
    void everyUnsupportedOperatorIsNamed() throws IOException {
        assertEquals("2 nodes have operators that are not supported: node 0 (Bernoulli), node 1 (Multinomial)",
                message(images().node("Bernoulli", List.of("x"), List.of("a"))
                        .node("Multinomial", List.of("a"), List.of("b"))
                        .output("b")));
    }

    /** Forms that attributes alone tell are found behind other problems too, what needs values in branches that are sound. */
    @Test
    void everythingUnsupportedIsNamedAtOnce() throws IOException {
        assertEquals(
                "1 node has an operator that is not supported: node 0 (Multinomial); 3 nodes cannot be translated: "
                        + "node 1 (Conv): attribute auto_pad: expected NOTSET, SAME_UPPER, SAME_LOWER or VALID, got 'HALF'; "
                        + "node 4 (Gelu 'g'): attribute approximate: expected none or tanh, got 'erf'; "
                        + "node 2 (TopK): expected k of 1 to 4, got 9",
                message(images().initializer(OnnxBytes.integers("k", new long[] {1}, 9))
                        .node("Multinomial", List.of("x"), List.of("a"))
                        .node("Conv", List.of("a", "x"), List.of("b"), OnnxBytes.attribute("auto_pad", "HALF"))
                        .node("TopK", List.of("x", "k"), List.of("c", "i"))
                        .node("Add", List.of("b", "c"), List.of("d"))
                        .named("", "g", "Gelu", List.of("d"), List.of("y"), OnnxBytes.attribute("approximate", "erf"))
                        .output("y")));
    }

    @Test
    void theListOfProblemsIsBounded() throws IOException {
        OnnxBytes model = images();
        String from = "x";
        for (int i = 0; i < 3000; i++) {
            String name = "layer\n" + i + "x".repeat(i == 7 ? 100_000 : 1);
            model.named("", name, i < 2990 ? "Multinomial" : "Scan" + i, List.of(from), List.of("v" + i));
            from = "v" + i;
        }
        String message = message(
                model.node("Pad", List.of("x"), List.of("y"), OnnxBytes.attribute("mode", "?".repeat(9999)))
                        .output(from));
        assertTrue(
                message.startsWith(
                        "3000 nodes have operators that are not supported: node 0 (Multinomial 'layer?0x'), "),
                message);
        assertTrue(message.contains(" more ('Scan2990', 'Scan2991', "), message);
        assertTrue(message.contains("; node 3000 (Pad): attribute mode: "), message);
        assertTrue(message.length() < 4000, message.length() + " characters");
    }

    @Test
    void aCycleIsNamed() throws IOException {
        assertEquals("node 0 (Add) uses 'b', which nothing before it makes (a cycle, or nodes out of order)",
                message(images().node("Add", List.of("x", "b"), List.of("a")).node("Relu", List.of("a"), List.of("b"))
                        .output("b")));
    }

    @Test
    void aWeightOfAnotherShapeIsNamedWithItsNode() throws IOException {
        assertEquals("node 0 (Conv): expected 5 input channels for weight [2,5,1,1] in 1 groups, got 3",
                message(images().initializer(OnnxBytes.floats("w", new long[] {2, 5, 1, 1}, new float[10]))
                        .node("Conv", List.of("x", "w"), List.of("y")).output("y")));
    }

    /** Windows whose extents an int does not hold are named as such. */
    @Test
    void windowsBeyondAnIntAreNamed() throws IOException {
        OnnxBytes filter = images().initializer(OnnxBytes.floats("w", new long[] {3, 3, 3, 3}, new float[81]))
                .output("y");
        assertEquals("node 0 (ConvTranspose): expected a window of at most 2147483647 elements, got 4294967295",
                message(filter.node("ConvTranspose", List.of("x", "w"), List.of("y"),
                        OnnxBytes.attribute("dilations", Integer.MAX_VALUE, 1))));
        OnnxBytes same = images().initializer(OnnxBytes.floats("w", new long[] {3, 3, 1, 1}, new float[9])).output("y");
        assertEquals("node 0 (ConvTranspose): expected a result of at most 2147483647 elements, got "
                + 4L * (1 << 29),
                message(same.node("ConvTranspose", List.of("x", "w"), List.of("y"),
                        OnnxBytes.attribute("strides", 1 << 29, 1), OnnxBytes.attribute("auto_pad", "SAME_UPPER"))));
        OnnxBytes cropped = images().initializer(OnnxBytes.floats("w", new long[] {3, 3, 1, 1}, new float[9]))
                .output("y");
        assertEquals("node 0 (Conv): expected a padded axis of 0 or more elements, got " + (4 - (1L << 32)),
                message(cropped.node("Conv", List.of("x", "w"), List.of("y"),
                        OnnxBytes.attribute("pads", Integer.MIN_VALUE, 0, Integer.MIN_VALUE, 0))));
        for (String operator : List.of("ConvTranspose", "Conv", "MaxPool")) {
            List<String> inputs = operator.startsWith("Conv") ? List.of("x", "w") : List.of("x");
            OnnxBytes wide = images().initializer(OnnxBytes.floats("w", new long[] {3, 3, 3, 3}, new float[81]))
                    .output("y").node(operator, inputs, List.of("y"), OnnxBytes.attribute("kernel_shape", 3, 3),
                            operator.equals("ConvTranspose")
                                    ? OnnxBytes.attribute("strides", Integer.MAX_VALUE, 1)
                                    : OnnxBytes.attribute("pads", Integer.MAX_VALUE, 0, Integer.MAX_VALUE, 0));
            String line = message(wide);
            assertTrue(line.contains("(" + operator + "): expected ") && line.contains(" at most 2147483647 "), line);
        }
    }

    @Test
    void aHugeInitializerTakesNoMemory() throws IOException {
        assertEquals("tensor 'w': a shape of [1000000, 1000000] has more elements than an array can hold",
                message(images().initializer(OnnxBytes.tensor("w", 1, new long[] {1_000_000, 1_000_000}, new byte[8]))
                        .node("Relu", List.of("x"), List.of("y")).output("y")));
        assertEquals("tensor 'w': expected 4000000000 bytes for shape [1000000000] of float, got 8",
                message(images().initializer(OnnxBytes.tensor("w", 1, new long[] {1_000_000_000}, new byte[8]))
                        .node("Relu", List.of("x"), List.of("y")).output("y")));
    }

    /** A few bytes that ask for much: refused with the node, before memory is gone. */
    @Test
    void nodesThatAskForTooMuchAreNamed() throws IOException {
        assertTrue(message(images().initializer(OnnxBytes.integers("to", new long[] {4}, 1, 3, 40_000, 16_000))
                .node("ConstantOfShape", List.of("to"), List.of("k")).node("Mul", List.of("x", "k"), List.of("y"))
                .output("y"))
                .matches("node 1 \\(Mul\\): (takes more than the heap of \\d+ MiB|.*differ.*|.*broadcast.*)"));
        assertEquals("node 0 (Tile): expected a node of at most 65536 operations, it needs 1000000",
                message(images().initializer(OnnxBytes.integers("n", new long[] {4}, 1, 1, 1, 1_000_000))
                        .node("Tile", List.of("x", "n"), List.of("y")).output("y")));
        assertEquals("node 0 (Pad): expected a node of at most 65536 operations, it needs 2000000000",
                message(images()
                        .initializer(OnnxBytes.integers("n", new long[] {8}, 0, 0, 0, 0, 0, 0, 2_000_000_000, 0))
                        .node("Pad", List.of("x", "n"), List.of("y"), OnnxBytes.attribute("mode", "edge"))
                        .output("y")));
        assertEquals("node 1 (ReduceProd): expected a node of at most 65536 operations, it needs 12000000",
                message(images().initializer(OnnxBytes.integers("n", new long[] {5}, 250_000, 1, 3, 4, 4))
                        .node("Expand", List.of("x", "n"), List.of("e")).node("ReduceProd", List.of("e"), List.of("y"))
                        .output("y")));
    }

    /** Deep nesting is skipped or refused without a deep stack. */
    @Test
    void nestingIsNoDepth() throws IOException {
        byte[] inner = new byte[0];
        for (int i = 0; i < 3000; i++) {
            byte[] before = inner;
            byte[] graph = OnnxBytes.message(g -> g.writeByteArray(1, before));
            inner = OnnxBytes.message(n -> {
                n.writeString(4, "If");
                n.writeByteArray(5, OnnxBytes.message(a -> {
                    a.writeString(1, "then_branch");
                    a.writeByteArray(6, graph);
                }));
            });
        }
        byte[] branch = inner;
        assertEquals(
                "node 0 (If): expected a condition that is known while the network is translated, here it depends on "
                        + "the data",
                message(images().node("If", List.of("x"), List.of("y"), OnnxBytes.message(a -> {
                    a.writeString(1, "then_branch");
                    a.writeByteArray(6, branch);
                })).output("y")));
        byte[] groups = new byte[200_000];
        Arrays.fill(groups, (byte) (15 << 3 | 3));
        assertEquals("is not an ONNX file, or is damaged or cut short", message(groups));
    }

    @Test
    void lengthsThatLieAreDamage() throws IOException {
        for (byte[] length : new byte[][] {{-1, -1, -1, -1, 7}, {-1, -1, -1, -1, -1, -1, -1, -1, -1, 1}, {100}}) {
            byte[] attribute = OnnxBytes.message(out -> {
                out.writeString(1, "pads");
                out.writeRawByte(8 << 3 | 2);
                out.writeRawBytes(length);
                out.writeRawByte(1);
            });
            assertEquals("is not an ONNX file, or is damaged or cut short",
                    message(images().node("Relu", List.of("x"), List.of("y"), attribute).output("y")));
        }
    }

    @Test
    void namesAndTextsDoNotLeaveTheLine() throws IOException {
        String name = "a\nb\u001b[31m\u2028c\u202ed\u0085";
        assertEquals("1 node has an operator that is not supported: node 0 ('Lo\\u000Dop' 'a?b?[31m?c\\u202Ed?')",
                message(images().named("", name, "Lo\rop", List.of("x"), List.of("y")).output("y")));
        assertEquals(
                "tensor 'a?b?[31m?c\\u202Ed?': element type 8, string, is not supported",
                message(images().initializer(OnnxBytes.tensor(name, 8, new long[] {1}, new byte[0]))
                        .node("Add", List.of("x", name), List.of("y")).output("y")));
        byte[] twice = OnnxBytes.floats(name, new long[] {4, 3, 1, 1}, new float[12]);
        assertEquals("two initializers are named 'a?b?[31m?c\\u202Ed?'", message(images().initializer(twice)
                .initializer(twice).node("Relu", List.of("x"), List.of("y")).output("y")));
        OnnxNetwork network = OnnxNetwork.read(Files.write(folder.resolve("named.onnx"), images().initializer(twice)
                .node("Conv", List.of("x", name), List.of("c"))
                .node("GlobalAveragePool", List.of("c"), List.of("y")).output("y").toBytes()));
        assertEquals("a?b?[31m?c\\u202Ed?", network.parameters().getFirst().name());
    }

    /** Cut anywhere, or with any one byte changed, a file is read or refused in one line. */
    @Test
    void everyTruncationAndEveryChangedByteIsReadOrRefused() throws IOException {
        byte[] whole = images().initializer(OnnxBytes.floats("w", new long[] {2, 3, 1, 1}, new float[6]))
                .node("Conv", List.of("x", "w"), List.of("y"), OnnxBytes.attribute("strides", 1, 1))
                .node("GlobalAveragePool", List.of("y"), List.of("p")).output("p").toBytes();
        for (int i = 0; i < whole.length; i++) {
            attempt(Arrays.copyOf(whole, i));
            for (int flip : new int[] {1, 0x80, 0xff}) {
                byte[] changed = whole.clone();
                changed[i] ^= (byte) flip;
                attempt(changed);
            }
        }
    }

    private void attempt(byte[] bytes) throws IOException {
        Path file = Files.write(folder.resolve("changed.onnx"), bytes);
        try {
            OnnxNetwork.read(file);
        } catch (OnnxException e) {
            assertFalse(e.getMessage().contains("\n"), e.getMessage());
        }
    }

    /** The graphs of single operators with a few bytes changed, translated. */
    @Test
    void everyOperatorIsTranslatedOrRefused() throws IOException {
        long seed = 5;
        SplittableRandom random = new SplittableRandom(seed);
        for (CaseList.Case c : OperatorCases.all().toList()) {
            byte[] bytes = c.model().output("z").toBytes();
            for (int i = 0; i < 3; i++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                Path file = Files.write(folder.resolve("changed.onnx"), bytes);
                Map<String, Shape> shapes = new HashMap<>();
                c.inputs().forEach((name, dims) -> shapes.put(name,
                        Shape.of(Arrays.stream(dims).mapToInt(d -> (int) d).toArray())));
                try {
                    OnnxFunction.read(file).trace(DType.FLOAT64, shapes, Map.of());
                } catch (OnnxException e) {
                    assertFalse(e.getMessage().contains("\n"), e.getMessage());
                } catch (RuntimeException e) {
                    throw new AssertionError(c.name() + ", seed " + seed, e);
                }
            }
        }
    }
}
