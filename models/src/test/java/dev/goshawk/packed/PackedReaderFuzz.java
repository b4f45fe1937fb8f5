package dev.goshawk.packed;

import static dev.goshawk.models.Window.window;

import dev.goshawk.fuzz.FuzzInputs;
import dev.goshawk.graph.Value;
import dev.goshawk.models.Layers;
import dev.goshawk.models.Network;
import dev.goshawk.weights.WeightFileException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * The entry point of a coverage-guided fuzzer: whatever the bytes, the reader of packed models gives a model or refuses with one line. An
 * odd first byte mends the checksum, so that what is behind it is met.
 */
public final class PackedReaderFuzz {
    private static final String CHECKSUM = "\"crc32c\":\"";
    private static final Path FILE = FuzzInputs.temporary(".packed");
    private static final Network NETWORK = new Tiny();

    private PackedReaderFuzz() {
    }

    /** A convolution with batch normalization, a rectifier and a dense layer. */
    record Tiny() implements Network {
        @Override
        public String name() {
            return "tiny";
        }

        @Override
        public int inputSize() {
            return 2;
        }

        @Override
        public int classes() {
            return 2;
        }

        @Override
        public Value logits(Layers net, Value images) {
            Layers all = net.block("all");
            Value x = all.relu("r", all.batchNorm("bn", all.conv("c", images, 2, window(1))));
            return all.linear("fc", all.globalAvgPool(x), classes());
        }
    }

    /** One input. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] content = Arrays.copyOfRange(input, 1, input.length);
        try {
            Files.write(FILE, (input[0] & 1) == 1 ? mended(content) : content);
            PackedModel.load(FILE, NETWORK);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (WeightFileException e) {
            String message = String.valueOf(e.getMessage());
            if (message.lines().count() != 1 || message.length() > 1000 || !message.startsWith(FILE + ": ")) {
                throw new AssertionError("a message that is not one line with the file: " + message, e);
            }
        }
    }

    /** The file with the checksum of its data, where it has a place for one. */
    static byte[] mended(byte[] content) {
        if (content.length < Long.BYTES) {
            return content;
        }
        long header = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (header < 0 || header > content.length - Long.BYTES) {
            return content;
        }
        int data = Long.BYTES + (int) header;
        String text = new String(content, Long.BYTES, (int) header, StandardCharsets.ISO_8859_1);
        int at = text.indexOf(CHECKSUM) + CHECKSUM.length();
        if (at >= CHECKSUM.length() && at + 8 <= text.length()) {
            CRC32C crc = new CRC32C();
            crc.update(content, data, content.length - data);
            byte[] digits = HexFormat.of().toHexDigits((int) crc.getValue()).getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(digits, 0, content, Long.BYTES + at, digits.length);
        }
        return content;
    }
}
