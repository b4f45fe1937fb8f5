package dev.goshawk.hawq.cli.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.goshawk.hawq.cli.NoisyImages;
import dev.goshawk.hawq.cli.CliRun;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.synthetic.SyntheticShapes;
import dev.goshawk.hawq.report.JsonFiles;
import dev.goshawk.hawq.report.RunReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Blocks of an ONNX file's network by patterns, and random weights in place of its own. */
class OnnxBlocksTest {
    private static final ImageDataset IMAGES = SyntheticShapes.open("test");

    @TempDir
    private Path folder;

    private List<String> names(Path json) throws IOException {
        return CliRun.json(json).get("blocks").valueStream().map(b -> b.get("name").asString()).toList();
    }

    @Test
    void patternsMakeTheBlocksOfEveryCommand() throws IOException {
        String model = OnnxCommandsTest.network(folder, 10);
        Path json = folder.resolve("out.json");
        CliRun sized = CliRun.of("size", "--model", model, "--blocks", "all=*", "--bits", "4", "--json",
                json.toString());
        assertEquals(0, sized.exitCode(), sized.err());
        assertEquals(680, CliRun.json(json).get("blocks").get(0).get("weights").asInt());
        for (String command : new String[] {"spectrum", "trace"}) {
            CliRun run = CliRun.of(command, "--model", model, "--blocks", "whole=c*,whole=fc", "--sample-size", "2",
                    "--json", json.toString(), command.equals("trace") ? "--draws" : "--max-iterations", "2");
            assertEquals(0, run.exitCode(), run.err());
            assertEquals(List.of("whole"), names(json), command);
        }
    }

    @Test
    void aRunHasTheBlocksItWasGiven() throws IOException {
        String data = NoisyImages.write(folder.resolve("data")).toString();
        String model = OnnxCommandsTest.network(folder, 2);
        Path out = folder.resolve("run");
        CliRun run = CliRun.of("quantize", "--model", model, "--blocks", "both=*", "--data", data, "--method", "direct",
                "--at-once", "--epochs-per-block", "0", "--batch", "4", "--out", out.toString());
        assertEquals(0, run.exitCode(), run.err());
        RunReport report = JsonFiles.read(out.resolve("run.json"), RunReport.class);
        assertEquals(List.of("both"), report.blocks().stream().map(RunReport.BlockRow::name).toList());
        assertEquals("both=*", CliRun.json(out.resolve("settings.json")).findValue("--blocks").asString());
    }

    @Test
    void patternsThatDoNotFitAreOneLine() throws IOException {
        String model = OnnxCommandsTest.network(folder, 10);
        for (String[] c : new String[][] {
                {"layer*", model + ": blocks: 'layer*' matches no layer; there are conv, fc"},
                {"c*,*v",
                        model + ": blocks: layer 'conv' is in the block 'c*' by 'c*' and in '*v' by '*v', expected one "
                                + "block"},
                {"", "blocks: expected PATTERN or NAME=PATTERN between commas, got '' in ''"}}) {
            for (String[] command : new String[][] {{"spectrum"}, {"trace"}, {"density"}, {"quantize"},
                    {"train", "--epochs", "1"}, {"size", "--bits", "8"}, {"evaluate"},
                    {"export", "--out", folder.resolve("o.onnx").toString()}}) {
                List<String> call = new ArrayList<>(List.of(command));
                call.addAll(List.of("--model", model, "--blocks", c[0]));
                assertEquals("goshawk: " + c[1], CliRun.failure(call.toArray(String[]::new)));
            }
        }
        assertEquals("goshawk: --blocks: expected with an ONNX file as --model, the blocks of resnet20 are part of its "
                + "definition", CliRun.failure("spectrum", "--blocks", "conv1"));
    }

    private JsonNode evaluated(String... more) throws IOException {
        Path json = folder.resolve("e.json");
        List<String> call = new ArrayList<>(List.of("evaluate", "--json", json.toString(), "--samples",
                CliRun.writeSamples(folder, IMAGES.name(0), IMAGES.name(1)).toString()));
        call.addAll(List.of(more));
        CliRun run = CliRun.of(call.toArray(String[]::new));
        assertEquals(0, run.exitCode(), run.err());
        return CliRun.json(json).get("loss");
    }

    @Test
    void aSeedDrawsOtherWeights() throws IOException {
        String model = OnnxCommandsTest.network(folder, 10);
        JsonNode first = evaluated("--model", model, "--init", "1");
        assertEquals(first, evaluated("--model", model, "--init", "1"));
        assertNotEquals(first, evaluated("--model", model, "--init", "2"));
        assertNotEquals(first, evaluated("--model", model));
        assertEquals("goshawk: --init and --weights: expected one of them, got both",
                CliRun.failure("evaluate", "--model", model, "--init", "1", "--weights", "w.pt"));
        assertEquals("goshawk: --ignore-weights: expected a weight file to leave entries out of, got none",
                CliRun.failure("evaluate", "--model", model, "--init", "1", "--ignore-weights", "a"));
    }
}
