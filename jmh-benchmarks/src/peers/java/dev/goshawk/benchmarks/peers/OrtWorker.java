package dev.goshawk.benchmarks.peers;

import dev.goshawk.benchmarks.compare.Worker;
import dev.goshawk.benchmarks.work.Logits;
import dev.goshawk.benchmarks.work.Problem;
import dev.goshawk.benchmarks.work.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The peer in ONNX Runtime, in a process of its own. */
public final class OrtWorker {
    private OrtWorker() {
    }

    /** Takes the number of threads. */
    public static void main(String[] arguments) throws IOException {
        int threads = Integer.parseInt(arguments[0]);
        Worker.serve(name -> make(name, threads));
    }

    private static Workload make(String name, int threads) {
        String[] parts = name.split("/", 3);
        Problem problem = Problem.byName(parts[1]);
        return switch (parts[0]) {
            case "float" -> new OrtNetwork(floats(problem), problem, threads);
            case "int8" -> new OrtNetwork(Int8File.of(floats(problem), problem), problem, threads);
            case "codes" -> new OrtNetwork(codes(problem, Integer.parseInt(parts[2])), problem, threads);
            case "write" -> written(Int8File.of(floats(problem), problem), Path.of(parts[2]));
            default -> throw new IllegalArgumentException("no such work: " + name);
        };
    }

    private static byte[] floats(Problem problem) {
        return bytes(file -> Logits.writeFloats(problem, file));
    }

    private static byte[] codes(Problem problem, int bits) {
        return bytes(file -> Logits.writeCodes(problem, bits, file));
    }

    private interface Writing {
        void write(Path file);
    }

    private static byte[] bytes(Writing writing) {
        try {
            Path file = Files.createTempFile("goshawk", ".onnx");
            try {
                writing.write(file);
                return Files.readAllBytes(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Workload written(byte[] model, Path file) {
        try {
            Files.write(file, model);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Workload() {
            @Override
            public Map<String, Double> facts() {
                return Map.of();
            }

            @Override
            public void run() {
                throw new IllegalStateException("a file is nothing to run");
            }
        };
    }
}
