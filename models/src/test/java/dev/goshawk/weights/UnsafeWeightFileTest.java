package dev.goshawk.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Malicious, lying and truncated PyTorch files: each refused with one line that starts with the file's name. */
class UnsafeWeightFileTest {
    private static final byte[] FOUR = TorchFiles.floats(1, 2, 3, 4);

    @TempDir
    Path folder;

    private String refusal(Path file) {
        String message = assertThrows(WeightFileException.class, () -> WeightFile.read(file)).getMessage();
        assertTrue(message.startsWith(file + ": "), message);
        assertFalse(message.contains("\n"), message);
        return message.substring(file.toString().length() + 2);
    }

    private String refusal(byte[] content) throws IOException {
        return refusal(TorchFiles.write(folder, "bad", content));
    }

    private String zipRefusal(PickleBuilder pickle) throws IOException {
        return refusal(TorchFiles.zip(pickle.stop(), Map.of("0", FOUR)));
    }

    private static PickleBuilder one(long length, long offset, long[] sizes, long[] strides) {
        return new PickleBuilder().op('}').text("w").tensor("FloatStorage", "0", length, offset, sizes, strides)
                .op('s');
    }

    private static PickleBuilder good() {
        return one(4, 0, new long[] {4}, new long[] {1});
    }

    @ParameterizedTest
    @CsvSource({"os,system", "posix,system", "builtins,eval", "__builtin__,exec", "builtins,getattr", "torch,load",
            "torch._utils,_rebuild_tensor_v2x", "subprocess,Popen", "nt,system", "builtins,type", "builtins,object",
            "builtins,open", "importlib,import_module", "pathlib,Path.unlink", "functools,partial",
            "torch.storage,_load_from_bytes",
            "copy_reg,_reconstructor", "operator,attrgetter", "builtins,ValueError", "torch.nn,Linear",
            "java.lang,Runtime"})
    void refusesEveryOtherGlobal(String module, String name) throws IOException {
        String expected = "unsafe pickle: global " + module + "." + name
                + " is not on the allow-list; if the file is to "
                + "be trusted, in PyTorch save the weights alone: torch.save(model.state_dict(), FILE)";
        assertEquals(expected, zipRefusal(new PickleBuilder().global(module, name).text("true").op(0x85).op('R')));
        byte[] legacy = TorchFiles.legacy(new PickleBuilder().global(module, name).stop(), List.of(), List.of(),
                List.of());
        assertEquals(expected, refusal(legacy));
        assertEquals(expected, zipRefusal(new PickleBuilder().text(module).text(name).op(0x93)), "STACK_GLOBAL");
    }

    @ParameterizedTest
    @CsvSource({"i,0x69", "o,0x6f", "P,0x50", "2,0x32", "V,0x56", "S,0x53", "F,0x46", "L,0x4c", "d,0x64", "1,0x31"})
    void refusesOperationsThatStateDictsNeverUse(char opcode, String shown) throws IOException {
        assertEquals("unsafe pickle: operation " + shown + " at byte 2 is not on the allow-list",
                zipRefusal(new PickleBuilder().op(opcode).bytes(new byte[64])));
    }

    @Test
    void refusesExtensionCodesAndBuffers() throws IOException {
        for (int opcode : new int[] {0x82, 0x83, 0x84, 0x97, 0x98, 0xff}) {
            assertTrue(zipRefusal(new PickleBuilder().op(opcode)).startsWith("unsafe pickle: operation 0x"));
        }
    }

    @Test
    void refusesCallsOfWhatIsNoFunctionAndStatesOnOtherObjects() throws IOException {
        assertEquals("unsafe pickle: a call of something that is not a function",
                zipRefusal(new PickleBuilder().text("os.system").op(')').op('R')));
        assertEquals("unsafe pickle: a state is set on a text, which takes none",
                zipRefusal(new PickleBuilder().text("x").op('}').op('b')));
    }

    /** Forty levels of ten references each: harmless while nobody walks or hashes them. */
    @Test
    void sharedNestingCostsNothing() throws IOException {
        PickleBuilder p = new PickleBuilder().op(']').op('q').op(0).op('0');
        for (int level = 1; level <= 40; level++) {
            p.op(']').op('(');
            for (int i = 0; i < 10; i++) {
                p.op('h').op(level - 1);
            }
            p.op('e').op('q').op(level).op('0');
        }
        p.op('}').op('(').text("lol").op('h').op(40);
        byte[] laughs = p.op('u').text("w").tensor("FloatStorage", "0", 4, 0, new long[] {4}, new long[] {1}).op('s')
                .stop();
        assertEquals(4,
                WeightFile.read(TorchFiles.write(folder, "lol.pt", TorchFiles.zip(laughs, Map.of("0", FOUR)))).get("w")
                        .size());
        assertTrue(zipRefusal(new PickleBuilder().op('}').op(']').op('N').op('s')).contains("a container as a key"));
    }

    @Test
    void refusesTooManyOperations() throws IOException {
        byte[] marks = new byte[4_100_000];
        Arrays.fill(marks, (byte) '(');
        assertEquals("unsafe pickle: more than 4000000 operations", zipRefusal(new PickleBuilder().bytes(marks)));
        PickleBuilder copies = new PickleBuilder().op(']').op('(');
        for (int i = 0; i < 1000; i++) {
            copies.text("k" + i).number(i).op(0x86);
        }
        copies.op('e').op('q').op(1);
        for (int i = 0; i < 5000; i++) {
            copies.global("collections", "OrderedDict").op('h').op(1).op(0x85).op('R');
        }
        assertEquals("unsafe pickle: more than 4000000 operations", zipRefusal(copies), "copies of one list of pairs");
    }

    @Test
    void refusesLyingStrings() throws IOException {
        assertEquals("damaged: its data.pkl stops inside a pickle: 4294967295 bytes wanted, 1 left",
                zipRefusal(new PickleBuilder().op('X').int32(-1)));
        for (int opcode : new int[] {0x8d, 0x8e, 0x96}) {
            assertEquals("damaged: its data.pkl stops inside a pickle: 18446744073709551615 bytes wanted, 1 left",
                    zipRefusal(new PickleBuilder().op(opcode).int32(-1).int32(-1)));
        }
        assertEquals("damaged: its data.pkl stops inside a pickle: 2147483647 bytes wanted, 1 left",
                zipRefusal(new PickleBuilder().op(0x8b).int32(0x7fffffff)), "LONG4");
        assertEquals("damaged: its data.pkl stops inside a pickle: 1000000 bytes wanted, 1 left",
                zipRefusal(new PickleBuilder().op('X').int32(1_000_000)));
        assertTrue(zipRefusal(new PickleBuilder().op('c').bytes(new byte[300]))
                .contains("a name longer than 256 characters"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"5|0|4|1|storage archive/data/0 has 16 bytes, the pickle says 20",
            "4|1|4|1|tensor w reaches outside its storage of 4 elements",
            "4|-1|4|1|tensor w reaches outside its storage",
            "4|0|4|2|tensor w reaches outside its storage", "4|5|0|1|tensor w reaches outside its storage",
            "4|0|-4|1|tensor w has a negative size or stride", "4|3|4|-1|tensor w has a negative size or stride",
            "4|0|2000000000|0|tensor w brings the tensors to",
            "4|0|4294967296|0|tensor w has more than 2^31-9 elements",
            "4|2|9223372036854775807|1|tensor w overflows",
            "4|0|9223372036854775807|9223372036854775807|tensor w overflows",
            "-4|0|1|1|damaged pickle", "4611686018427387904|0|1|1|damaged pickle",
            "1152921504606846975|0|1|1|storage archive/data/0 has 16 bytes, the pickle says 4611686018427387900"})
    void refusesWindowsOutsideTheStorage(long length, long offset, long size, long stride, String expected)
            throws IOException {
        String message = zipRefusal(one(length, offset, new long[] {size}, new long[] {stride}));
        assertTrue(message.startsWith(expected), message);
    }

    @Test
    void refusesOtherLyingTensors() throws IOException {
        assertTrue(zipRefusal(one(4, 0, new long[] {2, 2}, new long[] {1}))
                .startsWith("tensor w needs as many strides as sizes"));
        assertTrue(zipRefusal(one(4, 0, new long[17], new long[17]))
                .startsWith("tensor w needs as many strides as sizes"));
        long[] huge = {65536, 65536, 65536, 65536};
        assertTrue(zipRefusal(one(4, 0, huge, new long[4])).startsWith("tensor w overflows"));
        assertTrue(
                zipRefusal(good().text("v").tensor("DoubleStorage", "0", 2, 0, new long[] {1}, new long[] {1}).op('s'))
                        .contains("storage 0 described in two ways"));
        assertEquals("zip entry archive/data/../../x is missing", refusal(TorchFiles.zip(
                new PickleBuilder().op('}').text("w")
                        .tensor("FloatStorage", "../../x", 4, 0, new long[] {4}, new long[] {1})
                        .op('s').stop(),
                Map.of())));
        assertTrue(zipRefusal(
                new PickleBuilder().op('}').text("w\nevil: line").tensor("FloatStorage", "0", 4, 9, new long[] {1},
                        new long[] {1}).op('s'))
                .startsWith("tensor w?evil: line reaches outside"));
    }

    @Test
    void saysWhatItFoundInsteadOfWeights() throws IOException {
        assertEquals("holds no tensors of floating numbers; its entries are epoch (number)",
                zipRefusal(new PickleBuilder().op('}').text("epoch").number(3).op('s')));
        assertEquals("expected a state dict, got a pickled number; in PyTorch save the weights: "
                + "torch.save(model.state_dict(), FILE)", zipRefusal(new PickleBuilder().number(3)));
        assertTrue(refusal(good().stop()).startsWith("is a pickle, but not one written by torch.save; "));
        assertEquals("is neither a PyTorch (torch.save) nor a safetensors file", refusal(new byte[100]));
        assertEquals("is only 3 bytes long, expected a weight file", refusal(new byte[3]));
        assertEquals("is a folder, expected a file", refusal(folder));
        assertEquals("no such file", refusal(folder.resolve("none.pt")));
        assertTrue(zipRefusal(new PickleBuilder().op('}').op('N').op('q')).startsWith("damaged"));
        assertTrue(zipRefusal(new PickleBuilder().op('s')).contains("stack underflow"));
        assertTrue(zipRefusal(new PickleBuilder().op('N').op('N').op('N').op('s'))
                .contains("an operand of the wrong type"));
    }

    @Test
    void refusesZipsThatTorchDidNotWrite() throws IOException {
        assertTrue(refusal(zipOf("a.txt", "b.txt"))
                .startsWith("is a zip but not one of torch.save: expected one <name>/data.pkl, got 0; "));
        assertTrue(refusal(zipOf("a/data.pkl", "b/data.pkl"))
                .startsWith("is a zip but not one of torch.save: expected one <name>/data.pkl, got 2; "));
        assertEquals("is a TorchScript program, not a state dict; in PyTorch save its weights: "
                + "torch.save(torch.jit.load(FILE).state_dict(), OTHER)",
                refusal(zipOf("a/data.pkl", "a/constants.pkl")));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            TorchFiles.stored(out, "a/data.pkl", one(50_000_000, 0, new long[] {1}, new long[] {1}).stop());
            out.putNextEntry(new ZipEntry("a/data/0"));
            out.write(new byte[20_000_000]);
            out.closeEntry();
        }
        String bomb = refusal(bytes.toByteArray());
        assertEquals("storage a/data/0 has 20000000 bytes, the pickle says 200000000", bomb);
        ByteArrayOutputStream honest = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(honest)) {
            TorchFiles.stored(out, "a/data.pkl", one(5_000_000, 0, new long[] {1}, new long[] {1}).stop());
            out.putNextEntry(new ZipEntry("a/data/0"));
            out.write(new byte[20_000_000]);
            out.closeEntry();
        }
        assertEquals("zip entry a/data/0 is compressed; torch.save stores entries as they are",
                refusal(honest.toByteArray()));
    }

    private static byte[] zipOf(String... names) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (String name : names) {
                TorchFiles.stored(out, name, good().stop());
            }
        }
        return bytes.toByteArray();
    }

    @Test
    void noticesDamagedNumbersInAZip() throws IOException {
        byte[] zip = TorchFiles.zip(good().stop(), Map.of("0", FOUR));
        for (int i = 0; i + FOUR.length <= zip.length; i++) {
            if (Arrays.equals(zip, i, i + FOUR.length, FOUR, 0, FOUR.length)) {
                zip[i] ^= 1;
            }
        }
        assertEquals("zip entry archive/data/0 is damaged (its checksum differs)", refusal(zip));
    }

    @Test
    void refusesATruncatedFileWhereverItEnds() throws IOException {
        byte[] zip = TorchFiles.zip(good().stop(), Map.of("0", FOUR));
        byte[] legacy = TorchFiles.legacy(good().stop(), List.of("0"), List.of(4L), List.of(FOUR));
        assertEquals(4, WeightFile.read(TorchFiles.write(folder, "ok", legacy)).get("w").size());
        for (int n = 16; n < zip.length; n++) {
            assertFalse(refusal(Arrays.copyOf(zip, n)).isEmpty());
        }
        assertTrue(refusal(Arrays.copyOf(zip, zip.length - 5)).startsWith("truncated or damaged zip"));
        for (int n = 16; n < legacy.length; n++) {
            String message = refusal(Arrays.copyOf(legacy, n));
            assertTrue(message.startsWith("truncated: "), n + ": " + message);
        }
    }

    @Test
    void refusesLyingBlocksOfTheLegacyFormat() throws IOException {
        byte[] pickle = good().stop();
        assertEquals("storage 0 has 5 elements, the pickle says 4",
                refusal(TorchFiles.legacy(pickle, List.of("0"), List.of(5L), List.of(FOUR))));
        assertEquals("damaged: storage key x belongs to no tensor",
                refusal(TorchFiles.legacy(pickle, List.of("x"), List.of(4L), List.of(FOUR))));
        assertEquals("damaged: storage key 0 is listed twice",
                refusal(TorchFiles.legacy(pickle, List.of("0", "0"), List.of(4L, 4L), List.of(FOUR, FOUR))));
        assertEquals("storage 0 is missing", refusal(TorchFiles.legacy(pickle, List.of(), List.of(), List.of())));
        byte[] large = one(1L << 40, 0, new long[] {1}, new long[] {1}).stop();
        assertTrue(refusal(TorchFiles.legacy(large, List.of("0"), List.of(1L << 40), List.of(FOUR)))
                .startsWith("truncated: storage 0 needs 4398046511104 bytes"));
    }

    @Test
    void refusesTheMutationOfAnyByteOrReadsIt() throws IOException {
        byte[] legacy = TorchFiles.legacy(good().stop(), List.of("0"), List.of(4L), List.of(FOUR));
        int refused = 0;
        for (int i = 0; i < legacy.length; i++) {
            for (int change : new int[] {1, 0x80, 0xff}) {
                byte[] mutant = legacy.clone();
                mutant[i] ^= (byte) change;
                Path file = Files.write(folder.resolve("mutant"), mutant);
                try {
                    assertTrue(WeightFile.read(file).names().size() >= 1);
                } catch (WeightFileException e) {
                    assertTrue(e.getMessage().startsWith(file + ": ") && !e.getMessage().contains("\n"),
                            e.getMessage());
                    refused++;
                }
            }
        }
        assertTrue(refused > legacy.length, "only " + refused + " of " + 3 * legacy.length + " refused");
    }
}
