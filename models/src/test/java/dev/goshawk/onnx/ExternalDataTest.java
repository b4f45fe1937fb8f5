package dev.goshawk.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.files.SpecialFiles;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.format.OnnxReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights in files beside the model. */
class ExternalDataTest {
    @TempDir
    Path folder;

    private static OnnxBytes images() {
        return OnnxFaultsTest.images();
    }

    private String message(OnnxBytes model) throws IOException {
        return OnnxFaultsTest.message(folder, model.toBytes());
    }

    @Test
    void externalDataStaysInTheFolder() throws IOException {
        Files.write(folder.resolve("weights.bin"), new byte[16]);
        for (String location : List.of("../secret", "/etc/passwd", "a/../../secret", "")) {
            assertTrue(message(images().initializer(external(location, 4)).node("Relu", List.of("x"), List.of("y"))
                    .output("y")).contains("expected a path within the model's folder"), location);
        }
        assertEquals("tensor 'w': external data 'weights.bin': expected 400 bytes, got 400 at 0 of 16",
                message(images().initializer(external("weights.bin", 100)).node("Relu", List.of("x"), List.of("y"))
                        .output("y")));
    }

    @Test
    void externalDataEndWithinTheirFile() throws IOException {
        Files.write(folder.resolve("weights.bin"), new byte[16]);
        for (String[] c : new String[][] {{"-4", "16", "got 16 at -4 of 16"}, {"4", "16", "got 16 at 4 of 16"},
                {"9223372036854775807", "16", "got 16 at 9223372036854775807 of 16"}, {"0", "-1", "got -1 at 0 of 16"},
                {"0", "8", "got 8 at 0 of 16"}}) {
            assertEquals("tensor 'w': external data 'weights.bin': expected 16 bytes, " + c[2],
                    message(images().initializer(external("weights.bin", 4, "offset", c[0], "length", c[1]))
                            .node("Relu", List.of("x"), List.of("y")).output("y")));
        }
        assertEquals("tensor 'w': external data: offset: expected a number, got '0x4'",
                message(images().initializer(external("weights.bin", 4, "offset", "0x4"))
                        .node("Relu", List.of("x"), List.of("y")).output("y")));
    }

    @Test
    void linksDoNotLeaveTheFolder(@TempDir Path outside) throws IOException {
        Files.write(outside.resolve("secret"), new byte[16]);
        Files.createSymbolicLink(folder.resolve("link.bin"), outside.resolve("secret"));
        Files.createSymbolicLink(folder.resolve("link.d"), outside);
        Files.createSymbolicLink(folder.resolve("loop.bin"), folder.resolve("loop.bin"));
        for (String location : List.of("link.bin", "link.d/secret")) {
            assertEquals("tensor 'w': external data '" + location + "': expected a path within the model's folder",
                    message(images().initializer(external(location, 4)).node("Relu", List.of("x"), List.of("y"))
                            .output("y")));
        }
        assertTrue(message(images().initializer(external("loop.bin", 4)).node("Relu", List.of("x"), List.of("y"))
                .output("y")).startsWith("tensor 'w': external data 'loop.bin': cannot be read ("));
    }

    @Test
    void onlyRegularFilesAreRead() throws IOException, InterruptedException {
        String special = "is a named pipe, a device or another special file, expected a regular file";
        Path pipe = SpecialFiles.pipe(folder.resolve("pipe.onnx"));
        assertEquals(pipe + ": " + special,
                assertThrows(OnnxException.class, () -> OnnxReader.read(pipe)).getMessage());
        Path none = folder.resolve("none.onnx");
        assertEquals(none + ": no such file",
                assertThrows(OnnxException.class, () -> OnnxReader.read(none)).getMessage());
        SpecialFiles.pipe(folder.resolve("weights.pipe"));
        Files.createDirectory(folder.resolve("weights.d"));
        for (String[] c : new String[][] {{"weights.pipe", special}, {"weights.d", "is a folder, expected a file"}}) {
            assertEquals("tensor 'w': external data '" + c[0] + "': " + c[1],
                    message(images().initializer(external(c[0], 4)).node("Relu", List.of("x"), List.of("y"))
                            .output("y")));
        }
    }

    private static byte[] external(String location, int elements, String... more) {
        return OnnxBytes.message(out -> {
            out.writeInt64(1, elements);
            out.writeInt32(2, 1);
            out.writeString(8, "w");
            out.writeByteArray(13, OnnxBytes.message(e -> {
                e.writeString(1, "location");
                e.writeString(2, location);
            }));
            for (int i = 0; i < more.length; i += 2) {
                String key = more[i];
                String value = more[i + 1];
                out.writeByteArray(13, OnnxBytes.message(e -> {
                    e.writeString(1, key);
                    e.writeString(2, value);
                }));
            }
            out.writeInt32(14, 1);
        });
    }

    /** Parts of a file may be shared, and follow each other in any order. */
    @Test
    void partsMayOverlap() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 10; i++) {
            bytes.putFloat(i);
        }
        Files.write(folder.resolve("weights.bin"), bytes.array());
        Path file = Files.write(folder.resolve("shared.onnx"), images()
                .initializer(external("weights.bin", 3, "offset", "4", "length", "12"))
                .initializer(OnnxBytes.floats("s", new long[] {3, 1, 1}, 1, 2, 3))
                .node("Mul", List.of("x", "s"), List.of("m")).node("GlobalAveragePool", List.of("m"), List.of("p"))
                .node("Flatten", List.of("p"), List.of("f")).node("Add", List.of("f", "w"), List.of("y")).output("y")
                .toBytes());
        assertArrayEquals(new double[] {1, 2, 3}, OnnxNetwork.read(file).weights().get("w").toDoubles());
    }
}
