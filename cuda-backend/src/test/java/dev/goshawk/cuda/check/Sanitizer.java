package dev.goshawk.cuda.check;

import dev.goshawk.autodiff.BackendAgreement;
import dev.goshawk.autodiff.composition.Compositions;
import dev.goshawk.autodiff.OpSample;
import dev.goshawk.autodiff.OpSamples;
import dev.goshawk.backend.Backend;
import dev.goshawk.tensor.DType;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** NVIDIA's compute-sanitizer over the awkward rows of the op table, in a process of their own. */
final class Sanitizer {
    /** The part that a sanitized process runs. */
    static final String SUBJECT = "sanitized";
    private static final int ERROR_CODE = 9;

    private Sanitizer() {
    }

    static void runSubject(Backend gpu) {
        for (OpSample s : OpSamples.awkward()) {
            BackendAgreement.check(gpu, s, DType.FLOAT32);
        }
        for (Compositions.Row r : Compositions.awkward()) {
            BackendAgreement.check(gpu, r.name(), r.function(), r.at(), 1, DType.FLOAT32);
        }
    }

    static void run(CheckTable table) {
        Optional<String> tool = find();
        for (String check : List.of("memcheck", "racecheck")) {
            if (tool.isEmpty()) {
                table.skip("compute-sanitizer " + check,
                        "there is no compute-sanitizer in PATH, CUDA_HOME or /usr/local/cuda");
                continue;
            }
            try {
                List<String> command = new ArrayList<>(List.of(tool.get(), "--tool", check, "--error-exitcode",
                        Integer.toString(ERROR_CODE), "--target-processes", "all"));
                command.addAll(ThisJava.command(CheckOnGpu.class, SUBJECT));
                Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
                String said = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                int code = p.waitFor();
                if (code != 0) {
                    System.err.println(said.lines().limit(40).reduce("", (a, b) -> a + "    " + b + "\n"));
                }
                String summary = said.lines().filter(l -> l.contains("SUMMARY")).reduce((a, b) -> b)
                        .orElse("ended with code " + code).replaceAll("=+ ?", "").strip();
                table.check("compute-sanitizer " + check, summary, "no error", code == 0);
            } catch (IOException e) {
                table.skip("compute-sanitizer " + check, String.valueOf(e.getMessage()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static Optional<String> find() {
        String path = System.getenv().getOrDefault("PATH", "");
        String home = System.getenv().getOrDefault("CUDA_HOME",
                System.getenv().getOrDefault("CUDA_PATH", "/usr/local/cuda"));
        return Stream.concat(Stream.of(path.split(File.pathSeparator)),
                Stream.of(home + "/bin", home + "/compute-sanitizer", "/usr/local/cuda/bin"))
                .map(folder -> Path.of(folder, "compute-sanitizer")).filter(Files::isExecutable).map(Path::toString)
                .findFirst();
    }
}
