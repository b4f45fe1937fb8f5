package dev.goshawk.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RegularFileTest {
    private static final String SPECIAL = "is a named pipe, a device or another special file, expected a regular file";

    @TempDir
    private Path folder;

    private static String refusal(Path file) {
        return assertThrows(IOException.class, () -> RegularFile.read(file, 10)).getMessage();
    }

    @Test
    void readsThroughLinksWhatIsShortEnough() throws IOException {
        Path file = Files.write(folder.resolve("x"), new byte[] {1, 2, 3});
        assertArrayEquals(new byte[] {1, 2, 3}, RegularFile.read(file, 3));
        assertEquals("is 3 bytes long, expected at most 2",
                assertThrows(IOException.class, () -> RegularFile.read(file, 2)).getMessage());
        assertEquals("is a folder, expected a file", refusal(folder));
        assertEquals("no such file", refusal(folder.resolve("none")));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void opensNeitherPipesNorDevices() throws IOException, InterruptedException {
        Path target = Files.write(folder.resolve("x"), new byte[] {7});
        assertEquals(1, RegularFile.size(Files.createSymbolicLink(folder.resolve("link"), target)));
        assertEquals(SPECIAL, refusal(SpecialFiles.pipe(folder.resolve("pipe"))));
        assertEquals(SPECIAL, refusal(Path.of("/dev/zero")));
        assertEquals(SPECIAL, refusal(Files.createSymbolicLink(folder.resolve("zero"), Path.of("/dev/zero"))));
        assertEquals("is a link to gone, which is not there",
                refusal(Files.createSymbolicLink(folder.resolve("dangling"), Path.of("gone"))));
        Files.createSymbolicLink(folder.resolve("a"), Path.of("b"));
        Path loop = Files.createSymbolicLink(folder.resolve("b"), Path.of("a"));
        assertEquals(true, refusal(loop).contains("symbolic links"), refusal(loop));
    }
}
