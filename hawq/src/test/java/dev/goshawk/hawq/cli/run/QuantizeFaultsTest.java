package dev.goshawk.hawq.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Options of {@code quantize} that are out of their range or contradict each other: one line, before any work. */
class QuantizeFaultsTest {
    @TempDir
    private Path folder;
    private RunCommands commands;
    private Path run;

    @BeforeEach
    void files() throws IOException {
        commands = RunCommands.in(folder);
        run = commands.run();
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '\'', delimiter = '|', value = {
            "--epochs-per-block -1     | --epochs-per-block: expected a number of epochs from 0 to 1000000, got -1.0",
            "--epochs-per-block 1e300  | --epochs-per-block: expected a number of epochs from 0 to 1000000, got 1.0E300",
            "--final-epochs -0.5       | --final-epochs: expected a number of epochs from 0 to 1000000, got -0.5",
            "--lr 0                    | --lr: expected a learning rate above 0 (at least 1.2e-38, as float32), got 0.0",
            "--lr -1                   | --lr: expected a learning rate above 0 (at least 1.2e-38, as float32), got -1.0",
            "--lr 1e-50                | --lr: expected a learning rate above 0 (at least 1.2e-38, as float32), got 1.0E-50",
            "--lr 1e50                 | --lr: expected a learning rate above 0 (at least 1.2e-38, as float32), got 1.0E50",
            "--momentum 1              | --momentum: expected a number in [0, 1), got 1.0",
            "--momentum -0.1           | --momentum: expected a number in [0, 1), got -0.1",
            "--momentum 0.999999999    | --momentum: expected a number in [0, 1), got 0.999999999",
            "--weight-decay -1         | --weight-decay: expected a number of 0 or more, got -1.0",
            "--weight-decay 1e300      | --weight-decay: expected a number of 0 or more, got 1.0E300",
            "--batch 0                 | --batch: expected at least 1 image, got 0",
            "--batch 9                 | --batch: expected at most the 8 images of the training set, got 9",
            "--tolerance 0             | --tolerance: expected a number above 0, at most 1, got 0.0",
            "--tolerance -1            | --tolerance: expected a number above 0, at most 1, got -1.0",
            "--tolerance 1.5           | --tolerance: expected a number above 0, at most 1, got 1.5",
            "--micro-batch 0           | --micro-batch: expected at least 1 image, got 0",
            "--sample-size -3          | --sample-size: expected at least 1 image, got -3",
            "--subsample -1            | --subsample: expected 0 images or more, got -1",
            "--bits 2,2                | --bits: expected 11 widths (blocks conv1 to linear), got 2 in '2,2'",
            "--bits 32,32,32,32,32,32,32,32,32,32,32 | --bits: expected a width below 32 for at least one block, "
                    + "got '32,32,32,32,32,32,32,32,32,32,32'",
            "--bits 2,2,2,2,2,2,2,2,2,2,2 --reverse-precision | --bits and --reverse-precision: expected one of them, "
                    + "widths that are given are not chosen",
            "--at-once --reverse-order | --at-once and --reverse-order: expected one of them, all blocks at once have no order",
            "--target-ratio -1         | target ratio: expected 1 to 16.0 (every block at 2 bits), got -1.0",
            "--method direct --bits 2,2,2,2,2,2,2,2,2,2,2 | --bits: expected with --method hawq or hawq-v2 or hawq-v3 or "
                    + "quadratic, which --method direct leaves out (see goshawk quantize --help)",
            "--search-epochs 1         | --search-epochs: expected with --method dnas, which --method hawq leaves out "
                    + "(see goshawk quantize --help)",
            "--episodes 0              | --episodes: expected with --method haq, which --method hawq leaves out "
                    + "(see goshawk quantize --help)",
            "--method direct --search-images 4 | --search-images: expected with --method dnas or haq, which --method direct "
                    + "leaves out (see goshawk quantize --help)",
            "--method haq --episodes 0 | --episodes: expected 1 to 1000000 episodes, got 0",
            "--method haq --search-images 8 | --search-images: expected 0 to 7 training images that are not held out, got 8",
            "--method haq --search-images -1 | --search-images: expected 0 images or more, got -1",
            "--method dnas --search-epochs 0 | --search-epochs: expected a number of epochs above 0 to 1000000, got 0.0",
            "--method dnas --search-gamma -1 | --search-gamma: expected a finite number of 0 or more, got -1.0",
            "--method dnas --search-images 9 | --search-images: expected 2 to 8 training images for a differentiable "
                    + "search, got 9",
            "--method hawq,dnas --bits 2,2,2,2,2,2,2,2,2,2,2 | --bits: expected methods that do not search for widths, got "
                    + "--method dnas",
            "--method direct --tolerance 0.1 | --tolerance: expected with --method hawq or hawq-v2 or hawq-v3 or quadratic, "
                    + "which --method direct leaves out (see goshawk quantize --help)",
            "--method direct --reverse-precision | --reverse-precision: expected with --method hawq, which --method "
                    + "direct leaves out (see goshawk quantize --help)",
            "--method hawq --draws 9   | --draws: expected with --method hawq-v2 or hawq-v3, which --method hawq leaves "
                    + "out (see goshawk quantize --help)",
            "--method hawq-v2 --draws 1 | --draws: expected at least 2, got 1",
            "--method hawq --bops-limit 1 | --bops-limit: expected with --method hawq-v3, which --method hawq leaves out "
                    + "(see goshawk quantize --help)",
            "--method hawq-v3 --bops-limit 0.1 | bit-operations limit: expected at least 0.324408 billion operations, the "
                    + "least that the widths reach, got 0.1",
            "--method hawq-v3 --bops-limit -1 | bit-operations limit: expected a number above 0, got -1.0E9",
            "--method hawq-v3 --latency-limit 1 | --latency and --latency-limit: expected both of them, got only "
                    + "--latency-limit",
            "--method hawq-v3 --latency missing.json --latency-limit 1 | missing.json: no such file",
            "--widths 2,9              | --widths: expected some of 1 to 8, such as 2,3,4,6,8, got '2,9'",
            "--widths 3,4              | target ratio: expected 1 to 10.666666666666666 (every block at 3 bits), got 13.1",
            "--widths 2 --bits 2,2,2,2,2,2,2,2,2,2,2 | --bits and --widths: expected one of them, widths that are given "
                    + "are not chosen",
            "--method hawk             | Invalid value for option '--method' (NAME): expected hawq, hawq-v2, hawq-v3, "
                    + "quadratic, direct, direct-at-size, lsq, pact, dorefa, lq-nets, dnas, haq or rvquant, got 'hawk' (see goshawk "
                    + "quantize --help)",
            "--method hawq,hawq        | --method: expected each method once, got hawq,hawq",
            "--samples x --sample-size 2 | --samples and --sample-size: expected one of them, the list says which images "
                    + "there are (see goshawk quantize --help)",
            "--overwrite --resume      | --resume and --overwrite: expected one of them, got both"})
    void optionsAreCheckedBeforeAnyWork(String options, String expected) throws IOException {
        assertEquals("goshawk: " + expected, RunCommands.failure(commands.quantize(options.split(" "))));
        assertTrue(Files.notExists(run));
    }

    @ParameterizedTest
    @CsvSource({"--lr", "--momentum", "--weight-decay", "--epochs-per-block", "--final-epochs", "--tolerance",
            "--target-ratio", "--target-size"})
    void whatIsNoFiniteNumberIsRefused(String option) throws IOException {
        for (String value : List.of("NaN", "Infinity", "-Infinity", "1e999")) {
            String line = RunCommands.failure(commands.quantize(option, value));
            assertTrue(line.contains(option.substring(2).replace('-', ' '))
                    || line.contains(option), line);
        }
        assertTrue(Files.notExists(run));
    }
}
