package dev.goshawk.weights;

import dev.goshawk.fuzz.FuzzInputs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The entry point of a coverage-guided fuzzer: whatever the bytes, the readers of weight files give tensors or refuse
 * with one line. The first byte chooses the reader, so that the inner ones are met without a checksum before them.
 */
public final class WeightReaderFuzz {
    private static final int READERS = 3;
    private static final Path FILE = FuzzInputs.temporary(".weights");

    private WeightReaderFuzz() {
    }

    /** One input. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] content = Arrays.copyOfRange(input, 1, input.length);
        try {
            switch (Math.floorMod(input[0], READERS)) {
                case 0 -> file(content);
                case 1 ->
                    new StateDictUnpickler(new PickleStream(new ByteArrayInputStream(content), content.length)).next();
                default -> SafetensorsHeader.parse(content, content.length);
            }
        } catch (IOException e) {
            // The end of a pickle, which the file reader turns to a line of its own.
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            if (message.lines().count() != 1 || message.length() > 1000) {
                throw new AssertionError("a message that is not one line: " + message, e);
            }
        }
    }

    private static void file(byte[] content) throws IOException {
        Files.write(FILE, content);
        try {
            WeightFile.read(FILE);
        } catch (WeightFileException e) {
            if (!e.getMessage().startsWith(FILE + ": ")) {
                throw new AssertionError("a message without the file: " + e.getMessage(), e);
            }
            throw e;
        }
    }
}
