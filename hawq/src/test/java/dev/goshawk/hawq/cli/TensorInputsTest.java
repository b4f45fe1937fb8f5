package dev.goshawk.hawq.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.goshawk.hawq.cli.command.TensorInputs;
import dev.goshawk.data.Normalization;
import dev.goshawk.tensor.DType;
import dev.goshawk.weights.WeightFileException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Images and labels as the tensors of a file, of every type that another program may have written. */
class TensorInputsTest {
    private static final int BYTES = 8 * 3;

    @TempDir
    private Path folder;
    private Path file;
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void file() {
        file = folder.resolve("i.safetensors");
    }

    private TensorInputs read() {
        return TensorInputs.read(file, DType.FLOAT64, 10, Normalization.IMAGENET, new PrintWriter(err, true));
    }

    private String refusal() {
        String message = assertThrows(WeightFileException.class, this::read).getMessage();
        assertEquals(1, message.lines().count(), message);
        return message.substring((file + ": ").length());
    }

    /** Two images [3, 1, 2] and labels, each as little-endian bytes. */
    private void write(String imageType, String imageShape, byte[] images, String labelType, String labelShape,
            byte[] labels) throws IOException {
        String json = "{\"images\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[0,%d]},\"labels\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%d,%d]}}"
                .formatted(imageType, imageShape, images.length, labelType, labelShape, images.length,
                        images.length + labels.length);
        byte[] header = json.getBytes(StandardCharsets.US_ASCII);
        Files.write(file, ByteBuffer.allocate(8 + header.length + images.length + labels.length)
                .order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).put(header).put(images).put(labels).array());
    }

    private void labeled(String type, String shape, byte[] labels) throws IOException {
        ByteBuffer images = ByteBuffer.allocate(2 * BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 12; i++) {
            images.putFloat(i / 2f);
        }
        write("F32", "2,3,1,2", images.array(), type, shape, labels);
    }

    /** The numbers as elements of so many bytes, little-endian. */
    private static byte[] integers(int bytes, long... numbers) {
        byte[] all = new byte[bytes * numbers.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) (numbers[i / bytes] >> 8 * (i % bytes));
        }
        return all;
    }

    private static byte[] doubles(double... numbers) {
        ByteBuffer all = ByteBuffer.allocate(8 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        for (double n : numbers) {
            all.putDouble(n);
        }
        return all.array();
    }

    @ParameterizedTest
    @CsvSource({"I64,8,int64", "I32,4,int32", "I16,2,int16", "I8,1,int8", "U64,8,uint64", "U32,4,uint32",
            "U16,2,uint16",
            "U8,1,uint8"})
    void labelsAreIntegersOfAnyWidth(String type, int bytes, String shown) throws IOException {
        for (String shape : new String[] {"2", "2,1"}) {
            labeled(type, shape, integers(bytes, 9, 0));
            TensorInputs read = read();
            assertArrayEquals(new int[] {9, 0}, read.labels());
            assertEquals("images float32, labels " + shown, read.description());
        }
        labeled(type, "2", integers(bytes, 3, 10));
        assertEquals("expected labels of 0 to 9, the class of each image, got 10 for image 1", refusal());
        labeled(type, "2", integers(bytes, -1, 0));
        String all = bytes == 8 ? "18446744073709551616" : Long.toString((1L << 8 * bytes) - 1);
        assertEquals("expected labels of 0 to 9, the class of each image, got " + (type.startsWith("U") ? all : "-1")
                + " for image 0", refusal());
    }

    @Test
    void labelsOfOtherKindsAreNamed() throws IOException {
        labeled("F64", "2", doubles(2, 5));
        assertArrayEquals(new int[] {2, 5}, read().labels());
        labeled("F64", "2", doubles(2, 2.5));
        assertEquals("expected labels of 0 to 9, the class of each image, got 2.5 for image 1", refusal());
        labeled("F64", "2", doubles(Double.NaN, 2));
        assertEquals("expected labels of 0 to 9, the class of each image, got NaN for image 0", refusal());
        labeled("BOOL", "2", integers(1, 1, 0));
        assertEquals("expected a tensor labels of integers, got bool[2]", refusal());
        labeled("I64", "3", integers(8, 1, 2, 3));
        assertEquals("expected a tensor labels [2], one an image, got [3]", refusal());
        labeled("I64", "2,10", integers(8, new long[20]));
        assertEquals("expected a tensor labels [2], one an image, got [2,10]", refusal());
        labeled("I64", "", integers(8, 1));
        assertEquals("expected a tensor labels [2], one an image, got []", refusal());
    }

    @Test
    void bytesArePixels() throws IOException {
        byte[] pixels = integers(1, 0, 255, 10, 20, 30, 40, 50, 60, 70, 80, 90, 200);
        write("U8", "2,3,1,2", pixels, "I64", "2", integers(8, 1, 2));
        TensorInputs read = read();
        assertEquals("[2,1,2,3]", read.images().shape().toString());
        assertEquals((0 / 255.0 - 0.485) / 0.229, read.images().get(0));
        assertEquals((10 / 255.0 - 0.456) / 0.224, read.images().get(1));
        assertEquals((255 / 255.0 - 0.485) / 0.229, read.images().get(3));
        assertEquals((200 / 255.0 - 0.406) / 0.225, read.images().get(11));
        assertEquals("goshawk: " + file + ": images are uint8, taken as pixels of 0 to 255 and normalized as those of "
                + "image files\n", err.toString());
        assertEquals("images uint8, labels int64", read.description());
    }

    @Test
    void imagesAreFloatingNumbersAsTheyAre() throws IOException {
        labeled("I32", "2", integers(4, 1, 2));
        assertArrayEquals(new double[] {0, 1, 2, 0.5, 1.5, 2.5}, Arrays.copyOf(numbers(read()), 6));
        assertEquals("", err.toString());
        byte[] halves = new byte[24];
        halves[1] = 0x3C;
        write("F16", "2,3,1,2", halves, "I64", "2", integers(8, 1, 2));
        TensorInputs read = read();
        assertEquals(1, read.images().get(0));
        assertEquals("images float16, labels int64", read.description());
        for (String type : new String[] {"I32,4,int32", "I8,1,int8", "I64,8,int64"}) {
            String[] parts = type.split(",");
            write(parts[0], "2,3,1,2", integers(Integer.parseInt(parts[1]), new long[12]), "I64", "2",
                    integers(8, 1, 2));
            assertEquals("expected images as normalized floating numbers, or as uint8 pixels of 0 to 255, got "
                    + parts[2], refusal());
        }
        write("U8", "2,1,2,3", new byte[12], "I64", "2", integers(8, 1, 2));
        assertEquals(
                "expected a tensor images [N, 3, height, width], got [2,1,2,3]: in PyTorch images.permute(0, 3, 1, "
                        + "2)",
                refusal());
    }

    private static double[] numbers(TensorInputs inputs) {
        double[] all = new double[inputs.images().size()];
        Arrays.setAll(all, inputs.images()::get);
        return all;
    }

    @Test
    void readsWhatPyTorchWrites() throws IOException {
        try (InputStream in = TensorInputsTest.class.getResourceAsStream("/inputs/x-inputs-int64-labels.safetensors")) {
            Files.write(file, Objects.requireNonNull(in).readAllBytes());
        }
        assertEquals("images float32, labels int64", read().description());
        assertEquals(1, read().labels().length);
        CliRun.writeWeights(folder.resolve("w.safetensors"));
        CliRun run = CliRun.of("evaluate", "--weights", folder.resolve("w.safetensors").toString(), "--inputs",
                file.toString());
        assertEquals(0, run.exitCode(), run.err());
        assertEquals("resnet20 on " + file + " (images float32, labels int64)", run.out().lines().findFirst()
                .orElseThrow());
    }
}
