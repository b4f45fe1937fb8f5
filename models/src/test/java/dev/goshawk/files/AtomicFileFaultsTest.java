package dev.goshawk.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.files.FaultyFiles.Fault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Every operation of a write goes wrong once, in every way: the old file or the new one, nothing else, and all of it on the disk. */
@DisabledOnOs(OS.WINDOWS)
class AtomicFileFaultsTest {
    private static final String OLD = "what was there before";
    private static final String NEW = "one part, another part, and the last part";

    @TempDir
    private Path folder;

    private static void write(Path file) throws IOException {
        AtomicFile.write(file, out -> {
            for (String part : NEW.split("(?<=, )")) {
                ByteBuffer bytes = ByteBuffer.wrap(part.getBytes(java.nio.charset.StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
            }
        });
    }

    @Test
    void theOldFileOrTheNewOne() throws IOException {
        FaultyFiles files = FaultyFiles.create();
        Map<Fault, Integer> tried = new EnumMap<>(Fault.class);
        for (boolean replaces : new boolean[] {true, false}) {
            for (Fault fault : Fault.values()) {
                for (int n = 1;; n++) {
                    Path file = folder.resolve("f");
                    if (replaces) {
                        Files.writeString(file, OLD);
                    } else {
                        Files.deleteIfExists(file);
                    }
                    files.arm(fault, n);
                    String refused = "";
                    try {
                        write(files.of(file));
                    } catch (IOException e) {
                        refused = String.valueOf(e.getMessage());
                        assertTrue(refused.startsWith(file + ": cannot be written (") && refused.lines().count() == 1,
                                refused);
                    }
                    boolean fired = files.hasFired();
                    List<String> risks = files.risks();
                    files.disarm();
                    if (!fired) {
                        break;
                    }
                    tried.merge(fault, 1, Integer::sum);
                    String what = fault + " " + n + ": " + refused;
                    String now = Files.exists(file) ? Files.readString(file) : "";
                    // A write that takes half is gone on with, and what a file system cannot do it need not; other faults are told.
                    assertEquals(fault == Fault.SHORT || fault == Fault.FILES_ALONE, refused.isEmpty(), what);
                    boolean written = refused.isEmpty() || refused.contains("it is written, but its folder");
                    assertEquals(written ? NEW : replaces ? OLD : "", now, what);
                    assertEquals(written && fault != Fault.SHORT
                            ? List.of(folder + ": names not forced to disk")
                            : List.of(), risks, what);
                    try (Stream<Path> there = Files.list(folder)) {
                        assertEquals(now.isEmpty() ? List.of() : List.of(file), there.toList(), what);
                    }
                }
            }
        }
        // The file is opened to make it and to write it, its folder to force it; permissions are those of a file that is replaced.
        assertEquals(
                Map.of(Fault.OPEN, 6, Fault.WRITE, 6, Fault.SHORT, 6, Fault.FULL, 6, Fault.FORCE, 4,
                        Fault.FILES_ALONE, 2, Fault.MOVE, 2, Fault.ACCESS, 1, Fault.PERMISSIONS, 1),
                tried);
    }
}
