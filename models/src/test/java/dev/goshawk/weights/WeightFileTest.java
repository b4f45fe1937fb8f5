package dev.goshawk.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sound files of each format: order, layout, strides, element types, nesting and prefixes. */
class WeightFileTest {
    @TempDir
    Path folder;

    /** Two tensors over one storage, the second transposed, and a counter of integers. */
    private static byte[] smallDict(String prefix) {
        return body(new PickleBuilder().orderedDict().op('('), prefix).op('u').stop();
    }

    private static PickleBuilder body(PickleBuilder p, String prefix) {
        return p.text(prefix + "z.weight").tensor("FloatStorage", "0", 6, 0, new long[] {2, 3}, new long[] {3, 1})
                .text(prefix + "a.weight").tensor("FloatStorage", "0", 6, 1, new long[] {2, 2}, new long[] {1, 3})
                .text(prefix + "bn.num_batches_tracked").tensor("LongStorage", "1", 1, 0, new long[0], new long[0]);
    }

    private static final byte[] SIX = TorchFiles.floats(10, 11, 12, 13, 14, 15);

    private Path legacy(byte[] pickle) throws IOException {
        return TorchFiles.write(folder, "w.th",
                TorchFiles.legacy(pickle, List.of("0", "1"), List.of(6L, 1L), List.of(SIX, new byte[8])));
    }

    private Path zip(byte[] pickle) throws IOException {
        return TorchFiles.write(folder, "w.pt", TorchFiles.zip(pickle, Map.of("0", SIX, "1", new byte[8])));
    }

    private static void checkSmall(Weights w) {
        assertEquals(List.of("z.weight", "a.weight"), List.copyOf(w.names()), "file order");
        assertEquals(Shape.of(2, 3), w.get("z.weight").shape());
        assertArrayEquals(new float[] {10, 11, 12, 13, 14, 15}, w.get("z.weight").floats());
        assertArrayEquals(new float[] {11, 14, 12, 15}, w.get("a.weight").floats(), "strides 1, 3 from offset 1");
        assertEquals(Map.of("bn.num_batches_tracked", "int64"), w.skipped());
        assertThrows(UnsupportedOperationException.class, () -> w.tensors().clear());
    }

    @Test
    void readsBothTorchFormats() throws IOException {
        checkSmall(WeightFile.read(legacy(smallDict(""))));
        checkSmall(WeightFile.read(zip(smallDict(""))));
    }

    @Test
    void findsTheStateDictAmongOtherThings() throws IOException {
        PickleBuilder p = new PickleBuilder().op('}').op('(').text("best_prec1")
                .global("numpy.core.multiarray", "scalar").op(')')
                .op('R').text("epoch").number(200).text("state_dict").orderedDict().op('(');
        byte[] nested = body(p, "").op('u').text("hyper").op('N').op('u').stop();
        checkSmall(WeightFile.read(legacy(nested)));
    }

    @Test
    void readsThePairsOfPython2AndTheStateOfAnOrderedDict() throws IOException {
        PickleBuilder p = new PickleBuilder().global("collections", "OrderedDict").op(']').op('(').op(']').op('(')
                .text("w")
                .tensor("FloatStorage", "0", 6, 0, new long[] {6}, new long[] {1}).op('e').op('e').op(0x85).op('R');
        byte[] pickle = p.op('}').op('(').text("_metadata").orderedDict().op('u').op('b').stop();
        Path file = TorchFiles.write(folder, "py2.pt", TorchFiles.zip(pickle, Map.of("0", SIX)));
        assertEquals(15, WeightFile.read(file).get("w").get(5));
    }

    @Test
    void readsProtocol4AndParameters() throws IOException {
        PickleBuilder p = new PickleBuilder().op(0x95).bytes(new byte[8]).op('}').op(0x94).op(0x8c).op(1)
                .bytes(new byte[] {'w'}).op(0x8c).op(12)
                .bytes("torch._utils".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .text("_rebuild_parameter").op(0x93).op('(')
                .tensor("FloatStorage", "0", 6, 5, new long[] {1}, new long[] {1}).op(0x88).orderedDict().op('t')
                .op('R').op('s');
        Path file = TorchFiles.write(folder, "p4.pt", TorchFiles.zip(p.stop(), Map.of("0", SIX)));
        assertArrayEquals(new float[] {15}, WeightFile.read(file).get("w").floats());
    }

    @Test
    void readsEveryFloatingTypeAndViewsOfOldFiles() throws IOException {
        ByteBuffer doubles = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putDouble(Math.PI)
                .putDouble(-1e300);
        ByteBuffer halves = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putShort((short) 0x3e00)
                .putShort((short) 0xc000);
        ByteBuffer brains = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putShort((short) 0x3fc0)
                .putShort((short) 0xc000);
        long[] two = {2};
        long[] one = {1};
        PickleBuilder p = new PickleBuilder().op('}').op('(').text("d").tensor("DoubleStorage", "d", 2, 0, two, one)
                .text("h")
                .tensor("HalfStorage", "h", 2, 0, two, one).text("b").tensor("BFloat16Storage", "b", 2, 0, two, one)
                .text("v")
                .global("torch._utils", "_rebuild_tensor").op('(').op('(').text("storage")
                .global("torch", "FloatStorage")
                .text("0").text("cpu").number(6).op('(').text("view").number(2).number(3).op('t').op('t').op('Q')
                .number(1)
                .numbers(2).numbers(1).op('t').op('R').op('u');
        Path file = TorchFiles.write(folder, "types.th", TorchFiles.legacy(p.stop(), List.of("d", "h", "b", "0"),
                List.of(2L, 2L, 2L, 6L), List.of(doubles.array(), halves.array(), brains.array(), SIX)));
        Weights w = WeightFile.read(file);
        assertEquals(DType.FLOAT64, w.get("d").dtype());
        assertArrayEquals(new double[] {Math.PI, -1e300}, w.get("d").doubles());
        assertArrayEquals(new float[] {1.5f, -2f}, w.get("h").floats());
        assertArrayEquals(new float[] {1.5f, -2f}, w.get("b").floats());
        assertArrayEquals(new float[] {13, 14}, w.get("v").floats(), "offset 1 within a view from 2");
    }

    @Test
    void thePublicCheckpointIsTheSameInBothFormats() {
        Path data = GoshawkData.require();
        Weights old = WeightFile.read(data.resolve("checkpoints/resnet20-12fca82f.th"))
                .renamed(name -> name.substring("module.".length()));
        Weights zip = WeightFile.read(data.resolve("checkpoints/resnet20-state-dict-zip.pt"));
        assertEquals(new ArrayList<>(zip.names()), new ArrayList<>(old.names()));
        assertEquals("conv1.weight", old.names().iterator().next());
        assertEquals(Shape.of(64, 32, 3, 3), old.get("layer3.0.conv1.weight").shape());
        assertEquals(Shape.of(10, 64), old.get("linear.weight").shape());
        int elements = 0;
        for (Map.Entry<String, Tensor> e : old.tensors().entrySet()) {
            assertArrayEquals(e.getValue().floats(), zip.get(e.getKey()).floats(), e.getKey());
            elements += e.getKey().contains("running") ? 0 : e.getValue().size();
        }
        assertEquals(269_722, elements, "trainable parameters of ResNet20");
        assertEquals(old, old.requireFinite());
    }

    @Test
    void namesWhatIsNotFinite() throws IOException {
        Path file = TorchFiles.write(folder, "nan.pt", TorchFiles.zip(
                new PickleBuilder().op('}').text("w").tensor("FloatStorage", "0", 2, 0, new long[] {2}, new long[] {1})
                        .op('s')
                        .stop(),
                Map.of("0", TorchFiles.floats(Float.NaN, 1))));
        Weights w = WeightFile.read(file);
        assertEquals(file + ": tensor w holds 1 values that are not finite numbers, of 2",
                assertThrows(WeightFileException.class, w::requireFinite).getMessage());
        assertFalse(w.contains("v"));
        assertEquals(file + ": has no tensor v",
                assertThrows(WeightFileException.class, () -> w.get("v")).getMessage());
    }
}
