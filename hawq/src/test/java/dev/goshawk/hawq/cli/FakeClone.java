package dev.goshawk.hawq.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The launcher in a clone without sources, with a JDK that prints what it is started with and a Maven that makes a jar. */
final class FakeClone {
    /** How a launcher ended, its output in lines. */
    record Ended(int exitCode, List<String> out, List<String> err) {
        /** What followed the name of a line that the JDK printed. */
        List<String> values(String name) {
            return out.stream().filter(l -> l.startsWith(name + "=")).map(l -> l.substring(name.length() + 1)).toList();
        }
    }

    final Path root;
    final Path tools;
    private final Path scratch;
    private final Path jdk;

    FakeClone(Path folder, String name) throws IOException {
        scratch = folder;
        root = Files.createDirectories(folder.resolve(name));
        jdk = folder.resolve("jdk");
        tools = Files.createDirectories(folder.resolve("tools"));
        Files.createDirectories(root.resolve("bin"));
        for (String file : List.of("goshawk", "jdk.sh", "jvm.options", "spark.options", "imports.jsh")) {
            Files.copy(Path.of("../bin", file), root.resolve("bin").resolve(file));
        }
        Files.copy(Path.of("../pom.xml"), root.resolve("pom.xml"));
        Files.createDirectories(jdk.resolve("bin"));
        Files.writeString(jdk.resolve("release"),
                "JAVA_VERSION=\"99.0.1\"\nMODULES=\"java.base jdk.incubator.vector\"\n");
        script(jdk.resolve("bin/javac"), "exit 0");
        for (String program : List.of("java", "jshell")) {
            script(jdk.resolve("bin").resolve(program), """
                    printf 'lc_all=%s\\n' "${LC_ALL-}"
                    printf 'spark_home=%s\\n' "${SPARK_HOME-}"
                    for a in "$@"; do printf 'arg=%s\\n' "$a"; done
                    """);
        }
        script(tools.resolve("mvn"),
                """
                        root=${0%%/*}
                        for a in "$@"; do case $a in */pom.xml) root=${a%%/pom.xml} ;; esac; done
                        mkdir "$root/busy" 2>/dev/null || { echo "two builds at once"; exit 1; }
                        echo build >>"$root/builds"
                        sleep "${BUILD_SECONDS:-0}"
                        mkdir -p "$root/hawq/target/lib"
                        [ -n "${UNCHANGED-}" ] || : >"$root/hawq/target/goshawk.jar"
                        case " $* " in *" -pl spark "*) mkdir -p "$root/spark/target/spark-home/jars"; : >"$root/spark/target/goshawk-spark.jar" ;; esac
                        rmdir "$root/busy"
                        """
                        .replace("%%", "%"));
    }

    void build() throws IOException {
        Files.createDirectories(root.resolve("hawq/target/lib"));
        Files.writeString(root.resolve("hawq/target/goshawk.jar"), "");
    }

    static void script(Path file, String text) throws IOException {
        Files.writeString(file, "#!/bin/bash\n" + text + "\n");
        assertTrue(file.toFile().setExecutable(true));
    }

    /** Starts {@code command}; a variable that is null is not set. */
    Process start(Map<String, String> environment, List<String> command, String name) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(scratch.resolve(name + ".out").toFile())
                .redirectError(scratch.resolve(name + ".err").toFile()).directory(scratch.toFile());
        builder.environment().clear();
        Map<String, String> all = new HashMap<>(Map.of("PATH", tools + ":/usr/bin:/bin", "GOSHAWK_JAVA_HOME",
                jdk.toString(), "LC_ALL", "C.UTF-8"));
        all.putAll(environment);
        all.values().removeIf(java.util.Objects::isNull);
        builder.environment().putAll(all);
        return builder.start();
    }

    Ended end(Process process, String name) throws IOException, InterruptedException {
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), name + " does not end");
        return new Ended(process.exitValue(), lines(name + ".out"), lines(name + ".err"));
    }

    private List<String> lines(String file) throws IOException {
        return Files.readAllLines(scratch.resolve(file), StandardCharsets.UTF_8);
    }

    /** Runs the launcher. */
    Ended run(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(root.resolve("bin/goshawk").toString()));
        command.addAll(List.of(arguments));
        return end(start(environment, command, "run"), "run");
    }
}
