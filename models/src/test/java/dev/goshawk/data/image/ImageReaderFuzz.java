package dev.goshawk.data.image;

import dev.goshawk.data.DataException;
import dev.goshawk.fuzz.FuzzInputs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The entry point of a coverage-guided fuzzer: whatever the bytes, an image is decoded to the size its header gives, or
 * refused with one line that names the file.
 */
public final class ImageReaderFuzz {
    private static final Path FILE = FuzzInputs.temporary(".image");

    private ImageReaderFuzz() {
    }

    /** One input. */
    public static void fuzzerTestOneInput(byte[] input) {
        try {
            Files.write(FILE, input);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            RgbImage image = ImageDecoder.decode(FILE);
            if (image.rgb().length != image.width() * image.height() * 3) {
                throw new AssertionError("pixels of another size: " + image);
            }
        } catch (DataException e) {
            String message = String.valueOf(e.getMessage());
            if (!message.startsWith(FILE + ": ") || message.lines().count() != 1) {
                throw new AssertionError("not one line that names the file: " + message, e);
            }
        }
    }
}
