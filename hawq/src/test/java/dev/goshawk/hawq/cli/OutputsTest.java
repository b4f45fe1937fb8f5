package dev.goshawk.hawq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.synthetic.SyntheticShapes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** What becomes of results: files of every kind, and the process's own streams. */
@DisabledOnOs(OS.WINDOWS)
class OutputsTest {
    private static final ImageDataset IMAGES = SyntheticShapes.open("test");

    @TempDir
    private Path folder;
    private Path weights;
    private Path list;

    @BeforeEach
    void files() throws IOException {
        weights = folder.resolve("w.safetensors");
        CliRun.writeWeights(weights);
        list = CliRun.writeSamples(folder, IMAGES.name(5), IMAGES.name(2));
    }

    private String[] evaluate(Object... more) {
        List<String> all = new ArrayList<>(
                List.of("evaluate", "--weights", weights.toString(), "--samples", list.toString()));
        for (Object o : more) {
            all.add(o.toString());
        }
        return all.toArray(String[]::new);
    }

    private String refusal(Object... more) {
        String line = CliRun.failure(evaluate(more));
        assertTrue(line.endsWith(" (see goshawk evaluate --help)"), line);
        return line.substring("goshawk: ".length(), line.length() - " (see goshawk evaluate --help)".length());
    }

    @Test
    void oneFileForTwoOutputsIsRefused() throws IOException {
        Path a = folder.resolve("a.json");
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("a.json"));
        Path spelt = Path.of(folder + "/./a.json");
        for (Path b : List.of(a, link, spelt)) {
            assertEquals("--json and --logits: expected two files, got " + b + " for both",
                    refusal("--json", a, "--logits", b));
        }
        assertTrue(Files.notExists(a));
        Files.writeString(a, "old");
        Path hard = Files.createLink(folder.resolve("hard"), a);
        assertEquals("--json and --logits: expected two files, got " + hard + " for both",
                refusal("--json", a, "--logits", hard));
        assertEquals("old", Files.readString(a));
    }

    @Test
    void anOutputOntoAnInputIsRefused() throws IOException {
        byte[] before = Files.readAllBytes(weights);
        Path link = Files.createSymbolicLink(folder.resolve("link"), weights);
        for (Path output : List.of(weights, link)) {
            assertEquals("--json: " + output + " is read by --weights and would be overwritten, expected another file",
                    refusal("--json", output));
        }
        assertEquals("--logits: " + list + " is read by --samples and would be overwritten, expected another file",
                refusal("--logits", list));
        Path image = Files.writeString(Files.createDirectories(folder.resolve("data/test/cat")).resolve("1.png"), "x");
        assertEquals("--json: " + image + " is read by --data and would be overwritten, expected another file",
                refusal("--data", folder.resolve("data"), "--json", image));
        assertEquals(List.of(before.length, "x"), List.of(Files.readAllBytes(weights).length, Files.readString(image)));
    }

    @Test
    void linksPermissionsAndDevicesAreKept() throws IOException {
        Path target = Files.writeString(folder.resolve("target"), "old");
        Files.setPosixFilePermissions(target, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("target"));
        CliRun run = CliRun.of(evaluate("--json", link, "--logits", "/dev/null"));
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(Files.isSymbolicLink(link));
        assertEquals(2, CliRun.json(target).get("samples").asInt());
        assertEquals("rw-------",
                java.nio.file.attribute.PosixFilePermissions.toString(Files.getPosixFilePermissions(target)));
        assertTrue(Files.exists(Path.of("/dev/null")) && !Files.isRegularFile(Path.of("/dev/null")));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void resultsArePrintedBeforeTheyAreWritten() {
        Path json = folder.resolve("r.json");
        CliRun run = CliRun.of(evaluate("--logits", "/dev/full", "--json", json));
        assertEquals(2, run.exitCode());
        assertTrue(run.out().contains("of 2 images)"), run.out());
        assertEquals("goshawk: /dev/full: cannot be written (No space left on device)",
                run.err().lines().toList().getLast());
        assertTrue(Files.exists(json), "the other file is written all the same");
    }

    private record Ended(int exitCode, String out, String err) {
    }

    /** Runs the command in a shell, as {@code "$@"}. */
    private Ended shell(String script, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("bash", "-c", script, "bash",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("stdout");
        Path err = folder.resolve("stderr");
        Process process = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        return new Ended(process.exitValue(), Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullStandardOutputIsAnError() throws Exception {
        String line = "goshawk: standard output: cannot be written (No space left on device)\n";
        assertEquals(new Ended(1, "", line), shell("\"$@\" >/dev/full", "size", "--bits", "8,8,8,8,8,8,8,8,8,8,8"));
        assertEquals(new Ended(1, "", line), shell("\"$@\" >/dev/full", "--version"));
        assertEquals(1, shell("\"$@\" 2>/dev/full", "evaluate", "--help", "--stacktrace").exitCode()
                + shell("\"$@\" >/dev/full 2>/dev/full", "--version").exitCode());
    }

    @Test
    void aReaderThatHasGoneIsNoError() throws Exception {
        assertEquals(new Ended(0, "", ""), shell("{ sleep 0.1; \"$@\"; } | true; exit ${PIPESTATUS[0]}", "--help"));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void openFilesAreWrittenAtTheirEnd() throws Exception {
        Path three = folder.resolve("three");
        Ended run = shell("echo first >" + three + "; \"$@\" 3>>" + three,
                evaluate("--json", "/dev/fd/3", "--logits", "/dev/stdout", "--backend", "reference"));
        assertEquals(0, run.exitCode, run.err);
        assertTrue(Files.readString(three).startsWith("first\n{"), Files.readString(three));
        assertTrue(Files.readString(three).contains("\"samples\" : 2"), Files.readString(three));
        assertTrue(run.out.contains("of 2 images)"), run.out);
        assertTrue(run.out.indexOf("{\n") > run.out.indexOf("of 2 images)"), "the table first: " + run.out);
        assertTrue(run.out.endsWith("}\n"), run.out);
    }

    /** In a process of its own: the result goes to the process's standard output, whatever the command was told to print to. */
    @Test
    void aDashIsStandardOutputAlone() throws Exception {
        Ended run = shell("exec \"$@\"", evaluate("--json", "-", "--backend", "reference"));
        assertEquals(0, run.exitCode, run.err);
        assertEquals(2, JsonMapper.builder().build().readTree(run.out).get("samples").asInt());
        assertTrue(run.err.contains("of 2 images)"), run.err);
        assertEquals("--json and --logits: expected two files, got - for both",
                refusal("--json", "-", "--logits", "-"));
    }

    @Test
    void aDashForAFolderOrAPictureIsRefused() {
        assertEquals("goshawk: --out: expected a folder, got - (./- is one of that name)",
                CliRun.failure("train", "--epochs", "1", "--out", "-"));
        assertEquals("goshawk: --out: expected a folder, got - (./- is one of that name)",
                CliRun.failure("reproduce", "cifar10", "--out", "-"));
        assertEquals(
                "goshawk: --ledger: expected a file, as the ledger is read as well as written, got - (./- is one of that name)",
                CliRun.failure("reproduce", "cifar10", "--ledger", "-"));
        assertEquals(
                "goshawk: --out: expected a file whose name ends in .html or .svg, got - (see goshawk trace --help)",
                CliRun.failure("trace", "--out", "-"));
    }

    @Test
    void propertiesThatSayNothingAreOneLine() throws Exception {
        Ended run = shell("java=$1; shift; exec \"$java\" -Dgoshawk.threads=two \"$@\"",
                evaluate("--backend", "reference"));
        assertEquals(2, run.exitCode, run.err);
        assertEquals("goshawk: goshawk.threads: expected a number of at least 1, got 'two'\n", run.err);
    }
}
