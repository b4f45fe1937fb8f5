package dev.goshawk.data.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import java.io.IOException;

/** PNG files of unusual kinds for tests. */
final class Pngs {
    /** Where the chunk after the header begins. */
    static final int AFTER_HEADER = 33;
    private static final int AROUND = 12;

    private Pngs() {
    }

    /** An indexed image: byte (x + y) % colors of a palette whose entry k is (k, 2k, 3k). */
    static byte[] indexed(int side, int colors, int paletteBytes) throws IOException {
        byte[] palette = new byte[paletteBytes];
        for (int i = 0; i < paletteBytes; i++) {
            palette[i] = (byte) (i / 3 * (i % 3 + 1));
        }
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(packed)) {
            for (int y = 0; y < side; y++) {
                out.write(0);
                for (int x = 0; x < side; x++) {
                    out.write((x + y) % colors);
                }
            }
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
        file.writeBytes(chunk("IHDR", ByteBuffer.allocate(13).putInt(side).putInt(side).put((byte) 8).put((byte) 3)
                .array()));
        file.writeBytes(chunk("PLTE", palette));
        file.writeBytes(chunk("IDAT", packed.toByteArray()));
        file.writeBytes(chunk("IEND"));
        return file.toByteArray();
    }

    static byte[] chunk(String type, byte... content) {
        ByteBuffer chunk = ByteBuffer.allocate(AROUND + content.length);
        chunk.putInt(content.length).put(type.getBytes(StandardCharsets.US_ASCII)).put(content);
        CRC32 sum = new CRC32();
        sum.update(chunk.array(), 4, 4 + content.length);
        return chunk.putInt((int) sum.getValue()).array();
    }

    /** Where a chunk begins. */
    static int find(byte[] file, String type) {
        for (int at = 8; at < file.length; at += AROUND + ByteBuffer.wrap(file).getInt(at)) {
            if (new String(file, at + 4, 4, StandardCharsets.US_ASCII).equals(type)) {
                return at;
            }
        }
        throw new IllegalArgumentException("no chunk " + type);
    }
}
