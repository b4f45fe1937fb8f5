package dev.goshawk.hawq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** A clone whose JDK is the one that runs the tests. */
    private FakeClone builtWithRealJava() throws IOException {
        FakeClone clone = built("clone");
        FakeClone.script(folder.resolve("jdk/bin/java"),
                "exec '" + Path.of(System.getProperty("java.home"), "bin/java") + "' \"$@\"");
        return clone;
    }

    /** A clone whose JVM notes what it is tried with, and otherwise says what it is started with. */
    private FakeClone builtWithNotes() throws IOException {
        FakeClone clone = built("clone");
        FakeClone.script(folder.resolve("jdk/bin/java"),
                "case \" $* \" in *' -version ') echo \"$*\" >>'" + trials() + "' ;; *) echo \"call=$*\" ;; esac");
        return clone;
    }

    private Path trials() {
        return folder.resolve("trials");
    }

    private void assertOneLine(FakeClone.Ended run, String end) {
        assertEquals(2, run.exitCode());
        assertEquals(1, run.err().size(), run.err().toString());
        assertTrue(run.err().getFirst().startsWith("goshawk: JVM options (GOSHAWK_OPTS, JAVA_OPTS): "),
                run.err().toString());
        assertTrue(run.err().getFirst().endsWith(end), run.err().toString());
    }

    /** With a JDK that is asked, and sees to what only it can know. */
    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '"',
            textBlock = """
                    -Xmx8g nonsense; expected words that begin with -, got 'nonsense'
                    -Da=b -cp; -cp: expected a value after it
                    -Xnonsense; refuses -Xnonsense: Unrecognized option: -Xnonsense
                    -XX:+NoSuchThing; refuses -XX:+NoSuchThing: Unrecognized VM option 'NoSuchThing'
                    -Da=b -Xmx1q; refuses -Xmx1q: Invalid maximum heap size: -Xmx1q
                    -Xmx800m -Xms900m; among -Xmx800m -Xms900m: Initial heap size set to a larger value than the maximum heap size
                    """)
    void whatIsNoOptionOfAJvmIsOneLine(String options, String said) throws Exception {
        assertOneLine(builtWithRealJava().run(Map.of("GOSHAWK_OPTS", options), "models"), said);
    }

    /** A JVM begins with a line for each variable that it reads itself. */
    @Test
    void theReasonIsNotAVariableThatWasPickedUp() throws Exception {
        FakeClone.Ended run = builtWithRealJava().run(Map.of("GOSHAWK_OPTS", "-Xss2x", "JAVA_TOOL_OPTIONS", "-Da=b",
                "JDK_JAVA_OPTIONS", "-Dc=d"), "models");
        assertOneLine(run, "refuses -Xss2x: Invalid thread stack size: -Xss2x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"})
    void whatIsWrongInAVariableOfTheJvmIsSaidOfThat(String variable) throws Exception {
        FakeClone clone = builtWithRealJava();
        for (String own : List.of("", "-Xmx1g", "-Xss2m")) {
            FakeClone.Ended run = clone.run(Map.of("GOSHAWK_OPTS", own, variable, "-Da=b -Xnonsense"), "models");
            assertEquals(2, run.exitCode());
            assertEquals(List.of("goshawk: JVM options (" + variable + "): " + folder.resolve("jdk/bin/java")
                    + " refuses -Da=b -Xnonsense: Unrecognized option: -Xnonsense"), run.err());
        }
    }

    @Test
    void aCollectorInAVariableOfTheJvmReplacesOurs() throws Exception {
        FakeClone.Ended run = builtWithNotes().run(Map.of("JAVA_TOOL_OPTIONS", "-XX:+UseZGC"), "models");
        assertFalse(run.values("call").getFirst().contains("-XX:+UseParallelGC"), run.out().toString());
    }

    @Test
    void aJvmThatIsKilledGivesNoReason() throws Exception {
        FakeClone clone = built("clone");
        FakeClone.script(folder.resolve("jdk/bin/java"), "echo 'Picked up JAVA_TOOL_OPTIONS: -Da=b' >&2; kill -9 $$");
        assertOneLine(clone.run(Map.of("GOSHAWK_OPTS", "-Xss2m"), "models"),
                "refuses -Xss2m: it gave no reason, exit code 137");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Da=b", "-Xlog:gc:file=a", "-agentlib:jdwp=transport=dt_socket", "-javaagent:a.jar",
            "-Xshare:dump", "-XX:StartFlightRecording=filename=a", "-XX:ArchiveClassesAtExit=a", "-XX:+LogCompilation",
            "-XX:AOTCacheOutput=a", "-XX:+DumpPerfMapAtExit", "-XX:+PerfDataSaveToFile", "-XX:LogFile=a"})
    void optionsWithAnEffectAreNotTried(String option) throws Exception {
        FakeClone.Ended run = builtWithNotes().run(Map.of("GOSHAWK_OPTS", option + " -Xss2m"), "models");
        assertEquals(0, run.exitCode(), run.err().toString());
        assertTrue(run.values("call").getFirst().contains(option + " -Xss2m"), run.out().toString());
        assertEquals(List.of("-Xss2m -XX:-AlwaysPreTouch -version"), Files.readAllLines(trials()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Xmx8g", "-Xmx8g -Xlog:gc:file=a", "@file -Xss2m", "-cp @file -Xss2m",
            "-XX:VMOptionsFile=file -Xss2m", "-XX:Flags=file -Xss2m"})
    void nothingIsTriedWherePlainHeapsOrFilesAreGiven(String options) throws Exception {
        FakeClone.Ended run = builtWithNotes().run(Map.of("GOSHAWK_OPTS", options), "models");
        assertEquals(0, run.exitCode(), run.err().toString());
        assertTrue(run.values("call").getFirst().contains(options), run.out().toString());
        assertFalse(Files.exists(trials()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"})
    void variablesOfTheJvmHaveNoEffectTwice(String variable) throws Exception {
        FakeClone clone = builtWithNotes();
        Map<String, String> environment = Map.of("GOSHAWK_OPTS", "-Xss2m", variable, "-Da=b -agentlib:jdwp=suspend=y");
        assertEquals(0, clone.run(environment, "models").exitCode());
        assertFalse(Files.exists(trials()));
    }
}
