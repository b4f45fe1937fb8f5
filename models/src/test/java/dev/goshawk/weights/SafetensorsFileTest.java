package dev.goshawk.weights;

import dev.goshawk.files.AtomicFile;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsFileTest {
    @TempDir
    Path folder;

    private Path file(String header, int dataLength) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer b = ByteBuffer.allocate(8 + json.length + dataLength).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length).put(json);
        return TorchFiles.write(folder, "w.safetensors", b.array());
    }

    private static String refusal(Path file) {
        String message = assertThrows(WeightFileException.class, () -> WeightFile.read(file)).getMessage();
        assertTrue(message.startsWith(file + ": ") && !message.contains("\n"), message);
        return message.substring(file.toString().length() + 2);
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        float[] many = new float[40_000];
        for (int i = 0; i < many.length; i++) {
            many[i] = (float) Math.sin(i);
        }
        tensors.put("z.weight", Tensor.of(Shape.of(200, 200), many));
        tensors.put("a \"quoted\" \u00e9", Tensor.of(Shape.scalar(), 2.5));
        tensors.put("bits", Tensor.of(Shape.of(3), 2, 4, -8));
        tensors.put("empty", Tensor.of(Shape.of(0, 3), new float[0]));
        tensors.put("window", Tensor.view(Shape.of(2), new float[] {0, 1, 2, 3}, 1));
        Path file = folder.resolve("out.safetensors");
        SafetensorsFile.write(file, tensors, Map.of("seed", "7"));
        Weights w = WeightFile.read(file);
        assertEquals(List.copyOf(tensors.keySet()), List.copyOf(w.names()));
        tensors.forEach((name, t) -> {
            assertEquals(t.shape(), w.get(name).shape());
            assertEquals(t.dtype(), w.get(name).dtype());
            assertArrayEquals(t.toDoubles(), w.get(name).toDoubles(), name);
        });
        assertEquals(Map.of("seed", "7"), w.metadata());
        byte[] raw = Files.readAllBytes(file);
        assertEquals(0, ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN).getLong(0) % 8, "data is aligned");
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(file), left.toList(), "no temporary file");
        }
    }

    @Test
    void readsOtherElementTypes() throws IOException {
        String json = "{\"n\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[4,12]},"
                + "\"h\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[0,2]},"
                + "\"b\":{\"dtype\":\"BF16\",\"shape\":[1],\"data_offsets\":[2,4]}}  ";
        Path file = file(json, 12);
        byte[] raw = Files.readAllBytes(file);
        raw[raw.length - 11] = 0x3e;
        raw[raw.length - 9] = 0x40;
        Files.write(file, raw);
        Weights w = WeightFile.read(file);
        assertEquals(List.of("h", "b"), List.copyOf(w.names()));
        assertEquals(1.5, w.get("h").item());
        assertEquals(2, w.get("b").item());
        assertEquals(Map.of("n", "int64[]"), w.skipped());
    }

    @Test
    void passesOverElementTypesThatNoNetworkComputesWith() throws IOException {
        String sizes = "BOOL 8 U8 8 I8 8 F8_E5M2 8 F8_E4M3 8 F8_E8M0 8 I16 16 U16 16 U32 32 I64 64 U64 64 C64 64 "
                + "F4 4 F6_E2M3 6 F6_E3M2 6 Q7 24";
        String[] parts = sizes.split(" ");
        StringBuilder json = new StringBuilder("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}");
        int at = 4;
        for (int i = 0; i < parts.length; i += 2) {
            int end = at + Integer.parseInt(parts[i + 1]);
            json.append(",\"" + parts[i] + "\":{\"dtype\":\"" + parts[i] + "\",\"shape\":[2,4],\"data_offsets\":[" + at
                    + "," + end + "]}");
            at = end;
        }
        Weights w = WeightFile.read(file(json.append('}').toString(), at));
        assertEquals(List.of("w"), List.copyOf(w.names()));
        assertEquals(parts.length / 2, w.skipped().size());
        assertEquals("uint32[2,4]", w.skipped().get("U32"));
        assertEquals("float4[2,4]", w.skipped().get("F4"));
        assertEquals("Q7[2,4]", w.skipped().get("Q7"), "a type of the future");
    }

    /** {@code $F} stands for a dtype and the name of the shape, {@code $O} for the name of the byte range. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "{\"a\":{$F[2],$O[0,9]}}|9|takes 8 bytes, its data_offsets are [0,9]",
            "{\"a\":{$F[2],$O[0,8]}}|7|the tensors take 8 bytes, the file holds 7 (truncated)",
            "{\"a\":{$F[2],$O[0,8]}}|9|the tensors take 8 bytes, the file holds 9",
            "{\"a\":{$F[2],$O[4,12]}}|12|its data starts at 4, after a gap that begins at 0",
            "{\"a\":{$F[2],$O[0,8]},\"b\":{$F[2],"
                    + "$O[4,12]}}|12|tensor b: its data starts at 4, inside the tensor before, which ends at 8",
            "{\"a\":{$F[2],$O[8,0]}}|8|its data_offsets are [8,0]",
            "{\"a\":{$F[-2],$O[0,8]}}|8|tensor a: shape: negative",
            "{\"a\":{$F[2],$O[-8,0]}}|8|tensor a: data_offsets: negative",
            "{\"a\":{$F[65536,65536],$O[0,8]}}|8|tensor a: more than 2^31-1 elements",
            "{\"a\":{$F[99999999999],$O[0,8]}}|8|extent 99999999999 is too large",
            "{\"a\":{$F[99999999999999999999],$O[0,8]}}|8|not sound JSON",
            "{\"a\":{$F[1e3],$O[0,8]}}|8|expected at most 16 integers",
            "{\"a\":{$F[2000000000],$O[0,8000000000]}}|8|tensor a: over 2 GiB",
            "{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[2],$O[0,3]}}|3|shape [2] of F8_E4M3 takes 2 bytes",
            "{\"a\":{\"dtype\":\"F4\",\"shape\":[3],$O[0,2]}}|2|shape [3] of F4 takes no whole bytes",
            "{\"a\":{$F[2]}}|8|tensor a: expected dtype, shape and two data_offsets",
            "{\"a\":{$F[2],$O[0,8],\"x\":1}}|8|tensor a: unexpected key x",
            "{\"a\":7}|0|expected an object for a", "{\"__metadata__\":{\"k\":1}}|0|expected text for metadata k",
            "{\"a\":{$F[0],$O[0,0]},\"a\":{}}|0|not sound JSON (Duplicate Object property",
            "{\"a\":{\"shape\":[[[[[]]]]]}}|0|not sound JSON (Document nesting depth", "{} {}|0|expected nothing after",
            "{\"a\":|0|not sound JSON", "{\"__metadata__\":{},\"__metadata__\":{}}|0|not sound JSON"})
    void refusesHeadersThatLie(String header, int dataLength, String expected) throws IOException {
        String json = header.replace("$F", "\"dtype\":\"F32\",\"shape\":").replace("$O", "\"data_offsets\":");
        String message = refusal(file(json, dataLength));
        assertTrue(message.startsWith("safetensors header") && message.contains(expected), message);
    }

    @Test
    void refusesLyingHeaderLengths() throws IOException {
        for (long claimed : new long[] {-1, Long.MIN_VALUE, 1L << 40, 100_000_001, 60, 1}) {
            byte[] b = ByteBuffer.allocate(50).order(ByteOrder.LITTLE_ENDIAN).putLong(claimed).put((byte) '{').array();
            assertTrue(refusal(TorchFiles.write(folder, "w", b)).startsWith("safetensors header claims "
                    + Long.toUnsignedString(claimed) + " bytes"));
        }
    }

    @Test
    void refusesATruncatedFileWhereverItEnds() throws IOException {
        Path file = folder.resolve("t.safetensors");
        SafetensorsFile.write(file, Map.of("w", Tensor.of(Shape.of(4), 1f, 2f, 3f, 4f)), Map.of());
        byte[] whole = Files.readAllBytes(file);
        for (int n = 0; n < whole.length; n++) {
            Path cut = TorchFiles.write(folder, "cut", java.util.Arrays.copyOf(whole, n));
            assertFalse(refusal(cut).isEmpty());
        }
    }

    @Test
    void aFullDiskLeavesTheOldFileAndNoOther() throws IOException {
        Path file = Files.writeString(folder.resolve("best.safetensors"), "old");
        IOException e = assertThrows(IOException.class, () -> AtomicFile.write(file, out -> {
            assertEquals(4, out.write(ByteBuffer.wrap(new byte[4])));
            throw new IOException("No space left on device");
        }));
        assertEquals(file + ": cannot be written (No space left on device)", e.getMessage());
        assertEquals("old", Files.readString(file));
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(file), left.toList());
        }
    }

    @Test
    void saysWhereItCannotWrite() {
        Map<String, Tensor> none = Map.of();
        Path missing = folder.resolve("no/such/w.safetensors");
        assertEquals(missing + ": cannot be written (there is no folder " + missing.getParent() + ")",
                assertThrows(WeightFileException.class, () -> SafetensorsFile.write(missing, none, Map.of()))
                        .getMessage());
        assertEquals(folder + ": cannot be written (is a folder, expected a file to write)",
                assertThrows(WeightFileException.class, () -> SafetensorsFile.write(folder, none, Map.of()))
                        .getMessage());
    }
}
