package dev.goshawk.data.image;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Goes over the segments of a JPEG before its first scan (ITU-T T.81, annex B). */
final class JpegSegments {
    static final int APP0 = 0xE0;
    static final int APP14 = 0xEE;
    private static final int START_OF_IMAGE = 0xD8;
    private static final int END_OF_IMAGE = 0xD9;
    private static final int START_OF_SCAN = 0xDA;
    private static final int FIRST_RESTART = 0xD0;

    private final byte[] bytes;
    private int at = 2;
    private int marker = START_OF_IMAGE;
    private int body = at;
    private int length;

    /** @param bytes a file that begins with the start-of-image marker */
    JpegSegments(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Goes to the next segment.
     *
     * @return false where the first scan, the end of the image or the file's end comes instead
     * @throws IllegalArgumentException if the segment reaches past the file's end
     */
    boolean next() {
        while (at < bytes.length) {
            int start = at;
            // Bytes between segments are passed over, as libjpeg does; a marker may have any number of 0xFF before it.
            if (bytes[at++] != (byte) 0xFF) {
                continue;
            }
            while (at < bytes.length && bytes[at] == (byte) 0xFF) {
                start = at++;
            }
            int found = at < bytes.length ? bytes[at++] & 0xFF : END_OF_IMAGE;
            if (found == START_OF_SCAN || found == END_OF_IMAGE) {
                at = start;
                return false;
            }
            if (found <= 1 || (found >= FIRST_RESTART && found <= START_OF_IMAGE)) {
                continue;
            }
            int claimed = at + 1 < bytes.length ? u16(bytes, at) : 0;
            if (claimed < 2 || claimed > bytes.length - at) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "segment 0x%02X at byte %d reaches past the end", found, at - 2));
            }
            marker = found;
            body = at + 2;
            length = claimed - 2;
            at += claimed;
            return true;
        }
        return false;
    }

    /** The second byte of the segment's marker. */
    int marker() {
        return marker;
    }

    /** Where what follows the segment's length begins. */
    int body() {
        return body;
    }

    /** Bytes of the body. */
    int length() {
        return length;
    }

    boolean bodyStartsWith(byte[] prefix) {
        if (length < prefix.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if (bytes[body + i] != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * The image without what says nothing about its samples: comments and application segments such as EXIF and color
     * profiles, which the JDK's decoder would read and might stumble over.
     *
     * @param bytes a file that begins with the start-of-image marker
     */
    static InputStream samplesAlone(byte[] bytes) {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        head.write(0xFF);
        head.write(START_OF_IMAGE);
        JpegSegments segments = new JpegSegments(bytes);
        while (segments.next()) {
            if (segments.marker < APP0) {
                head.write(0xFF);
                head.write(segments.marker);
                head.write(bytes, segments.body - 2, segments.length + 2);
            }
        }
        return new SequenceInputStream(new ByteArrayInputStream(head.toByteArray()),
                new ByteArrayInputStream(bytes, segments.at, bytes.length - segments.at));
    }

    static int u16(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) << 8 | bytes[at + 1] & 0xFF;
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
