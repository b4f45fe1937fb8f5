package dev.goshawk.hawq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** JVM options that the user sets. */
@DisabledOnOs(OS.WINDOWS)
class LauncherOptionsTest {
    @TempDir
    private Path folder;

    private FakeClone built(String name) throws IOException {
        FakeClone clone = new FakeClone(folder, name);
        clone.build();
        return clone;
    }

    /** With a JDK that is asked, and sees to what only it can know. */
    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '"', textBlock = """
            -Xmx8g nonsense; expected words that begin with -, got 'nonsense'
            -Da=b -cp; -cp: expected a value after it
            -Xnonsense; refuses them: Unrecognized option: -Xnonsense
            -XX:+NoSuchThing; refuses them: Unrecognized VM option 'NoSuchThing'
            -Xmx1q; refuses them: Invalid maximum heap size: -Xmx1q
            -Xmx800m -Xms900m; refuses them: Initial heap size set to a larger value than the maximum heap size
            """)
    void whatIsNoOptionOfAJvmIsOneLine(String options, String said) throws Exception {
        FakeClone clone = built("clone");
        FakeClone.script(folder.resolve("jdk/bin/java"),
                "exec '" + Path.of(System.getProperty("java.home"), "bin/java") + "' \"$@\"");
        FakeClone.Ended run = clone.run(Map.of("GOSHAWK_OPTS", options), "models");
        assertEquals(2, run.exitCode());
        assertEquals(1, run.err().size(), run.err().toString());
        assertTrue(run.err().getFirst().startsWith("goshawk: JVM options (GOSHAWK_OPTS, JAVA_OPTS): "),
                run.err().toString());
        assertTrue(run.err().getFirst().endsWith(said), run.err().toString());
    }

    @Test
    void optionsWithAnEffectAreNotTriedFirst() throws Exception {
        FakeClone clone = built("clone");
        FakeClone.script(folder.resolve("jdk/bin/java"),
                "echo \"call=$*\"; case \" $* \" in *' -version '*) exit 1 ;; esac");
        for (String options : List.of("-Xmx8g -Da=b", "-Xlog:gc:file=a", "-agentlib:jdwp=transport=dt_socket",
                "-XX:StartFlightRecording=filename=a")) {
            FakeClone.Ended run = clone.run(Map.of("GOSHAWK_OPTS", options), "models");
            assertEquals(0, run.exitCode(), run.err().toString());
            assertTrue(run.values("call").getFirst().contains(options), run.out().toString());
        }
    }
}
