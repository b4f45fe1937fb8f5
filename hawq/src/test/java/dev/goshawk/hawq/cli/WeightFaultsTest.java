package dev.goshawk.hawq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.models.Networks;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import dev.goshawk.weights.PickleBuilder;
import dev.goshawk.weights.SafetensorsFile;
import dev.goshawk.weights.TorchFiles;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is wrong with a weight file, a command ends in one line that names the file, and exit code 2. */
class WeightFaultsTest {
    @TempDir
    private Path folder;

    private static byte[] safetensors(long headerLength, String header, int dataBytes) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN).putLong(headerLength)
                .put(json).array();
    }

    private static byte[] safetensors(String header, int dataBytes) {
        return safetensors(header.length(), header, dataBytes);
    }

    private static byte[] zip(PickleBuilder pickle, int floats) throws IOException {
        return TorchFiles.zip(pickle.stop(), Map.of("0", TorchFiles.floats(new float[floats])));
    }

    private static PickleBuilder tensor(long length, long offset, long[] sizes, long[] strides) {
        return new PickleBuilder().op('}').text("w").tensor("FloatStorage", "0", length, offset, sizes, strides)
                .op('s');
    }

    private static Map<String, byte[]> faults() throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("empty", new byte[0]);
        files.put("text", "these are no weights, they are words".getBytes(StandardCharsets.UTF_8));
        files.put("header longer than the file", safetensors(1L << 40, "{}", 0));
        files.put("header of negative length", safetensors(-1, "{}", 0));
        files.put("header that is no JSON", safetensors("{\"w\":[1", 0));
        files.put("tensor of 2^62 elements",
                safetensors("{\"w\":{\"dtype\":\"F32\",\"shape\":[2147483648,2147483648],\"data_offsets\":[0,4]}}", 4));
        files.put("tensor beyond the file",
                safetensors("{\"w\":{\"dtype\":\"F32\",\"shape\":[1000],\"data_offsets\":[0,4000]}}", 4));
        files.put("tensor of another type",
                safetensors("{\"w\":{\"dtype\":\"Q7\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4));
        files.put("tensors that overlap", safetensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4));
        files.put("none of the network's tensors",
                safetensors("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4));
        files.put("pickle that calls a function",
                zip(new PickleBuilder().global("os", "system").text("true").op(0x85).op('R'), 1));
        files.put("pickle of a storage larger than its file",
                zip(tensor(1L << 40, 0, new long[] {4}, new long[] {1}), 4));
        files.put("tensor larger than its storage", zip(tensor(4, 2, new long[] {4}, new long[] {1}), 4));
        files.put("tensor of 2^60 elements on one number",
                zip(tensor(4, 0, new long[] {1L << 30, 1L << 30}, new long[] {0, 0}), 4));
        files.put("tensor of negative strides", zip(tensor(4, 3, new long[] {4}, new long[] {-1}), 4));
        byte[] sound = zip(tensor(4, 0, new long[] {4}, new long[] {1}), 4);
        files.put("half of a zip", Arrays.copyOf(sound, sound.length / 2));
        files.put("legacy file without its numbers",
                TorchFiles.legacy(tensor(4, 0, new long[] {4}, new long[] {1}).stop(), List.of("0"), List.of(4L),
                        List.of(TorchFiles.floats(1))));
        files.put("pickle of something else", new PickleBuilder().text("hello").stop());
        return files;
    }

    /** Data of one image a class, so that a command comes to its weights at once. */
    private Path data() throws IOException {
        Path data = folder.resolve("data");
        for (String place : List.of("train/a", "train/b", "test/a", "test/b")) {
            BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
            ImageIO.write(image, "png", Files.createDirectories(data.resolve(place)).resolve("0.png").toFile());
        }
        return data;
    }

    @Test
    void everyFaultIsOneLine() throws IOException {
        String data = data().toString();
        for (Map.Entry<String, byte[]> fault : faults().entrySet()) {
            Path file = Files.write(folder.resolve("weights"), fault.getValue());
            for (List<String> command : List.of(List.of("evaluate"), List.of("spectrum"),
                    List.of("quantize", "--out", folder.resolve("run").toString()),
                    List.of("train", "--epochs", "1", "--out", folder.resolve("run").toString()))) {
                List<String> all = new ArrayList<>(command);
                all.addAll(List.of("--data", data, "--weights", file.toString()));
                String line = CliRun.failure(all.toArray(String[]::new));
                assertTrue(line.startsWith("goshawk: " + file + ": "), fault.getKey() + ": " + line);
                assertTrue(line.length() < 600, fault.getKey() + ": " + line);
            }
        }
        String line = CliRun.failure("evaluate", "--weights", folder.toString());
        assertEquals("goshawk: " + folder + ": is a folder, expected a file", line);
        assertTrue(Files.notExists(folder.resolve("run")));
    }

    private static Map<String, Tensor> resnet20() {
        return new LinkedHashMap<>(Parameters
                .initialize(Networks.byName("resnet20", 2), DType.FLOAT32, 1).toWeights("random").tensors());
    }

    private Path write(Map<String, Tensor> tensors) {
        Path file = folder.resolve("w.safetensors");
        SafetensorsFile.write(file, tensors, Map.of());
        return file;
    }

    @Test
    void aPrefixComesOffAndALineSaysSo() throws IOException {
        Map<String, Tensor> wrapped = new LinkedHashMap<>();
        resnet20().forEach((name, t) -> wrapped.put("model._orig_mod." + name, t));
        Path file = write(wrapped);
        CliRun run = CliRun.of("evaluate", "--data", data().toString(), "--weights", file.toString());
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.err().contains("goshawk: " + file
                + ": the names fit resnet20 without '_orig_mod.' and 'model.'" + System.lineSeparator()), run.err());
    }

    @Test
    void entriesOfNoUseAreLeftOutByName() throws IOException {
        Map<String, Tensor> counted = resnet20();
        counted.put("layer1.total_ops", Tensor.of(Shape.of(1), 0.));
        counted.put("total_params", Tensor.of(Shape.of(1), 0.));
        Path file = write(counted);
        String data = data().toString();
        String line = CliRun.failure("evaluate", "--data", data, "--weights", file.toString());
        assertEquals(
                "goshawk: " + file + ": not the weights of resnet20 with 2 classes: 2 unexpected (layer1.total_ops, "
                        + "total_params); to leave them out: --ignore-weights total_ops,total_params",
                line);
        CliRun run = CliRun.of("evaluate", "--data", data, "--weights", file.toString(), "--ignore-weights",
                "total_ops,total_p*");
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.err().contains(file + ": 2 of 99 entries left out by name"), run.err());
        assertEquals("goshawk: " + file + ": no name matches totals, so nothing can be left out",
                CliRun.failure("evaluate", "--data", data, "--weights", file.toString(), "--ignore-weights", "totals"));
        for (String weights : List.of("evaluate", "spectrum", "train --epochs 1", "quantize")) {
            List<String> command = new ArrayList<>(List.of(weights.split(" ")));
            command.addAll(List.of("--data", data, "--weights", "random", "--ignore-weights", "total_ops"));
            assertEquals("goshawk: --ignore-weights: expected a weight file to leave entries out of, got random",
                    CliRun.failure(command.toArray(String[]::new)));
        }
    }
}
