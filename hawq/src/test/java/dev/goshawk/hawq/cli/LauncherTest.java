package dev.goshawk.hawq.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
    @TempDir
    private Path folder;

    private static void assertStarted(FakeClone.Ended run, String... last) {
        assertEquals(0, run.exitCode(), run.err().toString());
        assertEquals(List.of(), run.err());
        List<String> arguments = run.values("arg");
        assertEquals(List.of(last), arguments.subList(arguments.size() - last.length, arguments.size()));
    }

    private FakeClone built(String name) throws IOException {
        FakeClone clone = new FakeClone(folder, name);
        clone.build();
        return clone;
    }

    @Test
    void givesTheOptionsOfTheFile() throws Exception {
        FakeClone clone = built("clone");
        FakeClone.Ended run = clone.run(Map.of(), "evaluate", "a b");
        assertStarted(run, "dev.goshawk.hawq.cli.Main", "evaluate", "a b");
        List<String> options = Files.readAllLines(Path.of("../bin/jvm.options")).stream()
                .filter(l -> !l.startsWith("#")).toList();
        assertTrue(run.values("arg").containsAll(options), run.out().toString());
        assertTrue(run.values("arg").contains("-Xmn48m"), run.out().toString());
    }

    @Test
    void aCollectorOfTheUsersOwnReplacesOurs() throws Exception {
        FakeClone.Ended run = built("clone").run(Map.of("GOSHAWK_OPTS", "-XX:+UseZGC"));
        assertTrue(run.values("arg").contains("-XX:+UseZGC"), run.out().toString());
        assertFalse(run.values("arg").contains("-XX:+UseParallelGC"), run.out().toString());
        assertFalse(run.values("arg").contains("-Xmn48m"), run.out().toString());
    }

    @Test
    void quotesHoldOptionsTogether() throws Exception {
        FakeClone.Ended run = built("clone").run(Map.of("JAVA_OPTS", "-Da='x y'\n-Db=*", "GOSHAWK_OPTS",
                "\"-Dc=1 2\" -Dd=3\\ 4 -De='\\'"));
        List<String> arguments = run.values("arg");
        int at = arguments.indexOf("-Da=x y");
        assertEquals(List.of("-Da=x y", "-Db=*", "-Dc=1 2", "-Dd=3 4", "-De=\\"), arguments.subList(at, at + 5));

        FakeClone.Ended open = new FakeClone(folder, "other").run(Map.of("GOSHAWK_OPTS", "-Da='x"), "models");
        assertEquals(2, open.exitCode());
        assertTrue(open.err().getLast().startsWith("goshawk: a quotation mark is not closed"), open.err().toString());
    }

    @Test
    void anExportedCdpathDoesNoHarm() throws Exception {
        FakeClone clone = built("clone");
        Path other = Files.createDirectories(folder.resolve("elsewhere/clone/bin")).getParent().getParent();
        FakeClone.Ended run = clone.end(clone.start(Map.of("CDPATH", other + ":."),
                List.of("clone/bin/goshawk", "models"), "cdpath"), "cdpath");
        assertStarted(run, clone.root.toRealPath() + "/hawq/target/goshawk.jar", "dev.goshawk.hawq.cli.Main", "models");
    }

    @Test
    void anEmptyPathDoesNoHarm() throws Exception {
        FakeClone clone = built("clone");
        for (String path : List.of("", "/nonexistent")) {
            assertStarted(clone.run(Map.of("PATH", path), "models"), "models");
        }
        Map<String, String> none = new HashMap<>();
        none.put("PATH", null);
        assertStarted(clone.run(none, "models"), "models");
    }

    @Test
    void linksAndOddNamesLeadToTheClone() throws Exception {
        FakeClone clone = built("a clone, \u00e9t\u00e9 'x' & #1");
        assertStarted(clone.run(Map.of(), "models"), "models");
        Path links = Files.createDirectories(folder.resolve("links here"));
        Files.createSymbolicLink(links.resolve("one"), clone.root.resolve("bin/goshawk"));
        Files.createSymbolicLink(links.resolve("two"), Path.of("one"));
        Files.createSymbolicLink(links.resolve("bin"), clone.root.resolve("bin"));
        for (String name : List.of("two", "bin/goshawk")) {
            FakeClone.Ended run = clone.end(clone.start(Map.of(), List.of(links.resolve(name).toString(), "size"),
                    "link"), "link");
            assertStarted(run, clone.root.toRealPath() + "/hawq/target/goshawk.jar", "dev.goshawk.hawq.cli.Main",
                    "size");
        }
        FakeClone.Ended colon = built("a:b").run(Map.of());
        assertEquals(2, colon.exitCode());
        assertEquals(1, colon.err().size(), colon.err().toString());
        assertTrue(colon.err().getFirst().contains("holds a colon"), colon.err().toString());
    }

    @Test
    void aLocaleWithoutLettersBeyondAsciiBecomesUtf8() throws Exception {
        FakeClone clone = built("clone");
        for (String locale : List.of("C", "POSIX", "xx_YY.UTF-8")) {
            assertEquals(List.of("C.UTF-8"), clone.run(Map.of("LC_ALL", locale)).values("lc_all"), locale);
        }
        Map<String, String> none = new HashMap<>();
        none.put("LC_ALL", null);
        assertEquals(List.of("C.UTF-8"), clone.run(none).values("lc_all"));
        none.put("LANG", "C.UTF-8");
        assertEquals(List.of(""), clone.run(none).values("lc_all"), "one that is right is left alone");
    }

    @Test
    void twoFirstBuildsAreOne() throws Exception {
        FakeClone clone = new FakeClone(folder, "clone");
        List<String> command = List.of(clone.root.resolve("bin/goshawk").toString(), "models");
        Map<String, String> slow = Map.of("BUILD_SECONDS", "0.7");
        Process one = clone.start(slow, command, "one");
        Process two = clone.start(slow, command, "two");
        FakeClone.Ended first = clone.end(one, "one");
        FakeClone.Ended second = clone.end(two, "two");
        assertEquals(0, first.exitCode(), first.err().toString());
        assertEquals(0, second.exitCode(), second.err().toString());
        assertEquals(List.of("build"), Files.readAllLines(clone.root.resolve("builds")));
    }

    /** As on macOS: the lock is a folder, and one left by a process that is gone does not count. */
    @Test
    void twoFirstBuildsAreOneWithoutFlock() throws Exception {
        assumeTrue(Boolean.getBoolean("goshawk.slowTests"), "skipped: takes long (set -Dgoshawk.slowTests=true)");
        FakeClone clone = new FakeClone(folder, "clone");
        Path lock = Files.createDirectories(clone.root.resolve("target/build.lock.d"));
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        Files.writeString(lock.resolve("pid"), gone.pid() + "\n");
        for (String tool : List.of("mkdir", "rmdir", "rm", "sleep", "touch", "bash")) {
            Path there = Files.exists(Path.of("/bin", tool)) ? Path.of("/bin", tool) : Path.of("/usr/bin", tool);
            Files.createSymbolicLink(clone.tools.resolve(tool), there);
        }
        List<String> command = List.of(clone.root.resolve("bin/goshawk").toString(), "models");
        Map<String, String> environment = Map.of("PATH", clone.tools.toString(), "BUILD_SECONDS", "0.7");
        Process one = clone.start(environment, command, "one");
        Process two = clone.start(environment, command, "two");
        for (FakeClone.Ended ended : List.of(clone.end(one, "one"), clone.end(two, "two"))) {
            assertEquals(0, ended.exitCode(), ended.err().toString());
        }
        assertEquals(List.of("build"), Files.readAllLines(clone.root.resolve("builds")));
        assertFalse(Files.exists(lock));
    }

    @Test
    void jarsOfABuildThatBrokeOffAreNotUsed() throws Exception {
        FakeClone clone = built("clone");
        Files.createDirectories(clone.root.resolve("target"));
        Files.writeString(clone.root.resolve("target/building"), "");
        assertEquals(0, clone.run(Map.of(), "models").exitCode());
        assertEquals(List.of("build"), Files.readAllLines(clone.root.resolve("builds")));
        assertStarted(clone.run(Map.of(), "models"), "models");
        assertEquals(List.of("build"), Files.readAllLines(clone.root.resolve("builds")));
    }

    @Test
    void whatIsBuiltIsNotBuiltAgainThoughMavenLeftTheJarAsItWas() throws Exception {
        FakeClone clone = new FakeClone(folder, "clone");
        clone.build();
        Path jar = clone.root.resolve("hawq/target/goshawk.jar");
        Files.setLastModifiedTime(jar, FileTime.from(Instant.now().minusSeconds(60)));
        Path source = clone.root.resolve("tensor-core/src/main/java/A.java");
        Files.createDirectories(source.getParent());
        Files.writeString(source, "class A {}");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().minusSeconds(30)));
        for (int call = 0; call < 2; call++) {
            assertEquals(0, clone.run(Map.of("UNCHANGED", "yes"), "models").exitCode());
            assertEquals(List.of("build"), Files.readAllLines(clone.root.resolve("builds")));
        }
        Files.writeString(source, "class A { }");
        assertEquals(0, clone.run(Map.of("UNCHANGED", "yes"), "models").exitCode());
        assertEquals(List.of("build", "build"), Files.readAllLines(clone.root.resolve("builds")));
    }

    @Test
    void theShellIsTheJdksWithTheFlagsAndTheJars() throws Exception {
        FakeClone clone = new FakeClone(folder, "a clone");
        FakeClone.Ended run = clone.run(Map.of("GOSHAWK_OPTS", "-Xmx1g"), "jshell", "--feedback", "my script.jsh");
        assertEquals(0, run.exitCode(), run.err().toString());
        assertEquals(List.of("build"), Files.readAllLines(clone.root.resolve("builds")), "a fresh clone is built");
        List<String> arguments = run.values("arg");
        String jar = clone.root.toRealPath() + "/hawq/target/goshawk.jar";
        assertEquals(List.of("--class-path", jar, "--startup", "DEFAULT", "--startup",
                clone.root.toRealPath() + "/bin/imports.jsh", "--feedback", "my script.jsh"),
                arguments.subList(arguments.size() - 8, arguments.size()));
        assertTrue(arguments.containsAll(List.of("-R--add-modules=jdk.incubator.vector", "-R-Xmx1g")),
                arguments.toString());
        FakeClone.Ended open = clone.run(Map.of(), "jshell");
        assertEquals(2, open.err().size(), "two lines of help: " + open.err());
    }

    @Test
    void aScriptThatIsNotThereIsOneLineBeforeAnyBuild() throws Exception {
        FakeClone clone = new FakeClone(folder, "clone");
        Path script = Files.writeString(folder.resolve("a.jsh"), "/exit");
        Files.createDirectories(folder.resolve("scripts"));
        for (String[] row : new String[][] {
                {"expected a script, got missing.jsh: there is no such file", "a.jsh", "missing.jsh"},
                {"expected a script, got scripts: it is a folder", "-q", "scripts"},
                {"--feedback: expected a value after it", script.toString(), "--feedback"}}) {
            FakeClone.Ended run = clone.run(Map.of(), "jshell", row[1], row[2]);
            assertEquals(2, run.exitCode(), run.out().toString());
            assertEquals(List.of("goshawk: jshell: " + row[0]), run.err());
        }
        assertFalse(Files.exists(clone.root.resolve("builds")));
        assertEquals(0,
                clone.run(Map.of(), "jshell", "--feedback", "concise", "-R-Xmx1g", "PRINTING", "a.jsh").exitCode());
    }

    @Test
    void sparkIsBuiltWhenItIsFirstAskedFor() throws Exception {
        FakeClone clone = built("a clone");
        assertStarted(clone.run(Map.of(), "trace"), "trace");
        assertFalse(Files.exists(clone.root.resolve("builds")), "not for anything else");
        for (String[] words : new String[][] {{"trace", "--spark", "local[2]"}, {"trace", "--spark=local[2]"}}) {
            FakeClone.Ended run = clone.run(Map.of(), words);
            assertEquals(0, run.exitCode(), run.err().toString());
            assertEquals(List.of("build"), Files.readAllLines(clone.root.resolve("builds")), "once");
            String target = clone.root.toRealPath() + "/spark/target/";
            List<String> arguments = run.values("arg");
            assertTrue(arguments.containsAll(List.of("--add-modules=jdk.incubator.vector",
                    "--add-opens=java.base/java.nio=ALL-UNNAMED",
                    target + "goshawk-spark.jar:" + target + "spark-home/jars/*")), arguments.toString());
            assertEquals(List.of(target + "spark-home"), run.values("spark_home"));
        }
    }

    @Test
    void nothingIsFetchedForAnAddressThatIsNone() throws Exception {
        FakeClone clone = built("clone");
        for (String master : new String[] {"nonsense", "", "local[2", "spark://host", "k8s://", "mesos://host:5050"}) {
            FakeClone.Ended run = clone.run(Map.of(), "spectrum", "--spark", master);
            assertEquals(2, run.exitCode(), run.out().toString());
            assertEquals(
                    List.of("goshawk: Spark master: expected local[N], local-cluster[N,CORES,MIB], spark://HOST:PORT,"
                            + " yarn or k8s://URL, got '" + master + "'"),
                    run.err());
        }
        assertFalse(Files.exists(clone.root.resolve("builds")));
    }

    @Test
    void sparkIsForTheCommandsThatHaveTheOption() throws Exception {
        FakeClone clone = built("clone");
        Files.createDirectories(clone.root.resolve("spark/target/spark-home/jars"));
        Files.writeString(clone.root.resolve("spark/target/goshawk-spark.jar"), "");
        Main.commandLine().getSubcommands().forEach((name, command) -> {
            try {
                FakeClone.Ended run = clone.run(Map.of(), name, "--spark", "local");
                assertEquals(command.getCommandSpec().findOption("--spark") != null,
                        run.values("arg").stream().anyMatch(a -> a.contains("goshawk-spark.jar")), name);
            } catch (Exception e) {
                throw new AssertionError(name, e);
            }
        });
    }

    @Test
    void aDeletedFolderIsOneLine() throws Exception {
        FakeClone clone = built("clone");
        FakeClone.Ended run = clone.end(clone.start(Map.of(), List.of("bash", "-c",
                "mkdir gone && cd gone && rmdir ../gone && exec \"$0\" models",
                clone.root.resolve("bin/goshawk").toString()), "gone"), "gone");
        assertEquals(2, run.exitCode());
        // The shell that reads the script says that it cannot find its folder, before it reads a line.
        assertEquals("goshawk: the current folder no longer exists: change to another", run.err().getLast());
    }

    @Test
    void noJdkIsOneLine() throws Exception {
        FakeClone clone = built("clone");
        Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"25.0.2\"\n");
        FakeClone.Ended run = clone.run(Map.of());
        assertEquals(2, run.exitCode());
        assertEquals(1, run.err().size(), run.err().toString());
        assertTrue(run.err().getFirst().contains("is no JDK 25.0.3 or newer"), run.err().toString());
    }
}
