package dev.goshawk.hawq.cli.curvature;

import dev.goshawk.hawq.cli.CliRun;
import dev.goshawk.hawq.cli.print.Progress;
import dev.goshawk.hawq.cli.print.SpectrumProgress;
import dev.goshawk.hawq.cli.print.SpectrumRow;
import dev.goshawk.hawq.cli.print.SpectrumTable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.synthetic.SyntheticShapes;
import dev.goshawk.models.Block;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class SpectrumCommandTest {
    private static final ImageDataset IMAGES = SyntheticShapes.open("train");

    @TempDir
    private Path folder;

    private String[] arguments(String... more) throws IOException {
        Path weights = folder.resolve("w.safetensors");
        CliRun.writeWeights(weights);
        Path list = CliRun.writeSamples(folder, IMAGES.name(0), IMAGES.name(4000), IMAGES.name(1));
        List<String> all = new ArrayList<>(
                List.of("spectrum", "--weights", weights.toString(), "--samples", list.toString()));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @Test
    void writesTheBlocksInNetworkOrder() throws IOException {
        Path json = folder.resolve("spectrum.json");
        CliRun run = CliRun.of(arguments("--json", json.toString(), "--tolerance", "0.05", "--batch", "2",
                "--seed", "8"));
        assertEquals(0, run.exitCode(), run.err());
        JsonNode result = CliRun.json(json);
        assertEquals(3, result.get("samples").asInt());
        assertEquals(8, result.get("seed").asInt());
        assertTrue(result.get("loss").asDouble() > 0);
        assertTrue(result.get("accuracy").asDouble() >= 0 && result.get("accuracy").asDouble() <= 1);
        JsonNode blocks = result.get("blocks");
        assertEquals(
                List.of("conv1", "layer1.0", "layer1.1", "layer1.2", "layer2.0", "layer2.1", "layer2.2", "layer3.0",
                        "layer3.1", "layer3.2", "linear"),
                blocks.valueStream().map(b -> b.get("name").asString()).toList());
        JsonNode first = blocks.get(4);
        assertEquals(
                List.of("name", "parameters", "weights", "eigenvalue", "residual", "rounding", "iterations",
                        "subsample_products", "sensitivity", "converged"),
                List.copyOf(first.propertyNames()));
        assertEquals(List.of("layer2.0.conv1.weight", "layer2.0.conv2.weight"),
                first.get("parameters").valueStream().map(JsonNode::asString).toList());
        assertEquals(13824, first.get("weights").asInt());
        for (JsonNode b : blocks) {
            double lambda = Math.abs(b.get("eigenvalue").asDouble());
            assertTrue(b.get("converged").asBoolean(), b.toString());
            assertTrue(b.get("residual").asDouble() <= 0.05 * lambda, "absolute residual: " + b);
            assertTrue(b.get("rounding").asDouble() < 1e-4 * lambda, b.toString());
            assertTrue(b.get("iterations").asInt() >= 1);
            assertEquals(lambda / b.get("weights").asInt(), b.get("sensitivity").asDouble(), 1e-15);
        }
        assertTrue(run.out().contains("lanczos, tolerance 5e-02, seed 8, "), run.out());
    }

    @Test
    void theSubsamplesProductsAreToldApart() throws IOException {
        Path json = folder.resolve("spectrum.json");
        CliRun run = CliRun.of(arguments("--json", json.toString(), "--tolerance", "0.3", "--subsample", "1",
                "--require-convergence"));
        assertEquals(0, run.exitCode(), run.err());
        assertEquals("davidson", CliRun.json(json).get("method").asString());
        assertEquals(1, CliRun.json(json).get("subsample").asInt());
        for (JsonNode b : CliRun.json(json).get("blocks")) {
            assertTrue(b.get("converged").asBoolean() && b.get("subsample_products").asInt() > 0, b.toString());
        }
        assertTrue(run.out().contains("davidson, tolerance 3e-01, seed 0, "), run.out());
        assertTrue(run.out().contains(" by 1 of the images, "), run.out());
        assertEquals("goshawk: --subsample: expected 0 images or more, got -1",
                CliRun.failure(arguments("--subsample", "-1")));
    }

    @Test
    void whatDidNotConvergeIsSaid() throws IOException {
        Path page = folder.resolve("open.html");
        CliRun run = CliRun.of(arguments("--max-iterations", "2", "--tolerance", "1e-9", "--dtype", "float64", "--out",
                page.toString()));
        assertEquals(0, run.exitCode(), run.err());
        String html = Files.readString(page);
        assertTrue(html.contains("<th class=\"n\">relative residual</th>")
                && html.matches("(?s).*<tr><td>conv1</td><td class=\"n\">432</td>(<td class=\"n\">[^<]+</td>){5}"
                        + "<td class=\"n\">no</td></tr>.*"),
                html);
        assertTrue(html.contains("class=\"whisker\"") && html.contains("<dt>Warning</dt><dd>not converged"), html);
        assertTrue(run.err().contains("goshawk: not converged to the tolerance: conv1 ("), run.err());
        assertTrue(run.err().endsWith("raise --max-iterations\n"), run.err());
        assertTrue(run.out().contains("; no bar: residual above |lambda|\n"), run.out());

        run = CliRun.of(arguments("--by", "network", "--top", "2", "--max-iterations", "4", "--tolerance", "1e-9",
                "--require-convergence"));
        assertEquals(3, run.exitCode(), run.err());
        assertTrue(run.err().matches("(?s).*network, eigenvalue 1 \\(.{1,9}\\), network, eigenvalue 2 \\(.*"),
                run.err());

        run = CliRun.of(arguments("--by", "network", "--max-iterations", "20", "--tolerance", "1e-13", "--dtype",
                "float64"));
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.out().contains("; dotted: not converged\n"), run.out());
        assertTrue(run.out().lines().anyMatch(line -> line.matches("network .* \\.+")), run.out());

        // Two products for the search, one for the check of its result: none are left for the others.
        run = CliRun.of(arguments("--by", "network", "--top", "3", "--max-iterations", "3"));
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.err()
                .matches("(?s).*not converged to the tolerance: network \\(.{1,9}\\): raise --max-iterations\n"
                        + "goshawk: fewer eigenvalues than 3: network \\(1\\): raise --max-iterations, to 15 "
                        + "for instance\n"),
                run.err());
    }

    @Test
    void fewerEigenvaluesThanAskedForAreNotAll() {
        SpectrumRow row = new SpectrumRow("a", List.of(), 2, List.of(new SpectrumRow.Pair(1, 0, 0, true, false)), 3, 0);
        assertTrue(row.isSolved(1) && !row.isSolved(2));
        assertTrue(new SpectrumRow("a", List.of(), 1, row.pairs(), 3, 0).isSolved(2), "the part has no more");
    }

    @Test
    void badArgumentsAreOneLine() throws IOException {
        String see = " (see goshawk spectrum --help)";
        assertEquals("goshawk: --tolerance: expected a number above 0 and below 1, got 0.0" + see,
                CliRun.failure(arguments("--tolerance", "0")));
        assertEquals(
                "goshawk: Invalid value for option '--tolerance': expected a finite decimal number such as 0.01 or "
                        + "1e-3, got 'NaN'" + see,
                CliRun.failure(arguments("--tolerance", "NaN")));
        assertEquals("goshawk: --max-iterations: expected at least 2 products, one to search and one to check, got "
                + "-3" + see,
                CliRun.failure(arguments("--max-iterations", "-3")));
        assertTrue(
                CliRun.failure(arguments("--method", "qr")).startsWith("goshawk: Invalid value for option '--method'"));
        Path nowhere = folder.resolve("no").resolve("x.json");
        assertEquals("goshawk: " + nowhere + ": cannot be written (there is no folder " + nowhere.getParent()
                + ")",
                CliRun.failure(arguments("--json", nowhere.toString())));
    }

    @Test
    void barsAreLogarithmic() {
        StringWriter text = new StringWriter();
        new SpectrumTable(List.of(entry("a", 1), entry("longer", -100), entry("c", 10), entry("zero", 0)))
                .print("block", "weights", new PrintWriter(text, true));
        List<String> lines = text.toString().lines().toList();
        assertTrue(lines.get(0).endsWith("|lambda|, log: 1.00 to 100"), lines.get(0));
        assertEquals("a               2       1.00000    0.0e+00         3   5.0000e-01  #", lines.get(1));
        assertEquals("longer          2      -100.000    0.0e+00         3   5.0000e+01  " + "#".repeat(24),
                lines.get(2));
        assertEquals(13, lines.get(3).chars().filter(ch -> ch == '#').count());
        assertEquals(0, lines.get(4).chars().filter(ch -> ch == '#').count());
    }

    private static SpectrumRow entry(String name, double eigenvalue) {
        return new SpectrumRow(name, List.of("w"), 2,
                List.of(new SpectrumRow.Pair(eigenvalue, 0, Double.NaN, true, false)), 3, 0);
    }

    @Test
    void severalEigenvaluesOfEachBlock() throws IOException {
        Path json = folder.resolve("three.json");
        Path svg = folder.resolve("three.svg");
        CliRun run = CliRun.of(arguments("--tolerance", "0.05", "--operator", "ggn", "--top", "3", "--json",
                json.toString(), "--out", svg.toString()));
        assertEquals(0, run.exitCode(), run.err());
        JsonNode blocks = CliRun.json(json).get("blocks");
        for (int i = 0; i < 11; i++) {
            JsonNode pairs = blocks.get(i).get("eigenpairs");
            assertEquals(3, pairs.size());
            assertEquals(pairs.get(0).get("eigenvalue"), blocks.get(i).get("eigenvalue"));
            for (int k = 0; k < 3; k++) {
                double size = Math.abs(pairs.get(k).get("eigenvalue").asDouble());
                assertTrue(k == 0 || size <= Math.abs(pairs.get(k - 1).get("eigenvalue").asDouble()), pairs.toString());
                assertTrue(pairs.get(k).get("converged").asBoolean()
                        && pairs.get(k).get("residual").asDouble() <= 0.05 * size, pairs.toString());
            }
        }
        assertEquals(22,
                java.util.regex.Pattern.compile("class=\"dot faint").matcher(java.nio.file.Files.readString(svg))
                        .results().count());
        assertEquals(11 + 22, run.out().lines().filter(l -> l.contains("#")).count());
    }

    @Test
    void otherMatricesByOtherParts() throws IOException {
        Path json = folder.resolve("other.json");
        double[] tops = new double[2];
        for (String operator : List.of("ggn", "fisher")) {
            CliRun run = CliRun.of(arguments("--by", "network", "--operator", operator, "--json", json.toString()));
            assertEquals(0, run.exitCode(), run.err());
            assertEquals(List.of("network", operator, "lanczos"), List.of(CliRun.json(json).get("by").asString(),
                    CliRun.json(json).get("operator").asString(), CliRun.json(json).get("method").asString()));
            assertTrue(run.out().startsWith(operator + " of resnet20 at 3 images"), run.out());
            tops[operator.equals("ggn") ? 0 : 1] = CliRun.json(json).get("blocks").get(0).get("eigenvalue").asDouble();
        }
        assertEquals(tops[0], tops[1], 1e-3 * tops[0]);
        CliRun run = CliRun.of(arguments("--by", "activations", "--tolerance", "0.1", "--json", json.toString()));
        assertEquals(0, run.exitCode(), run.err());
        JsonNode blocks = CliRun.json(json).get("blocks");
        assertEquals(19, blocks.size());
        assertEquals(3 * 32 * 32 * 16, blocks.get(0).get("weights").asInt());
        assertTrue(run.out().contains("activation      activations  "), run.out());
        String help = " (see goshawk spectrum --help)";
        assertEquals("goshawk: --method davidson: expected with --by block, --operator hessian and --top 1, --method "
                + "lanczos finds other eigenvalues" + help,
                CliRun.failure(arguments("--method", "davidson", "--top",
                        "2")));
        assertEquals("goshawk: --method power: expected with --top 1, --method lanczos finds more" + help,
                CliRun.failure(arguments("--method", "power", "--top", "2")));
        for (String top : List.of("0", "31", "-1")) {
            assertEquals("goshawk: --top: expected 1 to 30 eigenvalues, got " + top + help,
                    CliRun.failure(arguments("--top=" + top)));
        }
    }

    @Test
    void optionsOfWhichOneWouldBePassedOverAreRefused() throws IOException {
        String help = " (see goshawk spectrum --help)";
        assertEquals("goshawk: --batch and --micro-batch: expected one of them, they mean the same" + help,
                CliRun.failure(arguments("--batch", "2", "--micro-batch", "4")));
        for (String method : List.of("lanczos", "power")) {
            assertEquals("goshawk: --subsample: expected --method davidson, the only one that uses a subsample, got "
                    + "--method " + method + help,
                    CliRun.failure(arguments("--method", method, "--subsample", "2")));
        }
        assertEquals("goshawk: --samples and --sample-size: expected one of them, the list says which images there are"
                + help, CliRun.failure(arguments("--sample-size", "2")));
    }

    @Test
    void numbersAreCheckedBeforeAnythingIsRead() {
        for (String[] c : new String[][] {{"--subsample", "-1"}, {"--sample-size", "0"}, {"--micro-batch", "-3"},
                {"--batch", "0"}, {"--tolerance", "0"}, {"--tolerance", "1"}, {"--tolerance", "-1e-3"},
                {"--max-iterations", "0"}}) {
            String line = CliRun.failure("spectrum", "--weights", "missing.pt", "--data", "missing", c[0] + "=" + c[1]);
            assertTrue(line.startsWith("goshawk: " + c[0] + ": expected "), line);
        }
    }

    @Test
    void aDryRunSaysThatNothingIsWritten() throws IOException {
        Path json = folder.resolve("none.json");
        CliRun run = CliRun.of(arguments("--dry-run", "--json", json.toString()));
        assertEquals(0, run.exitCode(), run.err());
        assertEquals("goshawk: --dry-run computes nothing: " + json + " is not written\n", run.err());
        assertTrue(java.nio.file.Files.notExists(json));
    }

    @Test
    void moreThreadsThanHelpAreNotStarted() throws IOException {
        int most = 4 * Runtime.getRuntime().availableProcessors();
        CliRun run = CliRun.of(arguments("--dry-run", "--threads", "100000"));
        assertEquals(0, run.exitCode(), run.err());
        assertEquals("goshawk: 100000 threads asked for, " + most + " used: more than 4 a processor only wait for each "
                + "other\n", run.err());
    }

    @Test
    void productsBySubsampleAreReported() {
        StringWriter err = new StringWriter();
        long[] clock = {0};
        Progress progress = new Progress(new PrintWriter(err, true), false, () -> clock[0] += 6_000_000_000L);
        Block block = new Block("layer1", List.of("w"), 10, 10);
        new SpectrumProgress(progress, "curvature of ").subsampled(block, 0.25, 7);
        assertTrue(err.toString().startsWith("curvature of layer1: product 7 by the subsample   25 %"), err.toString());
    }
}
