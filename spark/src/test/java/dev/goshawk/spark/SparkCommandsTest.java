package dev.goshawk.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.hawq.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The commands with {@code --spark}. */
class SparkCommandsTest {
    private record Run(int exitCode, String out, String err) {
    }

    @TempDir
    private Path folder;

    @BeforeAll
    static void quiet() {
        System.setProperty("spark.ui.enabled", "false");
    }

    private static Run run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine command = Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return new Run(command.execute(arguments), out.toString(), err.toString());
    }

    private String json(List<String> command, String... more) throws IOException {
        Path file = folder.resolve("out" + more.length + ".json");
        List<String> all = new ArrayList<>(command);
        all.addAll(List.of("--json", file.toString()));
        all.addAll(List.of(more));
        Run run = run(all.toArray(String[]::new));
        assertEquals(0, run.exitCode, run.err);
        if (more.length > 0) {
            assertTrue(run.err.contains("goshawk: local[2]: local threads"), run.err);
        }
        return Files.readString(file);
    }

    @ParameterizedTest
    @EnabledIfSystemProperty(named = "goshawk.slowTests", matches = "true",
            disabledReason = "takes long (set -Dgoshawk.slowTests=true)")
    @CsvSource(delimiter = ';', textBlock = """
            trace --draws 2 --by network --operator ggn
            density --probes 2 --steps 4 --points 8 --by network
            """)
    void theNumbersOfEachCommandAreThoseWithoutSpark(String command) throws IOException {
        theNumbers(command);
    }

    @Test
    void theNumbersAreThoseWithoutSpark() throws IOException {
        theNumbers("spectrum --by network --max-iterations 2");
    }

    private void theNumbers(String command) throws IOException {
        List<String> words = new ArrayList<>(List.of(command.strip().split(" ")));
        words.addAll(List.of("--sample-size", "3", "--micro-batch", "1", "--threads", "1"));
        assertEquals(json(words), json(words, "--spark", "local[2]", "--partitions", "2"));
    }

    @Test
    @EnabledIfSystemProperty(named = "goshawk.slowTests", matches = "true",
            disabledReason = "takes long (set -Dgoshawk.slowTests=true)")
    void blocksAndTheirSubsampleToo() throws IOException {
        List<String> words = List.of("spectrum", "--sample-size", "9", "--micro-batch", "3", "--subsample", "3",
                "--max-iterations", "2", "--threads", "1");
        assertEquals(json(words), json(words, "--spark", "local[2]"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '"', textBlock = """
            trace --spark foo; Spark master: expected local[N]
            density --spark spark://localhost:1; no Spark master answers
            trace --spark local[2] --partitions 0; --partitions: expected at least 1, got 0
            trace --partitions 2; --partitions: expected together with --spark
            spectrum --spark local[2] --sample-size 8 --micro-batch 4 --partitions 3; --partitions: expected at most 2
            trace --spark local[2] --by activations; --spark: expected with --by network, block or layer
            density --spark local[2] --dry-run; --dry-run: expected without --spark
            """)
    void mistakesAreOneLine(String command, String said) {
        Run run = run(command.strip().split(" "));
        assertEquals(2, run.exitCode, run.err);
        assertEquals(1, run.err.lines().count(), run.err);
        assertTrue(run.err.contains(said), run.err);
        assertEquals("", run.out);
    }

    /** The one worker has fewer cores than an executor is to have. */
    @Test
    void aClusterWithoutExecutorsIsOneLineAfterATimeThatIsSet() throws IOException {
        System.setProperty("spark.executor.cores", "2");
        System.setProperty("spark.goshawk.executors.wait", "2s");
        try {
            Path json = folder.resolve("none.json");
            Run run = run("trace", "--sample-size", "1", "--spark", "local-cluster[1,1,512]", "--json",
                    json.toString());
            assertEquals(2, run.exitCode, run.err);
            assertEquals(
                    "goshawk: local-cluster[1,1,512]: no executor came within 2 s (spark.goshawk.executors.wait): no "
                            + "worker, or none with 512m of memory (spark.executor.memory) and 2 cores (spark.executor.cores) free; "
                            + "Spark's own page lists workers and what they have free",
                    run.err.strip());
            assertEquals("", run.out);
            try (Stream<Path> left = Files.list(folder)) {
                assertEquals(0, left.count());
            }
        } finally {
            System.clearProperty("spark.executor.cores");
            System.clearProperty("spark.goshawk.executors.wait");
        }
    }
}
