package dev.goshawk.hawq.cli.curvature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.hawq.cli.CliRun;
import dev.goshawk.data.synthetic.SyntheticShapes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Commands on curvature that were ended in the middle go on after the last part that was finished. */
class ResumedCurvatureTest {
    private static final String IMAGE = SyntheticShapes.open("train").name(0);

    @TempDir
    private Path folder;

    private String[] words(String command, Path json, String... more) throws IOException {
        Path list = CliRun.writeSamples(folder, IMAGE);
        List<String> all = new ArrayList<>(List.of(command.split(" ")));
        all.addAll(List.of("--samples", list.toString(), "--threads", "1", "--json", json.toString()));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    /** Runs the command, and gives what it had kept at some moment before it was done. */
    private byte[] keptInBetween(String command, Path json) throws IOException, InterruptedException {
        Path parts = json.resolveSibling(json.getFileName() + ".parts");
        String[] words = words(command, json);
        Thread process = Thread.ofPlatform().start(() -> CliRun.of(words));
        byte[] kept = new byte[0];
        while (process.isAlive()) {
            try {
                kept = kept.length == 0 ? Files.readAllBytes(parts) : kept;
            } catch (IOException e) {
                Thread.sleep(1);
            }
        }
        assertTrue(Files.exists(json));
        assertFalse(Files.exists(parts), "everything is done");
        assertTrue(kept.length > 0);
        return kept;
    }

    private void goesOn(String command) throws IOException, InterruptedException {
        Path json = folder.resolve("curvature.json");
        Path parts = folder.resolve("curvature.json.parts");
        byte[] kept = keptInBetween(command, json);
        String whole = Files.readString(json);
        Files.delete(json);
        Files.write(parts, kept);
        String left = CliRun.failure(words(command, json));
        assertTrue(left.startsWith("goshawk: " + parts + ": holds what a command had finished when it was ended; "
                + "--resume goes on from there, or delete the file"), left);
        String other = CliRun.failure(words(command, json, "--resume", "--seed", "9"));
        assertEquals("goshawk: " + parts + ": cannot be resumed with --seed 9, it was started with 0", other);
        assertEquals(new String(kept, StandardCharsets.UTF_8), Files.readString(parts));
        CliRun run = CliRun.of(words(command, json, "--resume"));
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.err().matches("(?s).*goshawk: \\d+ parts? (is|are) finished already\n.*"), run.err());
        assertEquals(whole, Files.readString(json));
        assertFalse(Files.exists(parts));
    }

    @Test
    @EnabledIfSystemProperty(named = "goshawk.slowTests", matches = "true",
            disabledReason = "takes long (set -Dgoshawk.slowTests=true)")
    void traces() throws IOException, InterruptedException {
        goesOn("trace --draws 2");
    }

    @Test
    @EnabledIfSystemProperty(named = "goshawk.slowTests", matches = "true",
            disabledReason = "takes long (set -Dgoshawk.slowTests=true)")
    void spectraOfBlocks() throws IOException, InterruptedException {
        goesOn("spectrum --method lanczos --max-iterations 2");
    }

    @Test
    @EnabledIfSystemProperty(named = "goshawk.slowTests", matches = "true",
            disabledReason = "takes long (set -Dgoshawk.slowTests=true)")
    void spectraOfOtherParts() throws IOException, InterruptedException {
        goesOn("spectrum --by layer --operator ggn --max-iterations 2 --top 2");
    }

    @Test
    @EnabledIfSystemProperty(named = "goshawk.slowTests", matches = "true",
            disabledReason = "takes long (set -Dgoshawk.slowTests=true)")
    void densities() throws IOException, InterruptedException {
        goesOn("density --by layer --probes 2 --steps 4 --points 8");
    }

    @Test
    @EnabledIfSystemProperty(named = "goshawk.slowTests", matches = "true",
            disabledReason = "takes long (set -Dgoshawk.slowTests=true)")
    void whatIsDamagedIsComputedAgain() throws IOException {
        Path json = folder.resolve("curvature.json");
        Path parts = folder.resolve("curvature.json.parts");
        Files.writeString(parts, "{");
        CliRun run = CliRun.of(words("trace --by network --draws 2", json, "--resume"));
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.err().startsWith("goshawk: " + parts + ": is damaged and is computed again\n"
                + "goshawk: no part was finished: beginning from the start\n"), run.err());
        assertFalse(Files.exists(parts));
    }

    @Test
    void thereHasToBeAFile() {
        assertEquals("goshawk: --resume: expected --json or --out with the file of the command that was ended "
                + "(see goshawk trace --help)", CliRun.failure("trace", "--resume", "--json", "/dev/null"));
        assertEquals("goshawk: --resume: expected --json or --out with the file of the command that was ended "
                + "(see goshawk trace --help)", CliRun.failure("trace", "--resume"));
    }
}
