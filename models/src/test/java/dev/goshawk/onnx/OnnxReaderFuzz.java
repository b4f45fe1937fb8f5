package dev.goshawk.onnx;

import dev.goshawk.fuzz.FuzzInputs;
import dev.goshawk.onnx.format.OnnxException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The entry point of a coverage-guided fuzzer: whatever the bytes, the reader of ONNX files gives a network or refuses with one line. */
public final class OnnxReaderFuzz {
    private static final Path FILE = FuzzInputs.temporary(".onnx");

    private OnnxReaderFuzz() {
    }

    /** One input. */
    public static void fuzzerTestOneInput(byte[] input) {
        try {
            Files.write(FILE, input);
            OnnxNetwork.read(FILE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (OnnxException e) {
            String message = String.valueOf(e.getMessage());
            if (message.lines().count() != 1 || !message.startsWith(FILE + ": ")) {
                throw new AssertionError("a message that is not one line with the file: " + message, e);
            }
        }
    }
}
