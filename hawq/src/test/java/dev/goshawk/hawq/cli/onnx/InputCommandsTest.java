package dev.goshawk.hawq.cli.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.hawq.cli.CliRun;
import dev.goshawk.data.ResizeFilter;
import dev.goshawk.files.Printable;
import dev.goshawk.onnx.OnnxNetwork;
import dev.goshawk.packed.PackedModel;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a network of one's own sees of images: by options, or by timm's file beside the weights. */
class InputCommandsTest {
    @TempDir
    private Path folder;
    private String model = "";
    private String data = "";

    @BeforeEach
    void write() throws IOException {
        model = OnnxCommandsTest.network(folder, 2);
        data = folder.resolve("data").toString();
        for (String split : List.of("train", "test")) {
            for (String label : List.of("cats", "dogs")) {
                Path of = Files.createDirectories(folder.resolve("data").resolve(split).resolve(label));
                BufferedImage image = new BufferedImage(60, 50, BufferedImage.TYPE_INT_RGB);
                for (int p = 0; p < 3000; p++) {
                    image.setRGB(p % 60, p / 60, p * 5077 + label.hashCode() & 0xFFFFFF);
                }
                ImageIO.write(image, "png", of.resolve("a.png").toFile());
            }
        }
    }

    private String evaluated(String... more) throws IOException {
        Path json = folder.resolve("e.json");
        List<String> call = Stream.concat(Stream.of("evaluate", "--model", model, "--data", data, "--json",
                json.toString()), Stream.of(more)).toList();
        CliRun run = CliRun.of(call.toArray(String[]::new));
        assertEquals(0, run.exitCode(), run.err());
        return CliRun.json(json).get("loss").toString();
    }

    private Path config(String text) throws IOException {
        return Files.writeString(folder.resolve("config.json"), text);
    }

    @Test
    void timmsFileSaysWhatTheOptionsWould() throws IOException {
        String byOptions = evaluated("--input-size", "40", "--mean", "0.5,0.4,0.3", "--std", "0.2", "--resize", "42");
        assertNotEquals(byOptions, evaluated("--input-size", "40", "--resize", "42"));
        config("{\"architecture\": \"small\", \"num_classes\": 2, \"pretrained_cfg\": {\"input_size\": [3, 40, 40], "
                + "\"mean\": [0.5, 0.4, 0.3], \"std\": [0.2, 0.2, 0.2], \"crop_pct\": 0.95, \"interpolation\": "
                + "\"bilinear\", \"crop_mode\": \"center\", \"tag\": \"x\"}}");
        assertEquals(byOptions, evaluated());
        // An option wins over the file.
        assertNotEquals(byOptions, evaluated("--std", "0.3"));
        config("{\"pretrained_cfg\": {\"input_size\": [3, 40, 40], \"mean\": [0.5, 0.4, 0.3], \"std\": [0.2, 0.2, 0.2], "
                + "\"crop_pct\": 0.95, \"interpolation\": \"bicubic\"}}");
        assertNotEquals(byOptions, evaluated());
    }

    /** Where images have to be of one size, the line says what brings others to it; and that works. */
    @Test
    void otherSizesAreOneLineWithTheRemedy() throws IOException {
        for (String[] command : new String[][] {{"evaluate"}, {"spectrum"}, {"quantize"}, {"train", "--epochs", "1"}}) {
            List<String> call = new ArrayList<>(List.of(command));
            call.addAll(List.of("--weights", "random", "--data", data));
            String line = CliRun.failure(call.toArray(String[]::new));
            assertTrue(line.contains(": expected an image of 32x32 pixels, got ")
                    && line.endsWith("; with --crop 32 images of any size are resized and cut out"), line);
        }
        CliRun run = CliRun.of("evaluate", "--model", "resnet20", "--weights", "random", "--data", data, "--crop",
                "32");
        assertEquals(0, run.exitCode(), run.err());
        assertEquals(
                "goshawk: resnet20 takes images of 40x40, the data has 32x32; expected --data, a folder of images of any "
                        + "size, or --input-size 32",
                CliRun.failure("evaluate", "--weights", "random", "--input-size", "40"));
    }

    @Test
    void everyCommandThatReadsImagesTakesThem() throws IOException {
        for (String[] command : new String[][] {{"spectrum", "--max-iterations", "2"}, {"trace", "--draws", "2"},
                {"train", "--epochs", "1", "--batch", "2", "--out", folder.resolve("t").toString()},
                {"quantize", "--method", "direct", "--at-once", "--epochs-per-block", "0", "--batch", "2", "--out",
                        folder.resolve("q").toString()}}) {
            List<String> call = new ArrayList<>(List.of(command));
            call.addAll(
                    List.of("--model", model, "--data", data, "--input-size", "24", "--mean", "0.5", "--std", "0.25"));
            CliRun run = CliRun.of(call.toArray(String[]::new));
            assertEquals(0, run.exitCode(), run.err());
        }
        Path packed = folder.resolve("q/model.packed.safetensors");
        CliRun classified = CliRun.of("classify", "--model", model, "--weights", packed.toString(),
                folder.resolve("data/test/cats/a.png").toString());
        assertEquals(0, classified.exitCode(), classified.err());
        assertTrue(Files.readString(packed, StandardCharsets.ISO_8859_1)
                .contains("\"input_size\":\"24x24\""));
        // The packed model says what it sees.
        assertEquals(Double.parseDouble(evaluated("--input-size", "24", "--mean", "0.5", "--std", "0.25", "--weights",
                folder.resolve("q/model.safetensors").toString())),
                Double.parseDouble(evaluated("--weights", packed.toString())), 1e-5);
        config("{\"pretrained_cfg\": {\"interpolation\": \"bicubic\"}}");
        CliRun again = CliRun.of("quantize", "--method", "direct", "--at-once", "--epochs-per-block", "0", "--batch",
                "2",
                "--out", folder.resolve("q").toString(), "--overwrite", "--model", model, "--data", data,
                "--input-size",
                "24");
        assertEquals(0, again.exitCode(), again.err());
        PackedModel held = PackedModel.load(packed, OnnxNetwork.read(Path.of(model)));
        assertEquals(ResizeFilter.BICUBIC, held.info().filter());
        assertEquals("goshawk: --mean: expected with a float network, " + packed
                + " is a packed model, which says it itself (see goshawk evaluate --help)",
                CliRun.failure("evaluate", "--model", model, "--weights", packed.toString(), "--mean", "0.5"));
    }

    @Test
    void oddNumbersAreOneLine() {
        String numbers = ": expected three numbers R,G,B or one, each ";
        String[][] cases = {{"--mean", "123.6,116,103", "of 0 to 1 (pixels are divided by 255)"},
                {"--mean", "0.5,0.5", "of 0 to 1 (pixels are divided by 255)"},
                {"--mean", "", "of 0 to 1 (pixels are divided by 255)"},
                {"--mean", "-0.1", "of 0 to 1 (pixels are divided by 255)"}, {"--std", "0", "of 1e-6 or more"},
                {"--std", "0.2,0.2,x", "of 1e-6 or more"}, {"--std", "NaN", "of 1e-6 or more"},
                {"--std", "1e999", "of 1e-6 or more"},
                {"--std", "1e-300", "of 1e-6 or more"}};
        for (String[] c : cases) {
            for (String[] command : new String[][] {{"evaluate"}, {"spectrum"}, {"quantize"},
                    {"train", "--epochs", "1"}}) {
                List<String> call = new ArrayList<>(List.of(command));
                call.addAll(List.of("--model", model, "--data", data, c[0], c[1]));
                assertEquals("goshawk: " + c[0] + numbers + c[2] + ", got '" + c[1] + "'",
                        CliRun.failure(call.toArray(String[]::new)));
            }
        }
        assertEquals("goshawk: --input-size: expected 1 to 4096 pixels, got 0",
                CliRun.failure("evaluate", "--model", model, "--input-size", "0"));
    }

    @Test
    void oddFilesAreOneLine() throws IOException {
        String remedy = "; or give --input-size, --mean and --std, and it is not read";
        String huge = "[1,2,1" + "0".repeat(400) + "]";
        String[][] cases = {{"{", "is not JSON, or is damaged or cut short"}, {"", "is not a JSON object"},
                {"[1]", "is not a JSON object"},
                {"{\"pretrained_cfg\": 3}", "pretrained_cfg: expected an object, got 3"},
                {"{\"pretrained_cfg\": {\"input_size\": [3, 40, 48]}}",
                        "input_size: expected [3, side, side] with a side of 1 to 4096, got [3,40,48]"},
                {"{\"pretrained_cfg\": {\"input_size\": 224}}",
                        "input_size: expected [3, side, side] with a side of 1 to 4096, got 224"},
                {"{\"pretrained_cfg\": {\"mean\": [1, 2]}}",
                        "mean: expected three numbers, each of 0 to 1 (pixels are divided by 255), got [1,2]"},
                {"{\"pretrained_cfg\": {\"std\": [1, 2, 0]}}",
                        "std: expected three numbers, each of 1e-6 or more, got [1,2,0]"},
                {"{\"pretrained_cfg\": {\"std\": " + huge + "}}",
                        "std: expected three numbers, each of 1e-6 or more, got " + Printable.shown(huge)},
                {"{\"pretrained_cfg\": {\"crop_pct\": 95}}",
                        "crop_pct: expected a number above 0.01 and at most 1, got 95"},
                {"{\"pretrained_cfg\": {\"interpolation\": \"lanczos\"}}",
                        "interpolation: expected bilinear or bicubic, got \"lanczos\""},
                {"{\"pretrained_cfg\": {\"crop_mode\": \"border\"}}", "crop_mode: expected center, got \"border\""},
                {"{\"num_classes\": \"many\", \"pretrained_cfg\": {}}",
                        "num_classes: expected a whole number of 2 or more, got \"many\""}};
        for (String[] c : cases) {
            Path file = config(c[0]);
            String line = CliRun.failure("evaluate", "--model", model, "--data", data);
            assertTrue(line.startsWith("goshawk: " + file + ": " + c[1]) && line.endsWith(remedy), line);
            evaluated("--input-size", "32", "--mean", "0.5", "--std", "0.5", "--crop", "32");
        }
        Path file = config("{\"num_classes\": 1000, \"pretrained_cfg\": {\"input_size\": [3, 40, 40]}}");
        List<String> lines = CliRun.of("evaluate", "--model", model, "--data", data).err().lines().toList();
        assertEquals("goshawk: " + file + ": num_classes: expected 2, those of the data, got 1000", lines.getLast());
    }

    @Test
    void anotherProgramsFileIsPassedOver() throws IOException {
        Path file = config("{\"model_type\": \"bert\", \"hidden_size\": 768}");
        CliRun run = CliRun.of("evaluate", "--model", model, "--data", data, "--crop", "32");
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.err().contains(
                "goshawk: " + file + ": is none of timm's, which have a pretrained_cfg, and is passed over\n"),
                run.err());
    }
}
