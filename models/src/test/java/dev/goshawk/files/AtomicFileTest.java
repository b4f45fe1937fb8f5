package dev.goshawk.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class AtomicFileTest {
    private static final byte[] NEW = "new".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path temporary;
    private Path folder;

    @BeforeEach
    void realFolder() throws IOException {
        folder = temporary.toRealPath();
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    private static String refusal(Path file) {
        String checked = assertThrows(IOException.class, () -> AtomicFile.check(file)).getMessage();
        assertEquals(checked, assertThrows(IOException.class, () -> AtomicFile.write(file, NEW)).getMessage());
        assertEquals(1, checked.lines().count());
        return checked;
    }

    @Test
    void aLinkStaysAndItsTargetIsReplaced() throws IOException {
        Path target = Files.writeString(Files.createDirectory(folder.resolve("far")).resolve("t"), "old");
        Path second = Files.createSymbolicLink(folder.resolve("far/second"), Path.of("t"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("far/second"));
        AtomicFile.check(link);
        AtomicFile.write(link, NEW);
        assertTrue(Files.isSymbolicLink(link) && Files.isSymbolicLink(second));
        assertTrue(Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS));
        assertEquals("new", Files.readString(target));

        Path dangling = Files.createSymbolicLink(folder.resolve("dangling"), Path.of("far/later"));
        AtomicFile.check(dangling);
        AtomicFile.write(dangling, NEW);
        assertTrue(Files.isSymbolicLink(dangling));
        assertEquals("new", Files.readString(folder.resolve("far/later")));
    }

    @Test
    void whatCannotBeWrittenIsRefusedBeforeAndLeavesNothing() throws IOException {
        Files.createSymbolicLink(folder.resolve("round"), Path.of("round"));
        Files.createSymbolicLink(folder.resolve("nowhere"), Path.of("none/x"));
        List<String> before = names();
        assertEquals(folder.resolve("round") + ": cannot be written (symbolic links go in a circle)",
                refusal(folder.resolve("round")));
        assertEquals(folder.resolve("nowhere") + ": cannot be written (there is no folder " + folder.resolve("none")
                + ")", refusal(folder.resolve("nowhere")));
        Path file = Files.createFile(folder.resolve("file"));
        assertEquals(file.resolve("x") + ": cannot be written (" + file + " is a file, expected a folder)",
                refusal(file.resolve("x")));
        Files.delete(file);
        assertEquals(folder + ": cannot be written (is a folder, expected a file to write)", refusal(folder));
        assertEquals("/: cannot be written (is a folder, expected a file to write)", refusal(Path.of("/")));
        assertEquals(folder + "/.: cannot be written (is a folder, expected a file to write)",
                refusal(Path.of(folder + "/.")));
        assertEquals(": cannot be written (the name is empty, expected a file to write)", refusal(Path.of("")));
        assertEquals(before, names());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFolderThatTakesNoFilesIsRefusedBefore() {
        assertTrue(refusal(Path.of("/proc/goshawk.json")).startsWith("/proc/goshawk.json: cannot be written ("));
    }

    @Test
    void permissionsStay() throws IOException {
        for (String mode : List.of("rw-------", "rw-r-----", "rwxrw-rw-")) {
            Path file = Files.writeString(folder.resolve("f"), "old");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
            AtomicFile.write(file, out -> {
                try (Stream<Path> all = Files.list(folder)) {
                    for (Path p : all.toList()) {
                        assertEquals(mode, PosixFilePermissions.toString(Files.getPosixFilePermissions(p)),
                                "never wider open, not for a moment");
                    }
                }
            });
            assertEquals(mode, PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        }
    }

    @Test
    void whatAKilledProcessLeavesIsKnownByItsName() throws IOException {
        AtomicFile.write(folder.resolve("f"), out -> {
            Path half = folder.resolve(names().getFirst());
            assertTrue(AtomicFile.isTemporary(half), half.toString());
        });
        for (String other : List.of("f", ".goshawk", ".x.tmp", ".goshawk-1.tmp", "goshawk-1-a-1.tmp")) {
            assertFalse(AtomicFile.isTemporary(Path.of(other)), other);
        }
    }

    @Test
    void aNewFileHasWhatOthersGet() throws IOException {
        Path other = Files.createFile(folder.resolve("other"));
        AtomicFile.write(folder.resolve("f"), NEW);
        assertEquals(Files.getPosixFilePermissions(other), Files.getPosixFilePermissions(folder.resolve("f")));
    }

    @Test
    void theOwnerStaysWhereTheProcessMaySetIt() throws IOException {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root gives files away");
        Path file = Files.writeString(folder.resolve("f"), "old");
        Files.setAttribute(file, "unix:uid", 12345);
        Files.setAttribute(file, "unix:gid", 23456);
        AtomicFile.write(file, NEW);
        assertEquals(12345, Files.getAttribute(file, "unix:uid"));
        assertEquals(23456, Files.getAttribute(file, "unix:gid"));
        assertEquals("new", Files.readString(file));
    }

    @Test
    void devicesAndPipesAreWrittenThrough() throws Exception {
        AtomicFile.check(Path.of("/dev/null"));
        AtomicFile.write(Path.of("/dev/null"), NEW);
        assertFalse(Files.isRegularFile(Path.of("/dev/null")));

        Path pipe = folder.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        AtomicFile.check(pipe);
        CompletableFuture<byte[]> read = CompletableFuture.supplyAsync(() -> {
            try {
                return Files.readAllBytes(pipe);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        AtomicFile.write(pipe, NEW);
        assertArrayEquals(NEW, read.get(20, TimeUnit.SECONDS));
        assertFalse(Files.isRegularFile(pipe));
        assertEquals(List.of("pipe"), names());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDeviceIsAFailure() throws IOException {
        AtomicFile.check(Path.of("/dev/full"));
        assertEquals("/dev/full: cannot be written (No space left on device)",
                assertThrows(IOException.class, () -> AtomicFile.write(Path.of("/dev/full"), NEW)).getMessage());
    }

    @Test
    void aNameAsLongAsThereCanBe() throws IOException {
        Path file = folder.resolve("n".repeat(255));
        AtomicFile.check(file);
        AtomicFile.write(file, NEW);
        assertEquals("new", Files.readString(file));
    }

    @Test
    void knowsOneFileByItsNames() throws IOException {
        Path a = folder.resolve("a");
        Path later = folder.resolve("later");
        Files.writeString(a, "x");
        Files.createDirectory(folder.resolve("d"));
        Files.createLink(folder.resolve("hard"), a);
        Files.createSymbolicLink(folder.resolve("soft"), Path.of("a"));
        Files.createSymbolicLink(folder.resolve("soon"), Path.of("d/../later"));
        Files.createSymbolicLink(folder.resolve("here"), folder);
        for (String same : List.of("hard", "soft", "d/../a", "./a", "here/a")) {
            assertTrue(AtomicFile.isSame(a, folder.resolve(same)), same);
        }
        for (String same : List.of("soon", "d/../later", "here/later")) {
            assertTrue(AtomicFile.isSame(later, folder.resolve(same)), same);
        }
        assertFalse(AtomicFile.isSame(a, later));
        assertFalse(AtomicFile.isSame(later, folder.resolve("d/later")));
    }
}
