package dev.goshawk.data.image;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.CRC32;

/** A PNG's chunks (ISO/IEC 15948, clause 5). */
final class PngChunks {
    private static final int SIGNATURE = 8;
    /** Length, type and checksum. */
    private static final int AROUND = 12;
    private static final int HEADER = code("IHDR");
    private static final int HEADER_LENGTH = 13;
    private static final int DEPTH = SIGNATURE + 16;
    private static final int COLOUR_TYPE = DEPTH + 1;
    private static final int INDEXED = 3;
    private static final int PALETTE = code("PLTE");
    private static final int PALETTE_ENTRY = 3;
    private static final int DATA = code("IDAT");
    private static final int END = code("IEND");

    private final byte[] bytes;
    private final List<InputStream> kept = new ArrayList<>();
    private boolean hasPalette;

    private PngChunks(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * The image without what says nothing about its samples: text, times, transparency, gamma, color profiles and
     * chunks of other programs, which the JDK's decoder would read and might stumble over.
     *
     * @param bytes a file that begins with PNG's signature
     * @throws IllegalArgumentException if a chunk that holds samples is damaged; the message does not name the file
     */
    static InputStream samplesAlone(byte[] bytes) {
        return new PngChunks(bytes).samples();
    }

    private InputStream samples() {
        ByteBuffer numbers = ByteBuffer.wrap(bytes);
        kept.add(new ByteArrayInputStream(bytes, 0, SIGNATURE));
        boolean hasHeader = false;
        boolean hasData = false;
        for (int at = SIGNATURE; bytes.length - at >= AROUND;) {
            int length = numbers.getInt(at);
            int type = numbers.getInt(at + Integer.BYTES);
            if (type == END || (!hasHeader && type != HEADER)) {
                break;
            }
            if (length < 0 || length > bytes.length - at - AROUND) {
                // What is cut off is missed where samples are in it.
                if (hasData && type != DATA) {
                    break;
                }
                throw new IllegalArgumentException("chunk " + name(type) + " at byte " + at + " reaches past the end");
            }
            if (type == HEADER && !hasHeader) {
                requireSound(at, length);
                if (length != HEADER_LENGTH) {
                    throw new IllegalArgumentException("a header of " + length + " bytes");
                }
                hasHeader = true;
                keep(at, length);
            } else if (type == PALETTE && bytes[COLOUR_TYPE] == INDEXED && !hasPalette) {
                requireSound(at, length);
                keepPalette(at, length);
            } else if (type == DATA) {
                requireSound(at, length);
                hasData = true;
                keep(at, length);
            }
            at += AROUND + length;
        }
        if (!hasData) {
            throw new IllegalArgumentException(hasHeader ? "no image data" : "no header");
        }
        kept.add(chunk(END, new byte[0]));
        return new SequenceInputStream(Collections.enumeration(kept));
    }

    private void keep(int at, int length) {
        kept.add(new ByteArrayInputStream(bytes, at, AROUND + length));
    }

    /** The colors that an index can reach. */
    private void keepPalette(int at, int length) {
        int entries = Math.min(length / PALETTE_ENTRY, 1 << bytes[DEPTH]);
        if (entries == 0) {
            throw new IllegalArgumentException("a palette without colors");
        }
        byte[] colors = new byte[PALETTE_ENTRY * entries];
        System.arraycopy(bytes, at + 2 * Integer.BYTES, colors, 0, colors.length);
        kept.add(chunk(PALETTE, colors));
        hasPalette = true;
    }

    private static InputStream chunk(int type, byte[] content) {
        ByteBuffer chunk = ByteBuffer.allocate(AROUND + content.length);
        chunk.putInt(content.length).putInt(type).put(content);
        CRC32 sum = new CRC32();
        sum.update(chunk.array(), Integer.BYTES, Integer.BYTES + content.length);
        return new ByteArrayInputStream(chunk.putInt((int) sum.getValue()).array());
    }

    /** Damaged samples may well inflate, to other pixels. */
    private void requireSound(int at, int length) {
        CRC32 sum = new CRC32();
        sum.update(bytes, at + Integer.BYTES, Integer.BYTES + length);
        if ((int) sum.getValue() != ByteBuffer.wrap(bytes).getInt(at + 2 * Integer.BYTES + length)) {
            throw new IllegalArgumentException("the checksum of chunk "
                    + name(ByteBuffer.wrap(bytes).getInt(at + Integer.BYTES)) + " at byte " + at + " is wrong");
        }
    }

    private static int code(String type) {
        return ByteBuffer.wrap(type.getBytes(StandardCharsets.US_ASCII)).getInt();
    }

    private static String name(int type) {
        return new String(ByteBuffer.allocate(Integer.BYTES).putInt(type).array(), StandardCharsets.ISO_8859_1);
    }
}
