package dev.goshawk.cuda.check;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs {@code peer.py} with the machine's python3 where that has PyTorch with CUDA. */
final class PyTorch {
    private static final String SCRIPT = "peer.py";

    private PyTorch() {
    }

    /** Seconds by the benchmark's name. */
    static Optional<Map<String, Double>> times(CheckTable table) {
        try (InputStream script = PyTorch.class.getResourceAsStream(SCRIPT)) {
            if (script == null) {
                throw new IllegalStateException("no " + SCRIPT + " on the class path");
            }
            Process p = new ProcessBuilder(List.of("python3", "-")).redirectErrorStream(false)
                    .redirectError(ProcessBuilder.Redirect.INHERIT).start();
            p.getOutputStream().write(script.readAllBytes());
            p.getOutputStream().close();
            String said = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (p.waitFor() != 0) {
                table.skip("PyTorch", said.isBlank() ? "python3 " + SCRIPT + " failed" : said.strip());
                return Optional.empty();
            }
            Map<String, Double> times = new LinkedHashMap<>();
            said.lines().filter(l -> l.contains("\t")).map(l -> l.split("\t"))
                    .forEach(f -> times.put(f[0], Double.parseDouble(f[1])));
            table.measure("PyTorch", said.lines().findFirst().orElse(""));
            return Optional.of(times);
        } catch (IOException e) {
            table.skip("PyTorch", String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Optional.empty();
    }
}
