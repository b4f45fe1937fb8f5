package dev.goshawk.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What checkpoints hold beside their weights or in place of them. */
class CheckpointContentsTest {
    private static final byte[] FOUR = TorchFiles.floats(1, 2, 3, 4);

    @TempDir
    Path folder;

    private static Path sample(String name) throws URISyntaxException {
        return Path.of(Objects.requireNonNull(CheckpointContentsTest.class.getResource("/weights/" + name)).toURI());
    }

    private static String refusal(Path file) {
        String message = assertThrows(WeightFileException.class, () -> WeightFile.read(file)).getMessage();
        assertTrue(message.startsWith(file + ": ") && !message.contains("\n"), message);
        return message.substring(file.toString().length() + 2);
    }

    private String refusal(byte[] content) throws IOException {
        return refusal(TorchFiles.write(folder, "bad", content));
    }

    private static PickleBuilder tensor(PickleBuilder p, String name) {
        return p.text(name).tensor("FloatStorage", "0", 4, 0, new long[] {4}, new long[] {1});
    }

    private Path zip(PickleBuilder pickle) throws IOException {
        return TorchFiles.write(folder, "w.pt", TorchFiles.zip(pickle.stop(), Map.of("0", FOUR)));
    }

    /** A state dict of w beside an entry that the operations make. */
    private Weights beside(UnaryOperator<PickleBuilder> other) throws IOException {
        PickleBuilder p = new PickleBuilder().op('}').op('(').text("other");
        p = other.apply(p).text("state_dict").op('}').op('(');
        return WeightFile.read(zip(tensor(p, "w").op('u').op('u')));
    }

    @ParameterizedTest
    @ValueSource(strings = {"w1-counter.pt", "w5-nparray.pt", "w14-pair.pt", "w11-u32.safetensors"})
    void readsWhatIsHarmless(String name) throws URISyntaxException {
        Weights weights = WeightFile.read(sample(name));
        assertEquals(List.of("conv1.weight"), List.copyOf(weights.names()));
        assertEquals(54, weights.get("conv1.weight").size());
    }

    @Test
    void saysWhichPartOfAPairItTook() throws URISyntaxException {
        assertEquals(List.of("the weights are entry 0 of a tuple of 2"),
                WeightFile.read(sample("w14-pair.pt")).notes());
    }

    @ParameterizedTest
    @CsvSource({"collections,Counter", "__builtin__,set", "builtins,frozenset", "builtins,complex",
            "argparse,Namespace",
            "pathlib,PosixPath", "pathlib._local,PosixPath", "datetime,datetime", "decimal,Decimal", "uuid,UUID",
            "numpy,ndarray", "numpy,float64", "numpy,dtype", "numpy.core.multiarray,scalar",
            "numpy._core.multiarray,_reconstruct", "numpy.dtypes,Float64DType", "types,SimpleNamespace", "torch,device",
            "torch,Size", "torch,Generator", "collections,deque", "collections,defaultdict",
            "numpy.random._pickle,__generator_ctor",
            "torch._utils,_rebuild_sparse_tensor", "torch._utils,_rebuild_qtensor", "array,_array_reconstructor"})
    void passesOverValuesThatAreDataOnly(String module, String name) throws IOException {
        Weights weights = beside(p -> p.global(module, name).op('}').op(0x85).op('R'));
        assertArrayEquals(new float[] {1, 2, 3, 4}, weights.get("w").floats());
        if (!name.equals("Size")) {
            assertEquals(4,
                    beside(p -> p.global(module, name).op('(').op('t').op(0x81).op('}').op('b')).get("w").size(),
                    "NEWOBJ and BUILD");
            assertEquals(4, beside(p -> p.global(module, name).op(')').op('}').op(0x92)).get("w").size(), "NEWOBJ_EX");
        }
    }

    @Test
    void passesOverSetsBytesAndTypes() throws IOException {
        assertEquals(4, beside(p -> p.op(0x8f).op('(').number(3).op(')').op(0x90)).get("w").size(), "set");
        assertEquals(4, beside(p -> p.op('(').number(3).op(')').op(0x91)).get("w").size(), "frozenset");
        assertEquals(4, beside(p -> p.global("torch", "float32")).get("w").size(), "dtype");
        assertEquals(4, beside(p -> p.global("torch", "channels_last")).get("w").size(), "memory format");
        assertEquals(4, beside(p -> p.op('B').int32(3_000_000).bytes(new byte[3_000_000])).get("w").size(),
                "the bytes of a large array");
        assertEquals(4, beside(p -> p.text("x".repeat(3_000_000))).get("w").size());
        assertEquals(4, beside(p -> p.op(0x8b).int32(300).bytes(new byte[300])).get("w").size(), "LONG4");
        assertEquals(4, beside(p -> p.op(0x8d).int32(1).int32(0).op('x')).get("w").size(), "BINUNICODE8");
        assertEquals(4, beside(p -> p.op(0x96).int32(1).int32(0).op('x')).get("w").size(), "BYTEARRAY8");
        assertEquals(4, beside(p -> p.global("collections", "defaultdict").global("builtins", "list").op(0x85).op('R')
                .text("k").op(']').op('s')).get("w").size(), "defaultdict(list)");
        assertEquals(4, beside(p -> p.op('}').number(1).op(0x85).number(2).op('s')).get("w").size(), "a tuple as key");
    }

    /** Python's dict takes the last of two. */
    @Test
    void theLastOfTwoEntriesCounts() throws IOException {
        PickleBuilder p = tensor(new PickleBuilder().op('}').op('('), "w").text("w")
                .tensor("FloatStorage", "0", 4, 2, new long[] {1}, new long[] {1}).op('u');
        assertArrayEquals(new float[] {3}, WeightFile.read(zip(p)).get("w").floats());
    }

    @Test
    void readsTensorsOfSubclassesAndParametersWithAState() throws IOException {
        PickleBuilder p = new PickleBuilder().op('}').op('(').text("s").global("torch._tensor", "_rebuild_from_type_v2")
                .op('(').global("torch._utils", "_rebuild_tensor_v2").global("torch", "Tensor").op('(')
                .storage("FloatStorage", "0", 4).number(1).numbers(2).numbers(1).op(0x89).orderedDict().op('t').op('}')
                .op('t').op('R');
        p.text("p").global("torch._utils", "_rebuild_parameter_with_state").op('(')
                .tensor("FloatStorage", "0", 4, 3, new long[] {1}, new long[] {1}).op(0x88).orderedDict().op('}')
                .op('t').op('R').op('u');
        Weights weights = WeightFile.read(zip(p));
        assertArrayEquals(new float[] {2, 3}, weights.get("s").floats());
        assertArrayEquals(new float[] {4}, weights.get("p").floats());
    }

    @Test
    void readsTheMemoOfEachPickleAnew() throws IOException {
        PickleBuilder p = tensor(new PickleBuilder().op('}').op(0x94).op('(').text("v").op(0x94).op('N'), "w").op('h')
                .op(1).op('N').op('u');
        byte[] first = TorchFiles.legacy(p.stop(), List.of("0"), List.of(4L), List.of(FOUR));
        // The machine's sizes, with a memo of their own.
        byte[] sizes = new PickleBuilder().op('}').op('(').text("little_endian").op(0x88).op('u').stop();
        byte[] memo = new PickleBuilder().op('}').op(0x94).op('(').text("little_endian").op(0x94).op(0x88).op('u')
                .stop();
        String file = new String(first, StandardCharsets.ISO_8859_1).replace(
                new String(sizes, StandardCharsets.ISO_8859_1), new String(memo, StandardCharsets.ISO_8859_1));
        Path path = TorchFiles.write(folder, "memo.th", file.getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(4, WeightFile.read(path).get("w").size());
    }

    @Test
    void findsAStateDictUnderAnyNameAndSaysWhere() throws IOException {
        PickleBuilder p = tensor(new PickleBuilder().op('}').op('(').text("generator").op('}').op('('), "w").op('u');
        assertEquals(List.of("the weights are under generator"), WeightFile.read(zip(p.op('u'))).notes());
        p = tensor(new PickleBuilder().op('}').op('(').text("ema").op('}').op('('), "w").op('u');
        p = tensor(p.text("model").op('}').op('('), "w").op('u').op('u');
        assertEquals(List.of("the weights are taken from model, not from ema"), WeightFile.read(zip(p)).notes());
        p = tensor(new PickleBuilder().op('}').op('(').text("a").op('}').op('('), "w").op('u');
        p = tensor(p.text("b").op('}').op('('), "w").op('u').op('u');
        assertEquals("holds several state dicts (a, b); in PyTorch save one: torch.save(checkpoint[a], FILE)",
                refusal(zip(p)));
    }

    @Test
    void saysWhatStandsInPlaceOfTensors() throws IOException {
        PickleBuilder p = new PickleBuilder().op('}').op('(').text("conv1.weight")
                .global("numpy.core.multiarray", "_reconstruct").op(')').op('R').text("epoch").number(3).text("d")
                .op('}').text("l").op(']').op('u');
        assertEquals("holds no tensors of floating numbers; its entries are conv1.weight (numpy.ndarray), "
                + "epoch (number), d (dict), l (list)", refusal(zip(p)));
        assertEquals("expected a state dict, got a pickled tensor; in PyTorch save the weights: "
                + "torch.save(model.state_dict(), FILE)",
                refusal(zip(new PickleBuilder().tensor("FloatStorage", "0", 4, 0, new long[] {4}, new long[] {1}))));
    }

    @Test
    void saysThatItIsAModule() throws IOException, URISyntaxException {
        String expected = "is a pickled module or other object (class nets.ResNet), not its weights; in PyTorch save the weights alone: "
                + "torch.save(model.state_dict(), FILE)";
        assertEquals(expected, refusal(sample("w17-whole-model.pt")));
        assertEquals(expected, refusal(zip(new PickleBuilder().op('(').text("module").global("nets", "ResNet")
                .text("nets.py").text("class ResNet: ...").op('t').op('Q'))), "as old versions wrote it");
        assertTrue(refusal(zip(new PickleBuilder().op('}').text("model").global("models.yolo", "Model").op(')')
                .op(0x81).op('s'))).startsWith("unsafe pickle: it holds an object of class models.yolo.Model, "));
    }

    @Test
    void saysWhatOtherFilesAre() throws IOException, URISyntaxException {
        assertEquals("is a Git LFS pointer, not the file it stands for; fetch that with git lfs pull",
                refusal(sample("W12-lfs.safetensors")));
        assertEquals("is empty; write or download it again", refusal(new byte[0]));
        String page = "is a web page (HTML), as a failed download leaves; download the file itself";
        assertEquals(page, refusal("\n <!DOCTYPE html>\n<html>".getBytes(StandardCharsets.UTF_8)));
        assertEquals(page, refusal("\ufeff<html lang=en>".getBytes(StandardCharsets.UTF_8)));
        assertEquals("is a text of 14 bytes; expected PyTorch (torch.save) or safetensors weights",
                refusal("Entry denied.\n".getBytes(StandardCharsets.UTF_8)));
        assertTrue(refusal("{\"error\": \"Repository not found\"}".getBytes(StandardCharsets.UTF_8))
                .startsWith("is a JSON text"));
        ByteArrayOutputStream gzip = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
            out.write(FOUR);
        }
        assertEquals("is compressed by gzip; unpack it and give the weight file in it", refusal(gzip.toByteArray()));
        byte[] tar = new byte[1024];
        tar[0] = 'w';
        System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, tar, 257, 5);
        assertEquals("is a tar archive; unpack it and give the weight file in it", refusal(tar));
        assertTrue(refusal(new byte[] {8, 7, 0x12, 7, 'p', 'y', 't', 'o', 'r', 'c', 'h'}).startsWith("is an ONNX "));
        assertTrue(refusal("\u0089HDF\r\n\u001a\n\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1))
                .startsWith("is an HDF5 file"));
    }

    @Test
    void readsRegularFilesOnly() throws IOException, InterruptedException {
        Path fifo = folder.resolve("fifo");
        assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor());
        String special = "is a named pipe, a device or another special file, expected a regular file";
        assertEquals(special, refusal(fifo));
        Path zero = Files.createSymbolicLink(folder.resolve("zero"), Path.of("/dev/zero"));
        assertEquals(special, refusal(zero));
        Files.delete(zero);
        PickleBuilder p = tensor(new PickleBuilder().op('}'), "w").op('s');
        Path link = Files.createSymbolicLink(folder.resolve("link.pt"), zip(p));
        assertEquals(4, WeightFile.read(link).get("w").size());
    }

    @Test
    void leavesOutByName() throws IOException {
        PickleBuilder p = tensor(new PickleBuilder().op('}').op('('), "a.total_ops");
        p = tensor(tensor(tensor(p, "total_ops"), "b.total_opsx"), "w.alpha").op('u');
        Weights weights = WeightFile.read(zip(p));
        assertEquals(List.of("b.total_opsx", "w.alpha"), List.copyOf(weights.without("total_ops").names()));
        assertEquals(List.of("w.alpha"), List.copyOf(weights.without("total_*").names()));
        assertEquals(List.of("a.total_ops", "total_ops", "b.total_opsx"), List.copyOf(weights.without("w.*").names()));
        assertTrue(assertThrows(WeightFileException.class, () -> weights.without("alph")).getMessage()
                .endsWith(": no name matches alph, so nothing can be left out"));
    }
}
