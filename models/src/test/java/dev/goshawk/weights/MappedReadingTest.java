package dev.goshawk.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Progress while reading, and the zip directory behind mapped entries. */
class MappedReadingTest {
    private static final byte[] FOUR = TorchFiles.floats(1, 2, 3, 4);

    @TempDir
    Path folder;

    private static byte[] pickle() {
        return new PickleBuilder().op('}').op('(').text("v")
                .tensor("FloatStorage", "0", 4, 0, new long[] {4}, new long[] {1}).text("w")
                .tensor("FloatStorage", "1", 4, 0, new long[] {4}, new long[] {1}).op('u').stop();
    }

    private static byte[] zip() throws IOException {
        return TorchFiles.zip(pickle(), Map.of("0", FOUR, "1", FOUR));
    }

    private static String refusal(Path file) {
        String message = assertThrows(WeightFileException.class, () -> WeightFile.read(file)).getMessage();
        assertTrue(message.startsWith(file + ": ") && !message.contains("\n"), message);
        return message.substring(file.toString().length() + 2);
    }

    @Test
    void tellsHowFarItHasCome() throws IOException {
        Path safetensors = folder.resolve("w.safetensors");
        Tensor t = Tensor.of(Shape.of(4), new float[] {1, 2, 3, 4});
        SafetensorsFile.write(safetensors, Map.of("v", t, "w", t), Map.of());
        byte[] legacy = TorchFiles.legacy(pickle(), List.of("0", "1"), List.of(4L, 4L), List.of(FOUR, FOUR));
        for (Path file : List.of(safetensors, TorchFiles.write(folder, "w.pt", zip()),
                TorchFiles.write(folder, "w.th", legacy))) {
            List<Long> steps = new ArrayList<>();
            Weights weights = WeightFile.read(file, (bytes, total) -> {
                assertEquals(file.toFile().length(), total);
                steps.add(bytes);
            });
            assertArrayEquals(new float[] {1, 2, 3, 4}, weights.get("w").floats());
            assertTrue(steps.size() >= 2 && steps.getLast() <= Files.size(file), steps.toString());
            assertEquals(steps.stream().distinct().sorted().toList(), steps, "growing");
            assertEquals(FOUR.length, steps.getLast() - steps.get(steps.size() - 2));
            assertTrue(Files.deleteIfExists(file), "released after reading");
        }
    }

    /** The same file with its directory's sizes and places moved to ZIP64 fields, as a file over 4 GiB has them. */
    private static byte[] zip64() throws IOException {
        byte[] plain = zip();
        ByteBuffer in = ByteBuffer.wrap(plain).order(ByteOrder.LITTLE_ENDIAN);
        int end = plain.length - 22;
        int start = in.getInt(end + 16);
        ByteArrayOutputStream directory = new ByteArrayOutputStream();
        int count = 0;
        for (int at = start; at < end; count++) {
            int name = in.getShort(at + 28);
            byte[] entry = Arrays.copyOfRange(plain, at, at + 46 + name);
            ByteBuffer e = ByteBuffer.wrap(entry).order(ByteOrder.LITTLE_ENDIAN);
            ByteBuffer extra = ByteBuffer.allocate(6 + 28).order(ByteOrder.LITTLE_ENDIAN);
            extra.putShort((short) 0x5455).putShort((short) 2).putShort((short) 7).putShort((short) 1)
                    .putShort((short) 24).putLong(e.getInt(24)).putLong(e.getInt(20)).putLong(e.getInt(42));
            e.putInt(24, -1).putInt(20, -1).putInt(42, -1).putShort(30, (short) extra.capacity()).putShort(32,
                    (short) 0);
            directory.writeBytes(entry);
            directory.writeBytes(extra.array());
            at += 46 + name + in.getShort(at + 30) + in.getShort(at + 32);
        }
        ByteBuffer tail = ByteBuffer.allocate(56 + 20 + 22 + 3).order(ByteOrder.LITTLE_ENDIAN);
        tail.putInt(0x06064b50).putLong(44).putInt(0).putInt(0).putInt(0).putLong(count).putLong(count)
                .putLong(directory.size()).putLong(start);
        tail.putInt(0x07064b50).putInt(0).putLong(start + directory.size()).putInt(1);
        tail.putInt(0x06054b50).putInt(0).putInt(-1).putInt(-1).putInt(-1).putShort((short) 3).put(new byte[3]);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(plain, 0, start);
        out.writeBytes(directory.toByteArray());
        out.writeBytes(tail.array());
        return out.toByteArray();
    }

    @Test
    void readsZip64() throws IOException {
        Weights weights = WeightFile.read(TorchFiles.write(folder, "w.pt", zip64()));
        assertArrayEquals(new float[] {1, 2, 3, 4}, weights.get("v").floats());
    }

    private String damaged(byte[] content, Consumer<ByteBuffer> change) throws IOException {
        change.accept(ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN));
        return refusal(TorchFiles.write(folder, "bad", content));
    }

    @Test
    void refusesADirectoryThatLies() throws IOException {
        int end = zip().length - 22;
        int start = ByteBuffer.wrap(zip()).order(ByteOrder.LITTLE_ENDIAN).getInt(end + 16);
        String damaged = "truncated or damaged zip (";
        assertEquals(damaged + "its directory claims 1879048192 bytes at " + start + ")",
                damaged(zip(), b -> b.putInt(end + 12, 0x70000000)));
        assertTrue(damaged(zip(), b -> b.putInt(end + 16, end)).startsWith(damaged + "its directory claims "));
        assertEquals(damaged + "no entry at byte 0 of its directory)", damaged(zip(), b -> b.putInt(start, 7)));
        assertEquals(damaged + "an entry reaches past its directory)",
                damaged(zip(), b -> b.putShort(start + 30, (short) -1)));
        assertEquals(damaged + "no header of archive/data.pkl at byte 5)",
                damaged(zip(), b -> b.putInt(start + 42, 5)));
        assertEquals(damaged + "entry archive/data.pkl reaches into the directory)",
                damaged(zip(), b -> b.putShort(28, (short) -1)));
        assertEquals(damaged + "entry archive/data.pkl lacks its ZIP64 sizes)",
                damaged(zip(), b -> b.putInt(start + 42, -1)));
        assertEquals(damaged + "no ZIP64 locator at byte " + (end - 20) + ")",
                damaged(zip(), b -> b.putInt(end + 16, -1)));
        byte[] large = zip64();
        int locator = large.length - 3 - 22 - 20;
        assertEquals(damaged + "no ZIP64 end of the directory at byte -1)",
                damaged(zip64(), b -> b.putLong(locator + 8, -1)));
        assertEquals(damaged + "its directory claims -5 bytes at " + start + ")",
                damaged(zip64(), b -> b.putLong(locator - 16, -5)));
        assertEquals(damaged + "entry archive/data.pkl has a negative size or place)",
                damaged(zip64(), b -> b.putLong(start + 46 + 16 + 10, -1)));
    }
}
