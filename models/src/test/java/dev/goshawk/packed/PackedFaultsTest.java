package dev.goshawk.packed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.models.Networks;
import dev.goshawk.packed.format.PackedFile;
import dev.goshawk.packed.format.PackedSize;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import dev.goshawk.weights.SafetensorsFile;
import dev.goshawk.weights.WeightFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are not what they claim: one line each, and no more memory than the file's length allows. */
class PackedFaultsTest {
    @TempDir
    private static Path folder;
    private static Path file;
    private static byte[] sound;
    private static PackedSize size;

    @BeforeAll
    static void write() throws IOException {
        file = folder.resolve("m.packed.safetensors");
        size = PackedFile.write(file, PackedSamples.resnet20());
        sound = Files.readAllBytes(file);
    }

    private static String refusal(byte[] bytes) throws IOException {
        Path bad = Files.write(folder.resolve("bad"), bytes);
        WeightFileException e = assertThrows(WeightFileException.class, () -> PackedModel.load(bad));
        String message = String.valueOf(e.getMessage());
        assertEquals(1, message.lines().count(), message);
        assertTrue(message.startsWith(bad + ": "), message);
        return message.substring((bad + ": ").length());
    }

    private static String header(byte[] bytes) {
        int length = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        return new String(bytes, 8, length, StandardCharsets.UTF_8);
    }

    private static byte[] with(String header, byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        byte[] json = header.replaceAll("\"crc32c\":\"[0-9a-f]*\"",
                "\"crc32c\":\"" + HexFormat.of().toHexDigits((int) crc.getValue()) + "\"")
                .getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length)
                .put(json).put(data).array();
    }

    private static byte[] data() {
        return Arrays.copyOfRange(sound, (int) size.header(), sound.length);
    }

    private static byte[] changed(UnaryOperator<String> header) {
        return with(header.apply(header(sound)), data());
    }

    /** Changes an element of an array and the checksum with it. */
    private static byte[] patched(String tensor, int byteAt, byte... values) {
        Matcher m = Pattern.compile("\"" + tensor + "\":\\{[^}]*data_offsets\":\\[(\\d+),").matcher(header(sound));
        assertTrue(m.find());
        byte[] data = data();
        System.arraycopy(values, 0, data, Integer.parseInt(m.group(1)) + byteAt, values.length);
        return with(header(sound), data);
    }

    private static byte[] bytes(float x) {
        return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(x).array();
    }

    @Test
    void theSoundFileIsReadAndIsSafetensors() throws IOException {
        PackedModel model = PackedModel.load(file);
        assertEquals(sound.length, model.size().bytes());
        assertEquals(size, model.size());
        assertTrue(size.header() < 2048, size.toString());
        assertTrue(PackedFile.isPacked(file));
        assertEquals("goshawk-packed", dev.goshawk.weights.WeightFile.read(file).metadata().get("format"));
        assertEquals(sound.length, with(header(sound), data()).length);
        Files.write(folder.resolve("same"), with(header(sound), data()));
        assertEquals(size, PackedModel.load(folder.resolve("same")).size());
    }

    @Test
    void everyPrefixIsRefused() throws IOException {
        for (int length = 0; length < sound.length; length += length < 2000 ? 37 : 4099) {
            refusal(Arrays.copyOf(sound, length));
        }
        assertTrue(refusal(Arrays.copyOf(sound, sound.length - 1)).endsWith("(truncated)"));
        assertTrue(refusal(Arrays.copyOf(sound, sound.length + 1)).startsWith("its tensors take "));
    }

    @Test
    void everyDamagedByteOfTheHeaderOrTheDataIsRefused() throws IOException {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 300; i++) {
            byte[] bytes = sound.clone();
            int at = i < 150 ? random.nextInt((int) size.header()) : random.nextInt(bytes.length);
            bytes[at] ^= (byte) (1 << random.nextInt(8));
            Path bad = Files.write(folder.resolve("bad"), bytes);
            try {
                PackedModel.load(bad);
                // A letter of a class name, of a number that normalizes images, or a space may have become another.
                assertTrue(at < size.header(), "byte " + at);
            } catch (WeightFileException e) {
                assertEquals(1, String.valueOf(e.getMessage()).lines().count());
            }
        }
        assertTrue(refusal(flipped(sound.length - 1)).startsWith("its data are damaged (checksum "));
    }

    private static byte[] flipped(int at) {
        byte[] bytes = sound.clone();
        bytes[at] ^= 1;
        return bytes;
    }

    @Test
    void lyingTablesAreRefused() throws IOException {
        // weight 0 of 2 bits claims 3, then 9; 5 levels of 2 bits; groups of another number; code 3 of 3 levels
        assertTrue(refusal(patched("weights", 2, (byte) 3)).startsWith("tensor codes: expected U8 of "));
        assertTrue(
                refusal(patched("weights", 2, (byte) 9)).startsWith("weight conv1.weight: expected a width of 1 to 8"));
        assertTrue(refusal(patched("weights", 2, (byte) -1, (byte) -1)).startsWith("weight conv1.weight: expected a "));
        assertTrue(refusal(patched("weights", 4, (byte) 5)).startsWith("weight conv1.weight: expected a width"));
        assertTrue(refusal(patched("weights", 6, (byte) 7)).startsWith("weight conv1.weight: expected 1 group or 16"));
        assertTrue(
                refusal(patched("weights", 0, (byte) 17)).startsWith("weight conv1.weight: expected a form of 0 to 4"));
        assertTrue(refusal(patched("weights", 10, (byte) 0)).startsWith("weight conv1.weight: expected the levels of"));
        assertEquals("weight conv1.weight: expected codes of 0 to 2, got 3",
                refusal(patched("codes", 0, (byte) 0xFF)));
        assertTrue(refusal(patched("activations", 2, (byte) 0)).startsWith("activation 0: expected a form of 0 to 3"));
        assertTrue(refusal(patched("activations", 2, (byte) 12)).startsWith("expected a width of 1 to 8 bits"));
        assertTrue(
                refusal(patched("activations", 0, (byte) 3)).startsWith("tensor activation_scales: expected F32 of"));
    }

    @Test
    void numbersAreFiniteAndStepsAboveZero() throws IOException {
        for (float x : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            for (String tensor : new String[] {"scales", "normalization_scales", "normalization_biases", "biases",
                    "activation_scales"}) {
                assertEquals("tensor " + tensor + ": expected finite numbers, got " + x,
                        refusal(patched(tensor, 4, bytes(x))));
            }
        }
        assertEquals("weight conv1.weight: expected steps of 0 or more, got -1.0",
                refusal(patched("scales", 0, bytes(-1))));
        assertEquals("expected steps above 0, got 0.0", refusal(patched("activation_scales", 0, bytes(0))));
        assertEquals("expected steps above 0, got -1.0", refusal(patched("activation_scales", 0, bytes(-1))));
    }

    @Test
    void metadataAreChecked() throws IOException {
        assertEquals("expected version 1 of the packed format, got 2",
                refusal(changed(h -> h.replace("\"version\":\"1\"", "\"version\":\"2\""))));
        assertEquals("expected metadata version, got none",
                refusal(changed(h -> h.replace("\"version\":\"1\",", ""))));
        assertTrue(refusal(changed(h -> h.replace("resnet20", "resnet32"))).contains("of another structure"));
        assertTrue(refusal(changed(h -> h.replace("resnet20", "mynet"))).contains(
                "holds the network 'mynet', which is none of resnet20, "));
        assertTrue(refusal(changed(h -> h.replace("class 2", "class 2\\nclass 3"))).contains("another structure"));
        assertTrue(refusal(changed(h -> h.replace("32x32", "99999x9"))).startsWith("expected images of 1 to 4096"));
        assertTrue(
                refusal(changed(h -> h.replace("32x32", "-3x9"))).startsWith("metadata input_size: expected 2 sizes"));
        assertTrue(refusal(changed(h -> h.replace("0.485", "NaN"))).startsWith("metadata mean: expected finite"));
        assertTrue(refusal(changed(h -> h.replace("0.485,", ""))).startsWith("normalization: expected three means"));
        assertTrue(refusal(changed(h -> h.replace("0.229", "0"))).startsWith("normalization: expected three means"));
        assertTrue(refusal(changed(h -> h.replace("0.485", "1e300")))
                .startsWith("normalization: expected numbers within float32, got -4.3"));
        assertTrue(refusal(changed(h -> h.replace("0.229", "1e-320")))
                .startsWith("normalization: expected numbers within float32, got -Infinity"));
    }

    @Test
    void headersThatClaimTooMuchAreRefused() throws IOException {
        Matcher m = Pattern.compile("\"codes\":\\{\"dtype\":\"U8\",\"shape\":\\[(\\d+)]").matcher(header(sound));
        assertTrue(m.find());
        String shape = m.group();
        for (String claim : new String[] {"999999999999", "2147483647,2147483647,2147483647", "1", "0", "3,5"}) {
            assertTrue(refusal(changed(h -> h.replace(shape, shape.replace(m.group(1), claim))))
                    .startsWith("tensor codes: expected U8"), claim);
        }
        assertTrue(refusal(changed(h -> h.replace("\"codes\":{\"dtype\":\"U8\"", "\"codes\":{\"dtype\":\"F32\"")))
                .startsWith("tensor codes: expected U8"));
        assertTrue(refusal(changed(h -> h.replace("\"codes\":", "\"kodes\":"))).startsWith("expected tensors among"));
        assertTrue(refusal(changed(h -> h.replace("\"codes\":", "\"biases\":"))).contains("each name once"));
        byte[] long64 = sound.clone();
        Arrays.fill(long64, 0, 7, (byte) 0xFF);
        assertTrue(refusal(long64).startsWith("is not a packed model"));
        assertTrue(refusal(changed(h -> "[".repeat(60_000))).startsWith("is not a packed model"));
        assertTrue(refusal(changed(h -> "{\"a\":".repeat(10_000))).contains("is not sound JSON"));
    }

    @Test
    void namesOfManyClassesAreATensorOfBoundedLength() throws IOException {
        int length = data().length;
        byte[] data = Arrays.copyOf(data(), length + 70_000);
        Arrays.fill(data, length, data.length, (byte) '\n');
        String header = header(sound).stripTrailing().replaceAll("\"classes\":\"[^\"]*\",", "");
        String more = header.substring(0, header.length() - 1)
                + ",\"classes\":{\"dtype\":\"U8\",\"shape\":[70000],\"data_offsets\":[" + length + "," + data.length
                + "]}}";
        assertEquals("expected the names of at most 65536 classes, got more", refusal(with(more, data)));
    }

    @Test
    void otherFilesAreNamed() throws IOException {
        SafetensorsFile.write(folder.resolve("plain"), Map.of("w", Tensor.zeros(DType.FLOAT32, Shape.of(3))), Map.of());
        String plain = refusal(Files.readAllBytes(folder.resolve("plain")));
        assertEquals(
                "is not a packed model (its metadata lack the format goshawk-packed); a safetensors file of weights is "
                        + "something else; goshawk quantize writes packed models, as model.packed.safetensors",
                plain);
        assertFalse(PackedFile.isPacked(folder.resolve("plain")));
        SafetensorsFile.write(folder.resolve("long"), Map.of("w", Tensor.zeros(DType.FLOAT32, Shape.of(600_000))),
                Map.of());
        assertEquals(plain, refusal(Files.readAllBytes(folder.resolve("long"))));
        assertEquals(
                "is not a packed model (it has no safetensors header of 2 to 65536 bytes); goshawk quantize writes packed "
                        + "models, as model.packed.safetensors",
                refusal("PK\3\4 and so on and on".getBytes(StandardCharsets.UTF_8)));
        for (Path other : new Path[] {folder, folder.resolve("missing")}) {
            assertFalse(PackedFile.isPacked(other));
            String message = String.valueOf(
                    assertThrows(WeightFileException.class, () -> PackedModel.load(other)).getMessage());
            assertTrue(message.contains(other.equals(folder) ? "is a folder" : "no such file"), message);
        }
        assertTrue(String.valueOf(assertThrows(WeightFileException.class,
                () -> PackedModel.load(file, Networks.byName("resnet20"))).getMessage())
                .endsWith("holds a network of 3 classes, resnet20 has 10"));
    }
}
